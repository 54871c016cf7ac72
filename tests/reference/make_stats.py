"""Reference values of intervals and tests, computed by SciPy from seeded random numbers.

Run once, by hand; the tests read what it wrote:
    python3 tests/reference/make_stats.py > tests/reference/scipy_stats.json
"""
import json
import sys

import numpy as np
import scipy
from scipy import stats


def number(value):
    return float(value)


def quantile(probability, degrees):
    """stats.t.ppf, whose iteration stops at eight or nine digits, polished with its own distribution function."""
    t = stats.t.ppf(probability, degrees)
    for _ in range(3):
        t -= (stats.t.cdf(t, degrees) - probability) / stats.t.pdf(t, degrees)
    return t


def interval(confidence, degrees, mean, error):
    """stats.t.interval with those quantiles."""
    margin = quantile(0.5 + confidence / 2, degrees) * error
    low, high = stats.t.interval(confidence, degrees, mean, error)
    assert np.allclose([low, high], [mean - margin, mean + margin], rtol=1e-8)
    return mean - margin, mean + margin


def sample(random, count, spread):
    values = random.normal(0.88, spread, count)
    mean, error = values.mean(), stats.sem(values)
    return {"values": [number(v) for v in values], "mean": number(mean), "deviation": number(values.std(ddof=1)),
            "margins": {str(confidence): number(interval(confidence, count - 1, mean, error)[1] - mean)
                        for confidence in (0.9, 0.95, 0.99)}}


def paired(random, count, shift, spread):
    lhs = random.normal(0.88, 0.01, count)
    rhs = lhs - random.normal(shift, spread, count)
    differences = lhs - rhs
    low, high = interval(0.95, count - 1, differences.mean(), stats.sem(differences))
    return {"differences": [number(v) for v in differences], "mean": number(differences.mean()),
            "low": number(low), "high": number(high), "p": number(stats.ttest_rel(lhs, rhs).pvalue)}


def folds(random, count, shift, spread):
    """The corrected resampled t-test, written out: SciPy has its parts only."""
    differences = random.normal(shift, spread, count)
    ratio = 1 / (count - 1)
    error = np.sqrt((1 / count + ratio) * differences.var(ddof=1))
    low, high = interval(0.95, count - 1, differences.mean(), error)
    p = 2 * stats.t.sf(abs(differences.mean() / error), count - 1)
    return {"differences": [number(v) for v in differences], "ratio": ratio, "low": number(low),
            "high": number(high), "p": number(p)}


def main():
    random = np.random.default_rng(20240229)
    degrees = (1, 2, 3, 4, 7.5, 9, 30, 1000, 9999)
    json.dump({
        "made_by": "tests/reference/make_stats.py",
        "with": f"scipy {scipy.__version__}, numpy {np.__version__}",
        "quantiles": [[p, d, number(quantile(p, d))] for d in degrees
                      for p in (0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999)],
        "cdf": [[t, d, number(stats.t.cdf(t, d))] for d in degrees for t in (-40.0, -3.1, -0.2, 0.0, 1.0, 2.5, 8.0)],
        "samples": [sample(random, n, s) for n, s in ((2, 0.01), (3, 0.1), (5, 0.002), (10, 0.005), (100, 1.0))],
        "paired": [paired(random, n, m, s) for n, m, s in ((2, 0.004, 0.002), (3, 0.0, 0.01), (5, 0.004, 0.002),
                                                           (10, -0.01, 0.002), (50, 0.0, 0.3))],
        "folds": [folds(random, n, m, s) for n, m, s in ((2, 0.01, 0.01), (5, 0.004, 0.002), (10, -0.002, 0.003))],
    }, sys.stdout, indent=None, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
