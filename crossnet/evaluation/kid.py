"""Kernel distance (Bińkowski et al. 2018, "Demystifying MMD GANs"): unbiased, so it can be compared across N."""

import numpy as np
from numpy.typing import NDArray


def squared_mmd(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Unbiased squared maximum mean discrepancy of features (N, F) and (M, F), kernel (x.y / F + 1)^3."""
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a kernel distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    xx, yy, xy = ((a @ b.T / a.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    within = sum((k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (xx, yy))
    return float(within - 2 * xy.mean())


def kernel_distance(
    x: NDArray[np.float64], y: NDArray[np.float64], subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Mean and standard deviation of `squared_mmd` over random subsets without replacement.

    A subset holds `subset_size` of each, or half of the smaller set where there are fewer.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a kernel distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    size = min(subset_size, max(2, min(len(x), len(y)) // 2))
    random = np.random.default_rng(seed)
    values = [
        squared_mmd(x[random.choice(len(x), size, replace=False)], y[random.choice(len(y), size, replace=False)])
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))
