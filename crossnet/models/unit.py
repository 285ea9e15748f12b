"""The networks of UNIT (Liu, Breuel, Kautz, NIPS 2017), as the authors' code of that year has them.

Every convolution has a bias and pads by zeros. With `width` w an image (N, 3, H, W) in [-1, 1] has a code (N, 4w, H/4,
W/4). Residual blocks have instance norm; other layers have leaky ReLU of slope 0.01 and no norm.
"""

from torch import Tensor, nn

from crossnet.models.norms import norm

SLOPE = 0.01


class ZeroPaddedBlock(nn.Module):
    """Two 3x3 convolutions and the identity: (N, C, h, w) -> (N, C, h, w)."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            norm(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1),
            norm(channels),
        )

    def forward(self, z: Tensor) -> Tensor:
        return z + self.body(z)


def blocks(width: int, count: int) -> nn.Sequential:
    """Residual blocks of codes, one after the other; one of 4 * 64 channels has 1,180,160 parameters."""
    return nn.Sequential(*(ZeroPaddedBlock(4 * width) for _ in range(count)))


class OwnEncoder(nn.Sequential):
    """E: image -> what the shared block makes a code of. 3,918,976 parameters at width 64 with 3 blocks."""

    def __init__(self, width: int, count: int):
        super().__init__(
            nn.Conv2d(3, width, 7, padding=3),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            *blocks(width, count),
        )


class OwnDecoder(nn.Sequential):
    """D: what the shared block makes of a code -> image in (-1, 1). 3,909,507 parameters at width 64 with 3 blocks."""

    def __init__(self, width: int, count: int):
        super().__init__(
            *blocks(width, count),
            nn.ConvTranspose2d(4 * width, 2 * width, 3, stride=2, padding=1, output_padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(width, 3, 1),
            nn.Tanh(),
        )


class StridedCritic(nn.Sequential):
    """Q: image (N, 3, H, W) in [-1, 1] -> scores (N, 1, h, w), unbounded, before a sigmoid.

    3x3 convolutions of stride 2 to 1, 2, 4, ... times `width`, and a 1x1 convolution: six for 256x256, which leave a
    map of 4x4, and as many as leave one of smaller images. 25,149,057 parameters at width 64 with six.
    """

    def __init__(self, width: int, size: int, most: int = 6):
        layers: list[nn.Module] = []
        channels = 3
        for layer in range(max(1, min(most, (size // 4).bit_length() - 1))):
            made = width * 2**layer
            layers += [nn.Conv2d(channels, made, 3, stride=2, padding=1), nn.LeakyReLU(SLOPE, inplace=True)]
            channels = made
        super().__init__(*layers, nn.Conv2d(channels, 1, 1))
