"""Mode `epochs`: does an epoch of a long training take longer than an early one, as it does where
numbers too small for the usual format pile up?

nnc alone: trials that differ in their epochs only are one training, whose clock is read at each."""

import json
import re
import statistics
import subprocess

from . import rounds, tables, works

EARLY, LATE = (2, 7), (20, 25)  # the epochs between are compared


def run(space, options, peak):
    rows, raw = [], {}
    for name in options.work or ["mlp_1", "conv_3"]:
        work = works.WORKS[name]
        measured = [measure(space, work) for _ in range(options.rounds)]
        raw[name] = measured
        early = statistics.median(seconds_between(clock, EARLY) for clock in measured)
        late = statistics.median(seconds_between(clock, LATE) for clock in measured)
        rows.append([name, tables.seconds(early), tables.seconds(late), f"{late / early:.3f}"])
        rounds.tell(f"{name}: {late / early:.3f}")
    columns = ["work", f"an epoch of {EARLY}", f"an epoch of {LATE}", "late / early"]
    return {
        "title": "epochs (seconds)",
        "markdown": tables.table(columns, rows),
        "raw": raw,
        "problems": [],
    }


def seconds_between(clock, epochs):
    first, last = epochs
    return (clock[last] - clock[first]) / (last - first)


def measure(space, work):
    """Seconds of training by the number of epochs."""
    source = space.source(work).read_text()
    training = re.search(r"experiment single \{ (train .*) \}", source).group(1)
    program = space.folder / f"{work.name}_epochs.nn"
    program.write_text(
        source
        + f"""
experiment ages {{
  sweep n in [{", ".join(map(str, EARLY + LATE))}]
  {training} {{ epochs: n }}
}}
"""
    )
    out = space.folder / "epochs"
    command = [
        space.nnc, "run", program, "--only", "ages", "--fresh", "--quiet", "--json", "--jobs", "1",
        "--threads", "1", "--store", out / "store", "--out", out,
    ]  # fmt: skip
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"nnc failed with {done.returncode}: {' '.join(map(str, command))}")
    return {t["epochs"]: t["seconds"]["train"] for t in json.loads(done.stdout)["trials"]}
