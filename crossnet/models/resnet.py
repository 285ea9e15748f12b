"""Encoder, cross-translator and decoder: networks of Johnson et al. (ECCV 2016) in the conventions of CycleGAN's code.

Every convolution has a bias, every norm is without affine parameters or running statistics, convolutions of stride 1
pad by reflection and those of stride 2 by zeros (docs/decisions.md). With `width` w an image (N, 3, H, W) in [-1, 1]
has a code (N, 4w, H/4, W/4); H and W are multiples of 4.

Residual blocks have instance norm. The layers around them, which change the resolution, have `norm`: `instance`, as in
CycleGAN's code, or `layer`. With instance norm x and a x + c have the same code, for any a > 0 and c of a channel, so
that absolute colour is lost; layer norm, over all channels together, keeps the ratios of channels.
"""

from torch import Tensor, nn

from crossnet.models.norms import Norm, norm


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


class ResidualBlocks(nn.Sequential):
    """Residual blocks, one after the other: (N, C, h, w) -> (N, C, h, w)."""

    def __init__(self, channels: int, count: int):
        super().__init__(*(ResidualBlock(channels) for _ in range(count)))
        self.channels = channels


class Encoder(nn.Sequential):
    """E: image (N, 3, H, W) in [-1, 1] -> code (N, 4 width, H/4, W/4), §3.5.

    A 7x7 convolution, two 3x3 convolutions of stride 2, residual blocks; the code is the last block's sum and has
    no activation of its own. 10,999,936 parameters at width 64 with 9 blocks.
    """

    def __init__(self, width: int, blocks: int, kind: Norm = "instance"):
        super().__init__(
            nn.Conv2d(3, width, 7, padding=3, padding_mode="reflect"),
            norm(width, kind),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            norm(2 * width, kind),
            nn.ReLU(inplace=True),
            nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1),
            norm(4 * width, kind),
            nn.ReLU(inplace=True),
            ResidualBlocks(4 * width, blocks),
        )


class Translator(ResidualBlocks):
    """T: code (N, 4 width, h, w) -> code of the other generator, same shape, §3.5.

    Residual blocks alone: a residual sum, no last activation. 10,621,440 parameters at width 64 with 9 blocks.
    """

    def __init__(self, width: int, blocks: int):
        super().__init__(4 * width, blocks)


class Decoder(nn.Sequential):
    """D: code (N, 4 width, h, w) -> image (N, 3, 4h, 4w) in (-1, 1), §3.5.

    Two 3x3 transposed convolutions of stride 2, a 7x7 convolution, tanh. 378,243 parameters at width 64.
    """

    def __init__(self, width: int, kind: Norm = "instance"):
        super().__init__(
            nn.ConvTranspose2d(4 * width, 2 * width, 3, stride=2, padding=1, output_padding=1),
            norm(2 * width, kind),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1),
            norm(width, kind),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 3, 7, padding=3, padding_mode="reflect"),
            nn.Tanh(),
        )
