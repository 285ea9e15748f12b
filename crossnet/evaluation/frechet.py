"""The Fréchet distance between Gaussians fitted to two sets of features: Heusel et al. [4]."""

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.bootstrap import interval, resample

MOST = 1000  # images a side, above which resampling takes minutes and says little


def frechet_distance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Features (N, F) and (M, F) -> |mu_x - mu_y|^2 + tr(S_x + S_y - 2 (S_x S_y)^(1/2)), at least 0.

    The trace of the root is the sum of the singular values of X Y^T, X and Y being the centred features over
    sqrt(N - 1) and sqrt(M - 1): exact also where there are fewer images than features and a covariance has no full
    rank, as here. The value is biased by N, so it is reported with it. Raises ValueError below 2 images a side.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a Fréchet distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    means = x.mean(0), y.mean(0)
    centred_x, centred_y = ((z - mean) / np.sqrt(len(z) - 1) for z, mean in zip((x, y), means, strict=True))
    root = np.linalg.svd(centred_x @ centred_y.T, compute_uv=False).sum()
    distance = ((means[0] - means[1]) ** 2).sum() + (centred_x**2).sum() + (centred_y**2).sum() - 2 * root
    return max(0.0, float(distance))


def frechet_interval(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float] | None:
    """A 95 % bootstrap interval around the distance, both sides being resampled; None above 1000 images a side.

    A resample has fewer different images, which biases its distance further upwards. So the percentiles are moved by
    the mean of the resampled distances less the distance itself: the interval tells the spread at this N.
    """
    if max(len(x), len(y)) > MOST:
        return None
    distance, values = frechet_distance(x, y), resampled_distances(x, y, resample(len(x)), resample(len(y), 1))
    low, high = interval(values - values.mean() + distance)
    return max(0.0, low), high


def resampled_distances(
    x: NDArray[np.float64], y: NDArray[np.float64], of_x: NDArray[np.int64], of_y: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The distance of each resample, of which (R, N) and (R, M) say how often each image is in it: (R,).

    All of it follows from the products of pairs of features, which do not change.
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
