"""Scalars that show how the latent spaces fare."""

import torch
from torch import Tensor


def code_norm(z: Tensor) -> Tensor:
    """Mean magnitude of the feature vector at each place of codes (N, C, h, w), as Fig. 3 draws it.

    It does not show a collapse: the instance norms of the encoder fix the scale of a code, whatever it says.
    """
    return z.detach().norm(dim=1).mean()


def effective_rank(z: Tensor) -> float:
    """How many dimensions codes (N, C, h, w) use, from 1 to C; the places of all images are the samples.

    exp of the entropy of the shares that the principal components have of the variance (Roy and Vetterli, "The
    effective rank", EUSIPCO 2007, of the covariance). 1 where one component, or nothing, varies.
    """
    vectors = z.detach().movedim(1, -1).flatten(0, -2).to("cpu", torch.float64)
    vectors = vectors - vectors.mean(0)
    variances = torch.linalg.eigvalsh(vectors.T @ vectors).clamp(min=0)
    if variances.sum() == 0:
        return 1.0
    shares = variances / variances.sum()
    return float(torch.special.entr(shares).sum().exp())
