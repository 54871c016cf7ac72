"""Reference values of the metrics, computed by scikit-learn from seeded random predictions.

Run once, by hand; the tests read what it wrote:
    python3 tests/reference/make_sklearn_values.py > tests/reference/sklearn_metrics.json
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def values(labels, scores):
    """All metrics of one case. `scores` has a column per class; every class has samples unless `absent`."""
    classes = scores.shape[1]
    predicted = scores.argmax(axis=1)
    every = list(range(classes))
    result = {"accuracy": metrics.accuracy_score(labels, predicted)}
    for average in ("micro", "macro"):
        for name, function in (("precision", metrics.precision_score), ("recall", metrics.recall_score),
                               ("f1", metrics.f1_score)):
            result[f"{name} {average}"] = function(labels, predicted, average=average, zero_division=0)
    for kind in ("ovo", "ovr"):
        if len(set(labels)) < classes:
            result[f"roc_auc {kind}"] = None
        elif classes == 2:
            result[f"roc_auc {kind}"] = metrics.roc_auc_score(labels, scores[:, 1])
        else:
            result[f"roc_auc {kind}"] = metrics.roc_auc_score(labels, scores, multi_class=kind, labels=every)
    result["log_loss"] = metrics.log_loss(labels, scores, labels=every)
    result["mse"] = metrics.mean_squared_error(np.eye(classes)[labels], scores)
    return {name: None if value is None else float(value) for name, value in result.items()}


def case(name, labels, scores):
    return {"name": name, "columns": scores.shape[1], "labels": [int(label) for label in labels],
            "scores": [float(score) for score in scores.ravel()], "values": values(labels, scores)}


def float_log_loss(labels, scores):
    """log_loss of float32 scores clips at float32's precision."""
    return {"columns": scores.shape[1], "labels": [int(label) for label in labels],
            "scores": [float(score) for score in scores.ravel()],
            "value": float(metrics.log_loss(labels, scores, labels=list(range(scores.shape[1]))))}


def main():
    random = np.random.default_rng(20240229)
    cases = []
    for name, count, classes, sharpness in (("ten classes", 300, 10, 1.5), ("three classes", 100, 3, 1.0),
                                            ("two classes", 80, 2, 1.0), ("confident", 200, 5, 30.0)):
        labels = np.concatenate([np.arange(classes), random.integers(0, classes, count - classes)])
        logits = random.normal(size=(count, classes)) * sharpness
        logits[np.arange(count), labels] += sharpness
        cases.append(case(name, labels, softmax(logits)))
    # Scores in steps of 1/4 tie often; rows still sum to 1.
    for name, count, classes in (("many ties", 150, 4), ("ties of two classes", 60, 2)):
        labels = np.concatenate([np.arange(classes), random.integers(0, classes, count - classes)])
        cases.append(case(name, labels, random.multinomial(4, np.full(classes, 1 / classes), count) / 4))
    cases.append(case("all equal", np.array([0, 1, 2, 0, 1, 2]), np.full((6, 3), 1 / 3)))
    cases.append(case("perfect", np.array([0, 1, 2, 1]), np.eye(3)[[0, 1, 2, 1]]))
    cases.append(case("all wrong", np.array([0, 1, 2, 1]), np.eye(3)[[1, 2, 0, 2]]))
    labels = random.choice([0, 1, 3], 50)
    cases.append(case("a class without samples", labels, softmax(random.normal(size=(50, 4)))))
    cases.append(case("a class neither true nor predicted", np.array([0, 1, 0, 1, 1]),
                      np.array([[.6, .3, .1], [.2, .7, .1], [.3, .6, .1], [.1, .8, .1], [.5, .4, .1]])))
    labels = np.concatenate([np.arange(6), random.integers(0, 6, 94)])
    logits = random.normal(size=(100, 6)) * 20
    json.dump({"made_by": "tests/reference/make_sklearn_values.py",
               "with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
               "cases": cases, "float_log_loss": float_log_loss(labels, softmax(logits).astype(np.float32))},
              sys.stdout, indent=None, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
