"""Encoder, decoder and residual blocks of Johnson et al. [9], in the conventions of CycleGAN's code.

Every convolution has a bias, every normalisation is an instance norm without affine parameters or running
statistics, stride-1 convolutions pad by reflection and strided ones by zeros (docs/decisions.md). With
`width` w an image (N, 3, H, W) in [-1, 1] has a code (N, 4w, H/4, W/4); H and W are multiples of 4.
"""

from torch import Tensor, nn

from crossnet.nn.narrow import NarrowConv2d


def norm(channels: int) -> nn.GroupNorm:
    """Instance norm, no affine, no running statistics: each sample by itself, so batching changes no number.

    It is written as the group norm of one channel a group, which torch computes in one call.
    """
    return nn.GroupNorm(channels, channels, affine=False)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and the identity: (N, C, h, w) -> (N, C, h, w), §3.5."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            norm(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            norm(channels),
        )

    def forward(self, z: Tensor) -> Tensor:
        return z + self.body(z)


class Encoder(nn.Sequential):
    """E: image (N, 3, H, W) in [-1, 1] -> code (N, 4 width, H/4, W/4), §3.5.

    A 7x7 convolution, two 3x3 convolutions of stride 2, residual blocks; the code is the last block's sum and has
    no activation of its own. 10,999,936 parameters at width 64 with 9 blocks.
    """

    def __init__(self, width: int, blocks: int):
        super().__init__(
            nn.Conv2d(3, width, 7, padding=3, padding_mode="reflect"),
            norm(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            norm(2 * width),
            nn.ReLU(inplace=True),
            nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1),
            norm(4 * width),
            nn.ReLU(inplace=True),
            *(ResidualBlock(4 * width) for _ in range(blocks)),
        )


class Translator(nn.Sequential):
    """T: code (N, 4 width, h, w) -> code of the other generator, same shape, §3.5.

    Residual blocks alone: a residual sum, no last activation. 10,621,440 parameters at width 64 with 9 blocks.
    """

    def __init__(self, width: int, blocks: int):
        super().__init__(*(ResidualBlock(4 * width) for _ in range(blocks)))


class Decoder(nn.Sequential):
    """D: code (N, 4 width, h, w) -> image (N, 3, 4h, 4w) in (-1, 1), §3.5.

    Two 3x3 transposed convolutions of stride 2, a 7x7 convolution, tanh. 378,243 parameters at width 64.
    """

    def __init__(self, width: int):
        super().__init__(
            nn.ConvTranspose2d(4 * width, 2 * width, 3, stride=2, padding=1, output_padding=1),
            norm(2 * width),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1),
            norm(width),
            nn.ReLU(inplace=True),
            NarrowConv2d(width, 3, 7, padding=3, padding_mode="reflect"),
            nn.Tanh(),
        )
