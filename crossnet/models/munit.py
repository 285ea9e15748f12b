"""Content and style encoders, and the decoder by adaptive instance norm, of MUNIT (Huang et al., ECCV 2018).

Every convolution has a bias and pads by reflection. With `width` w an image (N, 3, H, W) in [-1, 1] has a content code
(N, 4w, H/4, W/4) and a style (N, style_dims).
"""

import torch
from torch import Tensor, nn

from crossnet.models.norms import norm
from crossnet.models.resnet import ResidualBlocks


def convolution(channels: int, made: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution that pads by reflection."""
    padding = (kernel - 1) // 2
    return nn.Conv2d(channels, made, kernel, stride=stride, padding=padding, padding_mode="reflect")


class ContentEncoder(nn.Sequential):
    """E_c: image -> content code, with instance norm. 5,385,856 parameters at width 64 with 4 blocks."""

    def __init__(self, width: int, blocks: int):
        layers: list[nn.Module] = []
        for channels, made, kernel, stride in (
            (3, width, 7, 1),
            (width, 2 * width, 4, 2),
            (2 * width, 4 * width, 4, 2),
        ):
            layers += [convolution(channels, made, kernel, stride), norm(made), nn.ReLU(inplace=True)]
        super().__init__(*layers, ResidualBlocks(4 * width, blocks))


class StyleEncoder(nn.Sequential):
    """E_s: image -> style (N, style_dims), without norms. 2,764,936 parameters at width 64 with 8 dimensions.

    Images have 16x16 pixels at least.
    """

    def __init__(self, width: int, style_dims: int):
        layers: list[nn.Module] = [convolution(3, width, 7), nn.ReLU(inplace=True)]
        for channels, made in ((width, 2 * width), *[(2 * width, 4 * width)], *[(4 * width, 4 * width)] * 2):
            layers += [convolution(channels, made, 4, 2), nn.ReLU(inplace=True)]
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(4 * width, style_dims, 1), nn.Flatten())


class StyleMLP(nn.Sequential):
    """M: style (N, style_dims) -> shifts and scales of all adaptive norms of a decoder, (N, 16 width blocks).

    1,120,768 parameters at width 64 with 4 blocks and 8 dimensions.
    """

    def __init__(self, width: int, blocks: int, style_dims: int):
        hidden = 4 * width
        super().__init__(
            nn.Linear(style_dims, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, 2 * 2 * hidden * blocks),
        )


class AdaptiveBlock(nn.Module):
    """A residual block whose instance norms get their shifts and scales from outside (Huang, Belongie, ICCV 2017)."""

    def __init__(self, channels: int):
        super().__init__()
        self.first, self.second = convolution(channels, channels, 3), convolution(channels, channels, 3)

    def forward(self, z: Tensor, style: Tensor) -> Tensor:
        """`style` (N, 2, 2, C): of each of two norms the shifts, then the scales."""
        h = torch.relu(_adapted(self.first(z), style[:, 0]))
        return z + _adapted(self.second(h), style[:, 1])


def _adapted(h: Tensor, style: Tensor) -> Tensor:
    shift, scale = style[..., None, None].unbind(1)
    return scale * torch.group_norm(h, h.shape[1]) + shift


class SampleNorm(nn.Module):
    """Layer norm over channels and pixels of a sample, with a scale and a shift of each channel.

    By the unbiased standard deviation, to which 1e-5 is added. Scales begin as U(0, 1).
    """

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the scales."""
        self.weight.uniform_(generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean((1, 2, 3), keepdim=True)
        normed = centred / (x.flatten(1).std(1)[:, None, None, None] + 1e-5)
        return normed * self.weight[:, None, None] + self.bias[:, None, None]


class StyledDecoder(nn.Module):
    """D: content code and what M makes of a style -> image in (-1, 1). 5,754,627 parameters at width 64, 4 blocks."""

    def __init__(self, width: int, blocks: int):
        super().__init__()
        self.blocks = nn.ModuleList(AdaptiveBlock(4 * width) for _ in range(blocks))
        layers: list[nn.Module] = []
        for channels, made in ((4 * width, 2 * width), (2 * width, width)):
            layers += [
                nn.Upsample(scale_factor=2),
                convolution(channels, made, 5),
                SampleNorm(made),
                nn.ReLU(inplace=True),
            ]
        self.upwards = nn.Sequential(*layers, convolution(width, 3, 7), nn.Tanh())

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        styles = style.view(len(style), len(self.blocks), 2, 2, content.shape[1])
        for place, block in enumerate(self.blocks):
            content = block(content, styles[:, place])
        image: Tensor = self.upwards(content)
        return image
