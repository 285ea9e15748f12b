"""Percentile intervals of the bootstrap over images (Efron 1979, "Bootstrap methods")."""

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0
CONFIDENCE = 0.95
CONDITIONS = {"resamples": RESAMPLES, "resampling_seed": SEED}  # of intervals, in metrics.json


def resample(count: int, stream: int = 0) -> NDArray[np.int64]:
    """How often each of `count` images is in each resample with replacement: (RESAMPLES, count), rows sum to `count`.

    Two streams are independent of each other.
    """
    drawn = np.random.default_rng(SEED + stream).integers(0, count, (RESAMPLES, count))
    rows = np.arange(RESAMPLES)[:, None] * count
    return np.bincount((drawn + rows).ravel(), minlength=RESAMPLES * count).reshape(RESAMPLES, count)


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The percentiles between which 95 % of a statistic's resampled values (R,) lie."""
    low, high = np.percentile(values, [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)])
    return float(low), float(high)


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of the mean of one value per image, (N,), N at least 1."""
    return interval(resample(len(values)) @ values / len(values))
