"""The multi-scale discriminator of MUNIT and DRIT (ECCV 2018), after Wang et al. (CVPR 2018)."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class MultiScalePatchGAN(nn.Module):
    """Q: image (N, 3, H, W) in [-1, 1] -> (N, scales, h, w) scores, unbounded, one channel a scale, the finest first.

    At each scale `layers` 4x4 convolutions of stride 2 that pad by reflection, to 1, 2, 4, ... times `width`, with
    leaky ReLU and no norm, and a 1x1 convolution. The next scale sees every second pixel of a local mean. Coarser
    scores are repeated to the grid of the finest: the mean over a channel is that of its scale's own scores where H and
    W are multiples of 2^(layers + scales - 1). 8,271,171 parameters at width 64 with 4 layers and 3 scales.

    scales: at most; as many as images of `size` have, of which each layer needs 2x2 pixels.
    slope: of the leaky ReLU.
    """

    def __init__(self, width: int, layers: int, scales: int, size: int, slope: float):
        super().__init__()
        scales = max(1, min(scales, size.bit_length() - layers))
        self.scales = nn.ModuleList(_patches(width, layers, slope) for _ in range(scales))

    def forward(self, x: Tensor) -> Tensor:
        scores: list[Tensor] = []
        for patches in self.scales:
            if scores:
                x = functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            scores.append(patches(x))
        grid = scores[0].shape[2:]
        return torch.cat([scores[0], *(functional.interpolate(each, grid) for each in scores[1:])], 1)


def _patches(width: int, layers: int, slope: float) -> nn.Sequential:
    modules: list[nn.Module] = []
    channels = 3
    for layer in range(layers):
        made = width * 2**layer
        modules += [nn.Conv2d(channels, made, 4, stride=2, padding=1, padding_mode="reflect")]
        modules += [nn.LeakyReLU(slope, inplace=True)]
        channels = made
    return nn.Sequential(*modules, nn.Conv2d(channels, 1, 1))
