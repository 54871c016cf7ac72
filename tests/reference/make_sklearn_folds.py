"""Folds as scikit-learn makes them without shuffling: KFold and StratifiedKFold for several vectors of labels.

Run once, by hand, with Debian's python3-sklearn; tests/unit/split_test.cpp reads what it wrote:
    /usr/bin/python3 tests/reference/make_sklearn_folds.py > tests/reference/sklearn_folds.json
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold


def case(name, labels, folds):
    labels = [int(label) for label in labels]
    result = {"name": name, "labels": labels, "folds": folds}
    for kind, splitter in (("plain", KFold(folds)), ("stratified", StratifiedKFold(folds))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # classes with fewer samples than folds are meant to be here
            splits = splitter.split(np.zeros(len(labels)), labels)
            result[kind] = [[int(i) for i in valid] for _, valid in splits]
    return result


def main():
    generator = np.random.default_rng(20240611)
    cases = [
        case("balanced and sorted", np.repeat(np.arange(4), 5), 5),
        case("counting", np.arange(23) % 3, 4),
        case("classes appear in falling order", np.repeat([9, 4, 1, 0], [7, 5, 6, 8]), 3),
        case("two folds of an odd number", [1, 0, 1, 1, 0, 1, 0], 2),
        case("a class with fewer samples than folds", [0] * 11 + [7] * 2 + [3] * 6, 5),
        case("numbers between the classes are not used", generator.choice([2, 5, 200, 255], 60), 7),
        case("ten random classes", generator.integers(0, 10, 211), 10),
        case("very unequal classes", generator.choice(3, 90, p=[0.9, 0.07, 0.03]), 6),
        case("one class", [6] * 13, 5),
    ]
    json.dump({"made_by": "tests/reference/make_sklearn_folds.py", "sklearn": sklearn.__version__,
               "numpy": np.__version__, "cases": cases}, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
