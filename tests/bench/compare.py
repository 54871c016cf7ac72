#!/usr/bin/env python3
"""Runs nnc and its peers in turn on the same data, from the same weights, in the same order of
samples; checks that they learn the same; prints ratios (a peer's time over ours: above 1 we are
faster). README.md says what is measured.

    tests/bench/compare.py [--mode MODE] [--work NAME...] [--peer NAME...] [--json FILE]

Ends with 1 if loss curves disagree or somebody failed, after printing what there is.
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import tempfile

from harness import contestants, machine, processes, works
from harness import epochs, evaluation, growth, large, single, study, sweep
from harness.workspace import ROOT, Workspace

MODES = {
    "single": single.run,
    "sweep": sweep.run,
    "evaluation": evaluation.run,
    "large": large.run,
    "study": study.run,
    "growth": growth.run,
    "epochs": epochs.run,
}


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mode", choices=MODES, default="single")
    parser.add_argument("--work", nargs="+", choices=list(works.WORKS), metavar="NAME")
    parser.add_argument("--peer", nargs="*", choices=contestants.PEERS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="timed, after a first one")
    parser.add_argument("--samples", type=int, help="the first so many training images only")
    parser.add_argument("--nnc", default=ROOT / "build" / "release" / "nnc")
    parser.add_argument("--json", type=pathlib.Path, help="where all raw numbers go")
    parser.add_argument(
        "--study-record", type=pathlib.Path, help="record.json or results.json of a whole run"
    )
    options = parser.parse_args()
    if options.peer is None:
        options.peer = ["torch", "jax", "keras"]
    return options


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="nnc-compare-") as folder:
        space = Workspace(folder, options.nnc, options.samples)
        facts = machine.describe(space)
        peak = machine.measure_peak(space)
        try:
            result = MODES[options.mode](space, options, peak)
        finally:
            processes.end_all()
    facts["load_after"] = os.getloadavg()[0]
    shown = ", ".join(f"{value:.0f} GFLOP/s by {t} thread(s)" for t, value in peak.items())
    print(f"\n## {result['title']}\n\n{facts['cpu']}, {facts['cores']} cores; peak {shown}\n")
    print(result["markdown"])
    for problem in result["problems"]:
        print(f"\nproblem: {problem}")
    if options.json:
        settings = {name: str(value) for name, value in vars(options).items()}
        content = {"machine": facts, "peak_gflops": peak, "settings": settings, **result}
        options.json.write_text(json.dumps(content, indent=1) + "\n")
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
