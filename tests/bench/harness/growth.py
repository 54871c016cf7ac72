"""Mode `growth`: what our time does when batch, width, depth, samples or the number of trials grow,
one at a time from 784-256-10 in batches of 32; PyTorch beside it, if `--peer` has torch."""

import statistics

from . import contestants, ours, rounds, tables
from .rounds import Measurement, measure_peer
from .works import Work, dense_model
from .workspace import DATA, Workspace

PROGRAM = """nn 1
data fashion = idx("{data}") {{ scale: minmax }}

model ann(hidden: [int]) {{
  flatten
  for units in hidden {{ dense(units, relu, init: uniform) }}
  dense(10, softmax, init: uniform)
}}

recipe measured {{
  loss: cross_entropy
  optimizer: adam
  batch: {batch}
  epochs: 2
}}

experiment single {{ train ann({hidden}) on fashion with measured }}
experiment several from single {{ repeat over {trials} seeds }}
"""

BATCHES = [8, 16, 32, 64, 128, 256, 512]
WIDTHS = [32, 64, 128, 256, 512, 1024]
DEPTHS = [1, 2, 4, 8]
SAMPLES = [7500, 15000, 30000, 60000]
TRIALS = [1, 2, 4, 8]


def make_work(name, hidden=(256,), batch=32, trials=2):
    hidden = list(hidden)
    text = PROGRAM.format(data=DATA, batch=batch, hidden=hidden, trials=trials)
    return Work(name, dense_model(hidden), batch, text)


def axes():
    """(axis, value, work, samples or None, trials)"""
    points = [("batch", b, make_work(f"batch_{b}", batch=b), None, 1) for b in BATCHES]
    points += [("width", w, make_work(f"width_{w}", hidden=[w]), None, 1) for w in WIDTHS]
    points += [("depth", d, make_work(f"depth_{d}", hidden=[256] * d), None, 1) for d in DEPTHS]
    points += [("samples", s, make_work(f"samples_{s}"), s, 1) for s in SAMPLES]
    points += [("trials", t, make_work(f"trials_{t}", trials=t), None, t) for t in TRIALS if t > 1]
    return points


def workspace_of(space, samples, name):
    """One of its own where a point has other samples than the comparison."""
    if samples is None:
        return space
    folder = space.folder / name
    folder.mkdir(exist_ok=True)
    return Workspace(folder, space.nnc, samples)


def measure_point(space, options, work, trials):
    """Seconds of an epoch; of several trials, two at a time, those of the whole run but for its
    report and start, per trial and epoch."""
    epochs, times = options.epochs + 1, []
    for _ in range(options.rounds):
        if trials == 1:
            times.append(ours.run(space, work, epochs, threads=1).trials[0].seconds_per_epoch)
            continue
        run = ours.run(space, work, epochs, threads=1, jobs=2, experiment="several")
        times.append(sum(t.seconds_train for t in run.trials) / 2 / trials / epochs)
    return times


def run(space, options, peak):
    rows, raw, problems = [], [], []
    with_torch = "torch" in options.peer
    for axis, value, work, samples, trials in axes():
        if samples and space.samples and samples > space.samples:
            continue
        place = workspace_of(space, samples, work.name)
        times = measure_point(place, options, work, trials)
        rounds.tell(f"{axis} {value}: {statistics.median(times):.3f} s an epoch")
        entry = {"axis": axis, "value": value, "nnc": times}
        ratio = "-"
        if with_torch and trials == 1:
            torch = Measurement(contestants.Arrangement("torch", "eager", 1))
            measure_peer(place, work, options.epochs + 1, torch)
            entry["torch"] = torch.as_json()
            if torch.error:
                problems.append(f"{work.name}: torch failed: {torch.error}")
            else:
                ratio = tables.ratio(torch.median, statistics.median(times))
        raw.append(entry)
        epoch = statistics.median(times)
        count = samples or space.samples or 60000
        rows.append(
            [axis, value, tables.seconds(epoch), f"{1e6 * epoch / count:.2f}",
             f"{1e6 * epoch / -(-count // work.batch):.1f}", ratio]
        )  # fmt: skip
    columns = ["axis", "value", "s/epoch", "us/sample", "us/step", "torch eager, 1 thread"]
    return {
        "title": "growth",
        "markdown": tables.table(columns, rows),
        "raw": raw,
        "problems": problems,
    }
