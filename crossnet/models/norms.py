"""The normalization layers."""

from typing import Any, Literal

import torch
from torch import Tensor, nn

Norm = Literal["instance", "layer"]


def norm(channels: int, kind: Norm = "instance") -> nn.GroupNorm:
    """Instance or layer norm, without affine parameters and running statistics: each sample by itself.

    Both are group norms: one group a channel, which torch computes in one call, or one group of all channels.
    """
    return nn.GroupNorm(channels if kind == "instance" else 1, channels, affine=False)


class AffineNorm(nn.GroupNorm):
    """Instance norm with a scale and a shift of each channel, of maps of 1x1 too, of which the shift is left."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


def affine_norm(channels: int, eps: float = 1e-5) -> AffineNorm:
    """Instance norm with a scale and a shift of each channel; of a batch of one, batch norm with its own statistics."""
    return AffineNorm(channels, channels, eps=eps)


class BatchNorm(nn.BatchNorm2d):
    """Batch norm whose state is made of floating-point numbers alone: its mean moves by a tenth of each batch's."""

    def __init__(self, channels: int):
        super().__init__(channels)
        self.num_batches_tracked = None

    def _load_from_state_dict(self, *arguments: Any) -> None:
        nn.Module._load_from_state_dict(self, *arguments)  # torch's own adds the number of batches
