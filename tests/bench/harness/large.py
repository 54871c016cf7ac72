"""Mode `large`: where a compiler that only wins on toys would look bad. A network of
784-4096-4096-10 in batches of 512, and 3x3 convolutions of ResNet's size in batches of 32, forward
and both gradients, out of any network.
"""

import json
import statistics
import subprocess

from . import contestants, rounds, single, tables, works
from .processes import run_peer

CASES = [
    ["64->64 on 56x56", 56, 64],
    ["128->128 on 28x28", 28, 128],
    ["256->256 on 14x14", 14, 256],
]
BATCH, CALLS, REPETITIONS = 32, 3, 5
MANNERS = {"torch": ("contiguous", "channels_last"), "jax": ("jit",)}


def run(space, options, peak):
    dense = single.compare(space, options, peak, [works.LARGE], "large")
    measured, problems = measure_convolutions(space, options)
    columns = ["convolution", "ours, ms", "arrangement", "of the peak", "peer", "ms", "ratio"]
    rows = [row for case in CASES for row in rows_of(case[0], measured, peak)]
    return {
        "title": "large",
        "markdown": dense["markdown"] + "\n\n" + tables.table(columns, rows),
        "raw": {"dense": dense["raw"], "convolutions": [list(entry) for entry in measured]},
        "problems": dense["problems"] + problems,
    }


def measure_convolutions(space, options):
    """[(who, how, threads, case line)], one entry for each time that a side measured a case."""
    measured, problems = [], []
    for number in range(options.rounds):
        for threads in contestants.THREADS:
            command = [space.program("conv_bench"), threads, REPETITIONS, CALLS]
            done = subprocess.run(
                list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True
            )
            for line in done.stdout.splitlines():
                measured.append(("nnc", "fast kernels", threads, json.loads(line)))
            for peer in options.peer:
                for how in MANNERS.get(peer, ()):
                    job = {
                        "cases": CASES,
                        "batch": BATCH,
                        "threads": threads,
                        "rounds": REPETITIONS,
                        "calls": CALLS,
                        "arrangement": how,
                    }
                    done = run_peer(space.python, f"conv_{peer}.py", job)
                    measured += [(peer, how, threads, case) for case in done.cases]
                    if done.error:
                        problems.append(f"convolutions: {peer} ({how}) failed: {done.error}")
            rounds.tell(f"convolutions, round {number + 1}, {threads} thread(s)")
    return measured, problems


def seconds_of(case):
    """Forward and both gradients; gradients in one call or in two, whichever is faster."""
    parts = {
        name: statistics.median(value) for name, value in case.items() if isinstance(value, list)
    }
    gradients = parts["grad_kernel"] + parts["grad_input"]
    return parts["forward"] + min(gradients, parts.get("gradients", gradients))


def rows_of(name, measured, peak):
    """A row for every peer at its best."""
    groups = {}
    for who, how, threads, case in measured:
        if case["case"] == name:
            groups.setdefault((who, how, threads), []).append(seconds_of(case))
    medians = {key: statistics.median(times) for key, times in groups.items()}
    best = {}
    for key in sorted(medians, key=medians.get):
        best.setdefault(key[0], key)
    own = best.pop("nnc")
    flops = next(
        case["flops"] for who, _, _, case in measured if who == "nnc" and case["case"] == name
    )
    share = 3 * flops / medians[own] / (peak[own[2]] * 1e9)
    rows = []
    for key in best.values():
        rows.append(
            [
                name,
                f"{1e3 * medians[own]:.1f}",
                f"{own[2]} thread(s)",
                f"{100 * share:.0f} %",
                f"{key[0]}: {key[1]}, {key[2]} thread(s)",
                f"{1e3 * medians[key]:.1f}",
                tables.ratio(medians[key], medians[own]),
            ]
        )
    return rows
