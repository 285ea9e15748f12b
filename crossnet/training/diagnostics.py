"""Scalars that show how the latent spaces fare."""

import torch
from torch import Tensor

from crossnet.effective_rank import effective_rank


def code_norm(z: Tensor) -> Tensor:
    """Mean magnitude of the feature vector at each place of codes (N, C, h, w), as Fig. 3 draws it.

    It does not show a collapse: the instance norms of the encoder fix the scale of a code, whatever it says.
    """
    return z.detach().norm(dim=1).mean()


def code_rank(z: Tensor) -> float:
    """The effective rank of codes (N, C, h, w), from 1 to C; the places of all images are the samples."""
    return effective_rank(z.detach().movedim(1, -1).flatten(0, -2).to("cpu", torch.float64).numpy())
