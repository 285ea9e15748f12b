"""The Fréchet distance between Gaussians fitted to two sets of features: Heusel et al. [4]."""

import numpy as np
from numpy.typing import NDArray


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
