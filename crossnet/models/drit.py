"""The networks of DRIT (Lee et al., ECCV 2018), as the authors' code has them with attributes as planes (`concat 1`).

Every convolution has a bias, those of stride 1 and 2 pad by reflection. With `width` w an image (N, 3, H, W) in [-1, 1]
has a content code (N, 4w, H/4, W/4) and an attribute (N, attributes).
"""

import torch
from torch import Tensor, nn

from crossnet.models.norms import norm
from crossnet.models.resnet import ResidualBlocks

LARGE = 54  # side of codes from which a content discriminator has kernels of 7x7: images of 216x216


def _convolution(channels: int, made: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    padding = (kernel - 1) // 2
    return nn.Conv2d(channels, made, kernel, stride=stride, padding=padding, padding_mode="reflect")


class OwnContentEncoder(nn.Sequential):
    """F: image -> what the shared block makes a content code of. 3,918,976 parameters at width 64 with 3 blocks."""

    def __init__(self, width: int, blocks: int):
        layers: list[nn.Module] = [_convolution(3, width, 7), nn.LeakyReLU(0.01, inplace=True)]
        for channels in (width, 2 * width):
            layers += [_convolution(channels, 2 * channels, 3, 2), norm(2 * channels), nn.ReLU(inplace=True)]
        super().__init__(*layers, ResidualBlocks(4 * width, blocks))


class _Pooled(nn.Module):
    """A residual block with its activations first, which halves height and width by means."""

    def __init__(self, channels: int, made: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.LeakyReLU(0.2),
            _convolution(channels, channels, 3),
            nn.LeakyReLU(0.2, inplace=True),
            _convolution(channels, made, 3),
            nn.AvgPool2d(2),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, made, 1))

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.body(x) + self.shortcut(x)
        return made


class AttributeEncoder(nn.Module):
    """E_a: image -> mean and logarithm of the variance of its attribute, (N, 2 attributes).

    Without norms. 1,344,080 parameters at width 64 with 8 attributes.
    """

    def __init__(self, width: int, attributes: int):
        super().__init__()
        first = nn.Conv2d(3, width, 4, stride=2, padding=1, padding_mode="reflect")
        pooled = [_Pooled(number * width, (number + 1) * width) for number in (1, 2, 3)]
        self.layers = nn.Sequential(
            first, *pooled, nn.LeakyReLU(0.2, inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.mean, self.log_variance = nn.Linear(4 * width, attributes), nn.Linear(4 * width, attributes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.layers(x)
        return torch.cat([self.mean(h), self.log_variance(h)], 1)


class OwnGenerator(nn.Module):
    """G: what the shared block makes of a content code, and an attribute -> image in (-1, 1).

    The attribute is appended, as constant planes, before the residual blocks and before each layer after them. Layer
    norm is the usual one. 4,192,275 parameters at width 64 with 3 blocks and 8 attributes.
    """

    def __init__(self, width: int, blocks: int, attributes: int):
        super().__init__()
        channels = 4 * width + attributes
        self.blocks, self.upwards = ResidualBlocks(channels, blocks), nn.ModuleList()
        for _ in range(2):
            wide = channels + attributes
            channels = wide // 2
            up = nn.ConvTranspose2d(wide, channels, 3, stride=2, padding=1, output_padding=1)
            self.upwards.append(nn.Sequential(up, nn.GroupNorm(1, channels), nn.ReLU(inplace=True)))
        self.last = nn.Sequential(nn.Conv2d(channels + attributes, 3, 1), nn.Tanh())

    def forward(self, g: Tensor, z: Tensor) -> Tensor:
        h = self.blocks(_with_planes(g, z))
        for layer in self.upwards:
            h = layer(_with_planes(h, z))
        image: Tensor = self.last(_with_planes(h, z))
        return image


def _with_planes(h: Tensor, z: Tensor) -> Tensor:
    return torch.cat([h, z[:, :, None, None].expand(-1, -1, *h.shape[2:])], 1)


class ContentDiscriminator(nn.Sequential):
    """Q_c: content code (N, 4w, h, w) -> scores, before a sigmoid: whether it is of an image of B.

    Three 7x7 convolutions of stride 2 that pad by one, a 4x4 convolution without padding, and a 1x1 one; leaky ReLU of
    slope 0.01, no norm. Codes of less than 54x54 have 3x3 in place of 7x7, as many as leave 4x4. 10,683,649 parameters
    at width 64.

    side: of the codes.
    """

    def __init__(self, width: int, side: int):
        channels = 4 * width
        kernel, count = (7, 3) if side >= LARGE else (3, max(0, min(3, (side // 4).bit_length() - 1)))
        layers: list[nn.Module] = []
        for _ in range(count):
            layers += [nn.Conv2d(channels, channels, kernel, stride=2, padding=1, padding_mode="reflect")]
            layers += [nn.LeakyReLU(0.01, inplace=True)]
        layers += [nn.Conv2d(channels, channels, 4), nn.LeakyReLU(0.01, inplace=True)]
        super().__init__(*layers, nn.Conv2d(channels, 1, 1))
