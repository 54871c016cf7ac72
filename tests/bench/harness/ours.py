"""Our own side: `nnc run` as anybody would call it, and what its record says."""

import json
import shutil
import subprocess
from dataclasses import dataclass


@dataclass
class OurTrial:
    seconds_train: (
        float  # all epochs: order, gather, scaling, steps, running means of loss and accuracy
    )
    seconds_evaluate: float  # the test part: prediction, loss, metrics, keeping the predictions
    epochs: int
    losses: list
    metrics: dict

    @property
    def seconds_per_epoch(self):
        return self.seconds_train / self.epochs


@dataclass
class OurRun:
    trials: list
    seconds: float  # the whole run, from reading the program to the report
    memory_bytes: int


def run(space, work, epochs, threads, jobs=1, experiment="single", kernels="fast"):
    out = space.folder / "ours"
    command = [
        space.nnc, "run", space.source(work), "--only", experiment, "--quiet", "--json", "--fresh",
        "--set", f"epochs={epochs}", "--threads", str(threads), "--jobs", str(jobs),
        "--kernels", kernels, "--store", out / "store", "--out", out,
    ]  # fmt: skip
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"nnc failed with {done.returncode}: {' '.join(map(str, command))}")
    shutil.rmtree(out)
    return read_results(json.loads(done.stdout))


def read_results(results):
    trials = [
        OurTrial(
            trial["seconds"]["train"],
            trial["seconds"]["evaluate"],
            trial["epochs"],
            trial["history"]["train.loss"],
            trial["metrics"],
        )
        for trial in results["trials"]
    ]
    return OurRun(trials, results["seconds"], results["work"]["memory_bytes"])
