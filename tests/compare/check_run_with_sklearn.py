#!/usr/bin/python3
"""Checks the numbers of a run against scikit-learn and SciPy, from its kept predictions: every metric of every
trial, the folds, and the intervals and paired tests of its results. Ends with 1 if something differs.

    tests/compare/check_run_with_sklearn.py runs/fashion_mnist [--store FOLDER] [--data FOLDER]
"""
import argparse
import gzip
import json
import pathlib
import re
import statistics
import sys

import numpy
import scipy.stats
from sklearn import metrics, model_selection

TOLERANCE = 1e-6  # predictions are single precision


def read_labels(folder):
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=8)


def expected(name, label, scores):
    """By the name that results give a metric; None for what is not computed here."""
    predicted = scores.argmax(1)
    if name == "log_loss":  # single precision decides where probabilities are clipped
        return metrics.log_loss(label, scores, labels=range(scores.shape[1]))
    scores = scores.astype(numpy.float64)
    if name == "accuracy":
        return metrics.accuracy_score(label, predicted)
    if name == "f1":
        return metrics.f1_score(label, predicted, average="micro")
    if name == "roc_auc":
        return metrics.roc_auc_score(label, scores, multi_class="ovo")
    return None


class Check:
    def __init__(self):
        self.counts, self.wrong, self.largest = {}, [], {}

    def close(self, kind, where, ours, theirs, tolerance=TOLERANCE):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        difference = abs(ours - theirs)
        self.largest[kind] = max(self.largest.get(kind, 0), difference)
        if not difference <= tolerance:
            self.wrong.append(f"{kind} of {where}: {ours} here, {theirs} there")

    def same(self, kind, where, equal):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.largest.setdefault(kind, 0)
        if not equal:
            self.wrong.append(f"{kind} of {where} differ")


def check_trials(store, record, labels, check):
    folds = {}
    for trial in record["trials"]:
        if trial["fold"] is not None:
            folds[(trial["experiment"], str(trial["params"]))] = folds.get((trial["experiment"], str(trial["params"])), 0) + 1
    for trial in record["trials"]:
        where = f"{trial['experiment']} {trial['params']} seed {trial['seed']} fold {trial['fold']}"
        for part, sha256 in trial["predictions"].items():
            array = numpy.load(store / "predictions" / f"{sha256}.npy")
            for name, value in trial["metrics"].items():
                split, metric = name.split(".")
                theirs = expected(metric, array["label"], array["scores"]) if split == part else None
                if theirs is not None:
                    check.close(metric, f"{where}, {part}", value, theirs)
            if part == "valid" and trial["fold"] is not None:
                count = folds[(trial["experiment"], str(trial["params"]))]
                splits = model_selection.StratifiedKFold(count).split(labels, labels)
                theirs = list(splits)[trial["fold"]][1]
                check.same("folds (stratified, not shuffled)", where, numpy.array_equal(array["sample"], theirs))


def check_intervals(run, record, check):
    """The ± of the report's tables over folds: the t interval with the correction for overlapping training parts."""
    text = (run / "report.md").read_text()
    groups = {}
    for trial in record["trials"]:
        if trial["fold"] is not None:
            groups.setdefault((trial["experiment"], str(trial["params"])), []).append(trial)
    for (experiment, params), trials in groups.items():
        values = [trial["metrics"]["valid.accuracy"] for trial in trials]
        n = len(values)
        ratio = trials[0]["samples"]["valid"] / trials[0]["samples"]["train"]
        margin = scipy.stats.t.ppf(0.975, n - 1) * statistics.stdev(values) * (1 / n + ratio) ** 0.5
        shown = f"{100 * statistics.mean(values):.2f} ± {100 * margin:.2f} %"
        check.same("intervals over folds", f"{experiment} {params}: {shown}", shown in text)


def check_claims(results, record, check):
    """Claims decided over seeds say `p = ...`: compared with scipy.stats.ttest_rel for plain `a > b` of two points."""
    pattern = re.compile(r"^(\w+)\[(\w+): ([\d.]+)\]\.([\w.]+) [<>] (\w+)\[(\w+): ([\d.]+)\]\.([\w.]+)$")
    for claim in results["claims"]:
        match = pattern.match(claim["condition"])
        shown = re.search(r"paired t-test, p = ([\d.e-]+)", claim["evidence"])
        if not match or not shown:
            continue
        sides = []
        for experiment, axis, value, field in (match.groups()[:4], match.groups()[4:]):
            sides.append([t["metrics"][field] for t in record["trials"]
                          if t["experiment"] == experiment and float(dict(t["params"])[axis]) == float(value)])
        theirs = scipy.stats.ttest_rel(*sides).pvalue
        check.close("paired tests", claim["text"], float(shown[1]), theirs, max(5e-4, 0.05 * theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--store", type=pathlib.Path, help="where its predictions are, if not where the run says")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    options = parser.parse_args()
    record = json.loads((options.run / "record.json").read_text())
    results = json.loads((options.run / "results.json").read_text())
    check = Check()
    check_trials(options.store or pathlib.Path(results["store"]), record, read_labels(options.data), check)
    check_intervals(options.run, record, check)
    check_claims(results, record, check)
    for kind, count in check.counts.items():
        print(f"{kind:<34} {count:>5} compared, largest difference {check.largest[kind]:.2g}")
    for line in check.wrong:
        print(line)
    return 1 if check.wrong or not check.counts else 0


if __name__ == "__main__":
    sys.exit(main())
