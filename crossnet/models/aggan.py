"""The networks of AGGAN (Mejjati et al., NeurIPS 2018): a generator, an attention network, a discriminator.

All norms are instance norms with a scale and a shift of each channel. Convolutions pad by zeros, but for the attention
network's first one.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from crossnet.models.norms import affine_norm

Kernels = Literal["coded", "printed"]
KERNELS: dict[str, tuple[int, int, int]] = {
    "coded": (1, 1, 1),
    "printed": (3, 3, 7),
}  # after the attention's bottleneck


class _Block(nn.Module):
    """Two 3x3 convolutions and the identity, a ReLU after the sum: (N, C, h, w) -> the same."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(*_layer(nn.Conv2d(channels, channels, 3, padding=1)))
        self.last = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), affine_norm(channels))

    def forward(self, h: Tensor) -> Tensor:
        return torch.relu(h + self.last(self.body(h)))


def _layer(convolution: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return convolution, affine_norm(convolution.out_channels), nn.ReLU(inplace=True)


class Generator(nn.Sequential):
    """G: image (N, 3, H, W) in [-1, 1] -> image (N, 3, H, W) in (-1, 1); H and W are multiples of 4.

    2,855,811 parameters at width 32 with 9 blocks.
    """

    def __init__(self, width: int, blocks: int):
        super().__init__(
            *_layer(nn.Conv2d(3, width, 7, padding=3)),
            *_layer(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)),
            *_layer(nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)),
            *(_Block(4 * width) for _ in range(blocks)),
            *_layer(nn.ConvTranspose2d(4 * width, 2 * width, 3, stride=2, padding=1, output_padding=1)),
            *_layer(nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1)),
            nn.Conv2d(width, 3, 7, padding=3),
            nn.Tanh(),
        )


class Attention(nn.Sequential):
    """A: image (N, 3, H, W) in [-1, 1] -> attention (N, 1, H, W) in (0, 1); H and W are multiples of 4.

    kernels: `coded` as the authors' code has them, 1x1 after the bottleneck, so that the attention is the same for each
        4x4 pixels; or `printed` as the paper has them. The paper prints a first layer of stride 1, which would make the
        map twice as large as the image; here it has stride 2, as in the code.

    104,001 parameters at width 32 as coded, 154,689 as printed.
    """

    def __init__(self, width: int, kernels: Kernels):
        first, second, third = KERNELS[kernels]
        super().__init__(
            *_layer(nn.Conv2d(3, width, 7, stride=2, padding=3, padding_mode="reflect")),
            *_layer(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)),
            _Block(2 * width),
            nn.Upsample(scale_factor=2),
            *_layer(nn.Conv2d(2 * width, 2 * width, first, padding=first // 2)),
            nn.Upsample(scale_factor=2),
            *_layer(nn.Conv2d(2 * width, width, second, padding=second // 2)),
            nn.Conv2d(width, 1, third, padding=third // 2),
            nn.Sigmoid(),
        )


class Discriminator(nn.Module):
    """Q: image (N, 3, H, W) -> scores (N, 1, h, w), unbounded; a PatchGAN with padding 2, whose norms can be off.

    4x4 convolutions: n `layers` of stride 2, then two of stride 1; leaky ReLU of slope 0.2; a norm in all but the last.
    2,766,657 parameters at width 64 with 3 layers.
    """

    def __init__(self, width: int, layers: int = 3):
        super().__init__()
        channels = [3, *(width * 2**i for i in range(layers + 1))]
        strides = [2] * layers + [1]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 4, stride=stride, padding=2)
            for before, after, stride in zip(channels, channels[1:], strides, strict=False)
        )
        self.norms = nn.ModuleList(affine_norm(after) for after in channels[1:])
        self.last = nn.Conv2d(channels[-1], 1, 4, padding=2)

    def forward(self, x: Tensor, normed: bool = True) -> Tensor:
        """`normed`: whether the norms are on."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = convolution(x)
            x = nn.functional.leaky_relu(norm(x) if normed else x, 0.2)
        scores: Tensor = self.last(x)
        return scores
