"""The normalization layers."""

from typing import Literal

from torch import nn

Norm = Literal["instance", "layer"]


def norm(channels: int, kind: Norm = "instance") -> nn.GroupNorm:
    """Instance or layer norm, without affine parameters and running statistics: each sample by itself.

    Both are group norms: one group a channel, which torch computes in one call, or one group of all channels.
    """
    return nn.GroupNorm(channels if kind == "instance" else 1, channels, affine=False)


def affine_norm(channels: int, eps: float = 1e-5) -> nn.GroupNorm:
    """Instance norm with a scale and a shift of each channel; of a batch of one, batch norm with its own statistics."""
    return nn.GroupNorm(channels, channels, eps=eps)
