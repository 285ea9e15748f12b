"""The kernel distance (Bińkowski et al. 2018, "Demystifying MMD GANs"), unbiased by the number of images: KID, on the
features of Inception."""

from dataclasses import replace

import numpy as np

from crossnet.evaluation.distances import CEILING, FLOOR, distances
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction, Features, FeatureSets

KID = Value(
    "KID, {}",
    "Kernel distance between the features of the translations and of real images of the target; unbiased in N, "
    "mean ± standard deviation over subsets.",
    "lower",
    FLOOR,
    CEILING,
    margin="kid",
    table=True,
)


@Metric("kid_efflite0", {"to_*": replace(KID, margin="kid_efflite0", compared=True)}, features="efflite0")
def kid_efflite0(direction: Direction) -> Result:
    """The kernel distance on features of EfficientNet-Lite0."""
    return _measure(direction.features("efflite0"))


@Metric("kid", {"to_*": KID}, features="inception")
def kid(direction: Direction) -> Result:
    """KID."""
    return _measure(direction.features("inception"))


def _measure(sets: FeatureSets) -> Result:
    return distances(
        sets,
        lambda x, y: kernel_distance(x, y)[0],
        lambda x, y: dict(zip(("to_*", "to_*_std"), kernel_distance(x, y), strict=True)),
    )


def squared_mmd(x: Features, y: Features) -> float:
    """The unbiased squared maximum mean discrepancy of features (N, F) and (M, F), with the kernel (x.y / F + 1)^3.

    It may be negative. Raises ValueError where N or M is below 2.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a kernel distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    xx, yy, xy = ((a @ b.T / a.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    within = sum((k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (xx, yy))
    return float(within - 2 * xy.mean())


def kernel_distance(
    x: Features, y: Features, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The mean and the standard deviation of `squared_mmd` over random subsets without replacement.

    A subset holds `subset_size` images of each set, or half of the smaller set where that is less. Raises ValueError
    where N or M is below 2.
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
