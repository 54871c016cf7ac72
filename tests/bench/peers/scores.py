"""Accuracy, F1, ROC AUC (one against one) and log loss of class probabilities: with scikit-learn,
as the notebook has them, and in hand-optimised NumPy."""

import numpy
from sklearn import metrics


def with_sklearn(labels, probabilities):
    predicted = probabilities.argmax(1)
    return {
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "f1": float(metrics.f1_score(labels, predicted, average="micro")),
        "roc_auc": float(
            metrics.roc_auc_score(labels, normalised(probabilities), multi_class="ovo")
        ),
        "log_loss": float(metrics.log_loss(labels, normalised(probabilities))),
    }


def with_numpy(labels, probabilities):
    accuracy = float((probabilities.argmax(1) == labels).mean())
    own = probabilities[numpy.arange(len(labels)), labels].astype(numpy.float64)
    smallest = numpy.finfo(probabilities.dtype).eps
    return {
        "accuracy": accuracy,
        "f1": accuracy,  # the micro average over classes that exclude each other
        "roc_auc": one_against_one(labels, probabilities),
        "log_loss": float(-numpy.log(numpy.maximum(own, smallest)).mean()),
    }


def one_against_one(labels, probabilities):
    """The mean over all ordered pairs of classes of the area under the curve; each class is sorted
    once per column."""
    classes = probabilities.shape[1]
    rows = [numpy.flatnonzero(labels == c) for c in range(classes)]
    total = 0.0
    for positive in range(classes):
        column = probabilities[:, positive]
        own = column[rows[positive]]
        for negative in range(classes):
            if negative == positive:
                continue
            others = numpy.sort(column[rows[negative]])
            below = numpy.searchsorted(others, own, "left").sum()
            not_above = numpy.searchsorted(others, own, "right").sum()
            total += (int(below) + int(not_above)) / (2.0 * len(own) * len(others))
    return total / (classes * (classes - 1))


def normalised(probabilities):
    """Rows that add up to 1 within what scikit-learn demands."""
    wide = probabilities.astype(numpy.float64)
    return wide / wide.sum(axis=1, keepdims=True)
