"""How many dimensions samples use, which shows whether latent codes have collapsed."""

import numpy as np
from numpy.typing import NDArray


def effective_rank(vectors: NDArray[np.floating]) -> float:
    """The effective rank of the covariance of samples (S, C), in [1, C] (Roy and Vetterli 2007, "The effective rank").

    exp of the entropy of the principal components' shares of the variance. Near 1, the samples have collapsed into one
    dimension; C is the same variance in every direction. 1 where nothing varies.
    """
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    variances = np.linalg.eigvalsh(centred.T @ centred).clip(min=0)
    if not variances.sum():
        return 1.0
    shares = variances[variances > 0] / variances.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
