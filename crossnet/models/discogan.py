"""The networks of DiscoGAN (Kim et al., ICML 2017), as the authors' code has them: convolutions and batch norm.

No convolution has a bias. Batch norm mixes samples: while it trains, a network is called once for each batch.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from crossnet.models.norms import BatchNorm

MOST = 4  # layers that halve: for 64x64, of which they leave 4x4
SLOPE = 0.2


def halvings(size: int) -> int:
    """How many layers halve images: as many as leave 4x4 or more, MOST at most."""
    return max(1, min(MOST, (size // 4).bit_length() - 1))


class HourglassGenerator(nn.Sequential):
    """G: image (N, 3, H, W) in [-1, 1] -> the same in (-1, 1); H and W are multiples of 2^halvings.

    4x4 convolutions of stride 2 to 1, 2, 4, 8 times `width`, and transposed ones back. The paper's images are in
    [0, 1], and its last layer is a sigmoid: on [-1, 1] that is a tanh of half its input. 5,513,856 parameters at width
    64 with 4 halvings.
    """

    mixes_samples = True

    def __init__(self, width: int, count: int):
        widths = [width * 2**place for place in range(count)]
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(SLOPE, inplace=True)]
        for channels, made in pairwise(widths):
            layers += [
                nn.Conv2d(channels, made, 4, 2, 1, bias=False),
                BatchNorm(made),
                nn.LeakyReLU(SLOPE, inplace=True),
            ]
        for channels, made in pairwise(widths[::-1]):
            layers += [nn.ConvTranspose2d(channels, made, 4, 2, 1, bias=False), BatchNorm(made), nn.ReLU(inplace=True)]
        super().__init__(*layers, nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh())


class LayeredDiscriminator(nn.Module):
    """Q: image (N, 3, H, W) in [-1, 1] -> (N, F) numbers, which `scores` and `features` read.

    4x4 convolutions of stride 2 to 1, 2, 4, 8 times `width`, and one of 4x4 without padding: one score, before a
    sigmoid, for 64x64, and several for larger images. 2,765,568 parameters at width 64 with 4 halvings.

    size: of images.
    """

    mixes_samples = True

    def __init__(self, width: int, count: int, size: int):
        super().__init__()
        widths = [width * 2**place for place in range(count)]
        first = nn.Sequential(nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(SLOPE))
        inner = [
            nn.Sequential(nn.Conv2d(channels, made, 4, 2, 1, bias=False), BatchNorm(made), nn.LeakyReLU(SLOPE))
            for channels, made in pairwise(widths)
        ]
        self.layers = nn.ModuleList([first, *inner])
        self.last = nn.Conv2d(widths[-1], 1, 4, bias=False)
        sides = [size // 2 ** (place + 1) for place in range(count)]
        inner_sizes = [made * side**2 for made, side in zip(widths[1:], sides[1:], strict=True)]
        self._sizes = [(sides[-1] - 3) ** 2, *inner_sizes]

    def forward(self, x: Tensor) -> Tensor:
        maps: list[Tensor] = []
        for layer in self.layers:
            x = layer(x)
            maps.append(x)
        return torch.cat([each.flatten(1) for each in (self.last(x), *maps[1:])], 1)

    def scores(self, made: Tensor) -> Tensor:
        """Of what `forward` made, the scores (N, F)."""
        return torch.split(made, self._sizes, 1)[0]

    def features(self, made: Tensor) -> Sequence[Tensor]:
        """Of what `forward` made, the outputs of the layers between the first and the last, (N, F) each."""
        return torch.split(made, self._sizes, 1)[1:]
