"""Encoder, decoder and residual blocks of Johnson et al. [9], in the conventions of CycleGAN's code.

Every convolution has a bias, every normalisation is without affine parameters or running statistics, stride-1
convolutions pad by reflection and strided ones by zeros (docs/decisions.md). With `width` w an image (N, 3, H, W) in
[-1, 1] has a code (N, 4w, H/4, W/4); H and W are multiples of 4.

Residual blocks have instance norm. The layers around them, which change the resolution, have `norm`: `instance`, as
CycleGAN's code, or `layer`. After an instance norm the code of x is that of a x + c, for any a > 0 and c of a channel,
so that absolute colour is lost; layer norm, over all channels together, keeps what the channels have of one another.
"""

from typing import Literal

from torch import Tensor, nn

from crossnet.engine.cpu.few_channel_conv import NarrowConv2d
from crossnet.engine.cpu.winograd import Tiles, tiles_for

Norm = Literal["instance", "layer"]


def norm(channels: int, kind: Norm = "instance") -> nn.GroupNorm:
    """Instance or layer norm, no affine, no running statistics: each sample by itself, so batching changes no number.

    Both are group norms: of one channel a group, which torch computes in one call, and of one group of all channels.
    """
    return nn.GroupNorm(channels if kind == "instance" else 1, channels, affine=False)


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

    def on(self, tiles: Tiles, x: Tensor) -> Tensor:
        """The same of codes in the order of tiles, (h w, N C) -> (h w, N C)."""
        first, _, _, second, _ = self.body
        assert isinstance(first, nn.Conv2d)
        assert isinstance(second, nn.Conv2d)
        return tiles.residual_block(x, first, second)


class ResidualBlocks(nn.Sequential):
    """Residual blocks, one after the other: (N, C, h, w) -> (N, C, h, w).

    On a CPU their convolutions take fewer multiplications (`crossnet.engine.cpu.winograd`): the same numbers but for
    rounding.
    """

    def __init__(self, channels: int, count: int):
        super().__init__(*(ResidualBlock(channels) for _ in range(count)))
        self.channels = channels

    def forward(self, z: Tensor) -> Tensor:
        fits = z.shape[1] == self.channels and z.dtype == next(self.parameters(), z).dtype
        tiles = tiles_for(z) if fits else None  # torch tells what is wrong with what does not fit
        x = z if tiles is None else tiles.rows(z)
        for block in self:
            assert isinstance(block, ResidualBlock)
            x = block(x) if tiles is None else block.on(tiles, x)
        return x if tiles is None else tiles.images(x, z.shape[1])


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
            NarrowConv2d(width, 3, 7, padding=3, padding_mode="reflect"),
            nn.Tanh(),
        )
