"""The Fréchet distance between Gaussians fitted to two sets of features (Heusel et al. 2017, "GANs trained by a two
time-scale update rule converge to a local Nash equilibrium"): FID, on the features of Inception."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation import inception
from crossnet.evaluation.bootstrap import CONDITIONS, interval, resample
from crossnet.evaluation.distances import CEILING, FLOOR, distances
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction, Features, FeatureSets

MAX_RESAMPLED = 1000  # images in a set, above which resampling takes minutes and says little


FD = Value(
    "Fréchet distance, {}",
    "Distance between Gaussians fitted to the same features; biased by N, comparable at equal N only.",
    "lower",
    FLOOR,
    CEILING,
    table=True,
    digits=1,
)
FID = replace(
    FD,
    name="FID, {}",
    text="Fréchet distance on the official Inception features; biased by N.",
    margin="fid",
    compared=True,
)


@Metric("fd_efflite0", {"to_*": FD}, features="efflite0")
def fd_efflite0(direction: Direction) -> Result:
    """The Fréchet distance on features of EfficientNet-Lite0."""
    return _measure(direction.features("efflite0"))


@Metric("fid", {"to_*": FID}, features="inception")
def fid(direction: Direction) -> Result:
    """FID. The size of the images, and the size to which the network resizes them, change it: both are conditions."""
    found = _measure(direction.features("inception"))
    sizes = {"image_size": direction.size, "resized_to": inception.SIZE}
    return replace(found, conditions={**found.conditions, **sizes})


def _measure(sets: FeatureSets) -> Result:
    found = distances(sets, frechet_distance, _with_interval)
    return replace(found, conditions=CONDITIONS if "to_*_low" in found.values else {})


def _with_interval(x: Features, y: Features) -> dict[str, float]:
    found = {"to_*": frechet_distance(x, y)}
    if span := frechet_interval(x, y):
        found |= {"to_*_low": span[0], "to_*_high": span[1]}
    return found


def frechet_distance(x: Features, y: Features) -> float:
    """Features (N, F) and (M, F) -> |mu_x - mu_y|^2 + tr(S_x + S_y - 2 (S_x S_y)^(1/2)), at least 0.

    With X and Y the centred features over sqrt(N - 1) and sqrt(M - 1), the trace of the root is the sum of the singular
    values of X Y^T. That is exact also where a covariance has no full rank because there are fewer images than
    features. The value is biased by N and M. Raises ValueError where N or M is below 2.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a Fréchet distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    means = x.mean(0), y.mean(0)
    centred_x, centred_y = ((z - mean) / np.sqrt(len(z) - 1) for z, mean in zip((x, y), means, strict=True))
    root = np.linalg.svd(centred_x @ centred_y.T, compute_uv=False).sum()
    distance = ((means[0] - means[1]) ** 2).sum() + (centred_x**2).sum() + (centred_y**2).sum() - 2 * root
    return max(0.0, float(distance))


def frechet_interval(x: Features, y: Features) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of the distance, both sets being resampled; None for more than 1000 images in a set.

    A resample has fewer different images, which biases its distance upwards. So the percentiles are shifted by the
    distance less the mean of the resampled distances: the interval shows the spread at these N and M.
    """
    if max(len(x), len(y)) > MAX_RESAMPLED:
        return None
    distance, values = frechet_distance(x, y), resampled_distances(x, y, resample(len(x)), resample(len(y), 1))
    low, high = interval(values - values.mean() + distance)
    return max(0.0, low), high


def resampled_distances(
    x: Features, y: Features, of_x: NDArray[np.int64], of_y: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The distance of each resample, (R,).

    It is computed from the products of pairs of feature vectors, which are the same for all resamples.

    Args:
        x, y: features, (N, F) and (M, F).
        of_x, of_y: how often each image is in each resample, (R, N) and (R, M).
    """
    centre = np.concatenate([x, y]).mean(0)
    x, y = x - centre, y - centre
    n, m = len(x), len(y)
    p, q = of_x / n, of_y / m  # (R, N), (R, M)
    xx, xy, yy = x @ x.T, x @ y.T, y @ y.T
    mean_xx, mean_yy = ((r @ k * r).sum(1) for r, k in ((p, xx), (q, yy)))
    rows, columns = p @ xy, q @ xy.T  # (R, M), (R, N): products with a mean
    mean_xy = (rows * q).sum(1)
    traces = (p @ xx.diagonal() - mean_xx) * n / (n - 1) + (q @ yy.diagonal() - mean_yy) * m / (m - 1)
    roots = np.empty(len(p))
    for k in range(len(p)):
        i, j = of_x[k].nonzero()[0], of_y[k].nonzero()[0]
        centred = xy[np.ix_(i, j)] - rows[k, j] - columns[k, i, None] + mean_xy[k]
        weights = np.sqrt(of_x[k, i, None] * of_y[k, j] / ((n - 1) * (m - 1)))
        roots[k] = np.linalg.svd(weights * centred, compute_uv=False).sum()
    return np.maximum(0.0, mean_xx + mean_yy - 2 * mean_xy + traces - 2 * roots)
