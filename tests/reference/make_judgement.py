"""Reference values of confusion matrices, class scores and ROC curves, computed by scikit-learn from seeded scores.

Run once, by hand; the tests read what it wrote:
    python3 tests/reference/make_judgement.py > tests/reference/sklearn_judgement.json
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


def curve(labels, scores, own):
    truth = labels == own
    if truth.all() or not truth.any():
        return None
    false_positive, true_positive, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
    return {"false_positive": false_positive.tolist(), "true_positive": true_positive.tolist(),
            "area": float(metrics.auc(false_positive, true_positive))}


def case(name, labels, scores):
    scores = scores.astype(np.float32)
    classes = max(2, scores.shape[1])
    every = list(range(classes))
    one_column = scores.shape[1] == 1
    predicted = (scores[:, 0] > 0.5).astype(int) if one_column else scores.argmax(axis=1)
    own = [1 - scores[:, 0].astype(float), scores[:, 0]] if one_column else scores.T
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, labels=every,
                                                                             zero_division=0)
    return {"name": name, "columns": scores.shape[1], "labels": [int(label) for label in labels],
            "scores": [float(score) for score in scores.ravel()],
            "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
            "support": support.tolist(), "curves": [curve(labels, own[c], c) for c in every]}


def main():
    random = np.random.default_rng(20240229)
    cases = []
    for name, count, classes, sharpness in (("ten classes", 300, 10, 1.5), ("three classes", 100, 3, 1.0),
                                            ("two classes", 80, 2, 1.0)):
        labels = random.integers(0, classes, count)
        logits = random.normal(size=(count, classes)) * sharpness
        logits[np.arange(count), labels] += sharpness
        cases.append(case(name, labels, softmax(logits)))
    labels = random.integers(0, 4, 150)
    cases.append(case("many ties", labels, random.multinomial(4, np.full(4, 1 / 4), 150) / 4))
    labels = random.choice([0, 1, 3], 50)
    cases.append(case("a class without samples", labels, softmax(random.normal(size=(50, 4)))))
    labels = random.integers(0, 2, 60)
    cases.append(case("one column", labels, 1 / (1 + np.exp(-random.normal(labels - 0.5, 1)[:, None]))))
    json.dump({"made_by": "tests/reference/make_judgement.py",
               "with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases},
              sys.stdout, indent=None, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
