"""Scalars that show how the latent spaces fare."""

from torch import Tensor


def code_norm(z: Tensor) -> Tensor:
    """Mean magnitude of the feature vector at each place of codes (N, C, h, w), as Fig. 3 draws it; 0 is collapse."""
    return z.detach().norm(dim=1).mean()
