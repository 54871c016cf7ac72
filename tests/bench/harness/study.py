"""Mode `study`: the whole of examples/fashion_mnist.nn against Keras doing what the notebook does,
one training after the other. Keras's time is the measured time of an epoch of every model, times
the notebook's epochs, plus the measured evaluation; ours is that of a recorded run
(`--study-record`), or else what `nnc plan` estimates, and is labelled so.
"""

import json
import os
import statistics
import subprocess

from . import contestants, notebook, rounds, tables, works
from .processes import run_peer
from .workspace import ROOT

STUDY = ROOT / "examples" / "fashion_mnist.nn"
PASSES = 3  # over the test images, in one evaluation of the notebook


def our_seconds(space, options):
    """(seconds, where they are from)"""
    if options.study_record:
        record = json.loads(options.study_record.read_text())
        return record["seconds"], f"recorded run of {record['date']}"
    command = [space.nnc, "plan", STUDY, "--json", "--store", space.folder / "no_store"]
    plan = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(plan.stdout)["seconds"], "an estimate of `nnc plan`, not a run"


def measure_keras(space, options, training):
    """Seconds of an epoch of all images, of one pass over the test images, and of scoring them."""
    work = training.work
    folder, _ = space.start(
        works.WORKS["mlp_1"], options.epochs + 1
    )  # for its data; weights are Keras's own
    job = {
        "layers": work.layers,
        "start": str(folder),
        "batch": work.batch,
        "epochs": options.epochs + 1,
        "threads": len(os.sched_getaffinity(0)),
        "arrangement": "tensorflow fit",
        "optimizer": training.optimizer,
        "own_weights": True,
        "evaluate": 2,
    }
    run = run_peer(space.python, contestants.SCRIPTS["keras"], job)
    if run.error:
        raise SystemExit(f"Keras failed: {run.error}")
    evaluation = run.evaluations[-1]
    whole = notebook.IMAGES / (space.samples or notebook.IMAGES)
    epoch = whole * statistics.median(run.seconds[1:])
    return epoch, evaluation["predict"] / PASSES, evaluation["sklearn"]


def judging_seconds(training, one_pass, scoring):
    """Of all its trainings; in proportion to the images."""
    once = training.passes * one_pass + (scoring if training.scored else 0)
    return training.count * training.judged / notebook.TEST_IMAGES * once


def run(space, options, peak):
    ours, source = our_seconds(space, options)
    rows, raw, known, whole = [], [], {}, 0.0
    for training in notebook.TRAININGS:
        key = (training.work.name, training.optimizer)
        if key not in known:
            known[key] = measure_keras(space, options, training)
            rounds.tell(
                f"Keras, {training.work.name}, {training.optimizer}: {known[key][0]:.2f} s an epoch"
            )
        epoch, one_pass, scoring = known[key]
        judged = judging_seconds(training, one_pass, scoring)
        seconds = training.whole_epochs * epoch + judged
        whole += seconds
        rows.append(
            [
                training.what,
                f"{training.count} x {training.epochs}",
                f"{training.whole_epochs:g}",
                f"{epoch:.2f}",
                f"{judged:.1f}",
                f"{seconds / 60:.1f}",
            ]
        )
        measured = {"epoch": epoch, "pass": one_pass, "scoring": scoring}
        raw.append({"what": training.what, **measured, "judged": judged, "seconds": seconds})
    epochs = sum(t.epochs * t.count for t in notebook.TRAININGS)
    columns = [
        "Keras",
        "trainings x epochs",
        "in whole epochs",
        "s/epoch",
        "evaluation, s",
        "minutes",
    ]
    markdown = tables.table(columns, rows)
    markdown += (
        f"\n\nKeras as the notebook: {epochs} epochs, **{whole / 60:.0f} minutes** (epochs"
        f" measured, the whole reckoned). nnc: **{ours / 60:.1f} minutes** ({source})."
        f" Ratio **{whole / ours:.1f}**."
    )
    return {
        "title": "study",
        "markdown": markdown,
        "raw": {"keras": raw, "keras_seconds": whole, "our_seconds": ours, "our_source": source},
        "problems": [],
    }
