"""The PatchGAN of Isola et al. (CVPR 2017), after Li and Wand (ECCV 2016): 70x70 pixels, §3.5, and smaller ones."""

import torch
from torch import Tensor, nn

from crossnet.models.norms import affine_norm, norm


class PatchGAN(nn.Sequential):
    """Q: image (N, 3, H, W) in [-1, 1] -> (N, 1, H/2^n - 2, W/2^n - 2) scores, one for each patch, unbounded.

    4x4 convolutions with zero padding 1: n `layers` of stride 2, then two of stride 1; leaky ReLU of slope 0.2; no norm
    in the first and last. A patch has 70 pixels a side with 3 layers (the paper's), 34 with 2, 16 with 1. H and W are
    at least 3 * 2^n (a smaller image leaves no patch). 2,764,737 parameters at width 64 with 3 layers.

    channels: of what it sees.
    affine: whether norms have a scale and a shift of each channel; then the convolutions before them have no bias.
    """

    def __init__(self, width: int, layers: int = 3, channels: int = 3, affine: bool = False):
        modules: list[nn.Module] = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
        for i in range(layers):
            channels = width * 2**i
            modules += [
                nn.Conv2d(channels, 2 * channels, 4, stride=2 if i < layers - 1 else 1, padding=1, bias=not affine),
                affine_norm(2 * channels) if affine else norm(2 * channels),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        super().__init__(*modules, nn.Conv2d(width * 2**layers, 1, 4, padding=1))


class ConditionalPatchGAN(PatchGAN):
    """Q: two images (N, 3, H, W) of one size, an input and what became of it -> scores, as `PatchGAN`.

    2,768,705 parameters at width 64 with 3 layers.
    """

    def __init__(self, width: int, layers: int = 3):
        super().__init__(width, layers, channels=6, affine=True)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:  # type: ignore[override]
        scores: Tensor = super().forward(torch.cat([x, y], 1))  # type: ignore[no-untyped-call]
        return scores
