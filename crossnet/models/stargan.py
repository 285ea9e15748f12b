"""The networks of StarGAN (Choi et al., CVPR 2018): one generator and one discriminator for all domains.

The generator pads by zeros: behind padding by reflection a norm removes the constant planes of a label.
"""

import torch
from torch import Tensor, nn

from crossnet.models.norms import affine_norm

DOMAINS = 2
SLOPE = 0.01
MOST = 6  # strided layers of a discriminator


class LabelledBlock(nn.Module):
    """Two 3x3 convolutions without bias, norms with scale and shift, and the identity."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            affine_norm(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            affine_norm(channels),
        )

    def forward(self, z: Tensor) -> Tensor:
        return z + self.body(z)


class LabelledGenerator(nn.Module):
    """G: image (N, 3, H, W) in [-1, 1] and label (N, DOMAINS) -> image in (-1, 1); H and W are multiples of 4.

    The label is appended as constant planes. 8,421,120 parameters at width 64 with 6 blocks.
    """

    def __init__(self, width: int, blocks: int):
        super().__init__()

        def strided(channels: int, made: int, layer: type[nn.Conv2d] | type[nn.ConvTranspose2d]) -> list[nn.Module]:
            return [layer(channels, made, 4, stride=2, padding=1, bias=False), affine_norm(made), nn.ReLU(inplace=True)]

        self.layers = nn.Sequential(
            nn.Conv2d(3 + DOMAINS, width, 7, padding=3, bias=False),
            affine_norm(width),
            nn.ReLU(inplace=True),
            *strided(width, 2 * width, nn.Conv2d),
            *strided(2 * width, 4 * width, nn.Conv2d),
            *(LabelledBlock(4 * width) for _ in range(blocks)),
            *strided(4 * width, 2 * width, nn.ConvTranspose2d),
            *strided(2 * width, width, nn.ConvTranspose2d),
            nn.Conv2d(width, 3, 7, padding=3, bias=False),
            nn.Tanh(),
        )

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        planes = label[:, :, None, None].expand(-1, -1, *x.shape[2:])
        image: Tensor = self.layers(torch.cat([x, planes], 1))
        return image


class ClassifyingDiscriminator(nn.Module):
    """Q: image (N, 3, H, W) in [-1, 1] -> (N, h w + DOMAINS): a map of scores, unbounded, and logits of the domains.

    4x4 convolutions of stride 2 to 1, 2, 4, ... times `width`, six for 128x128, which leave 2x2, and as many as leave
    that of smaller images; no norm. 44,737,472 parameters at width 64 and 128x128, 44,786,624 at 256x256.

    size: of images.
    """

    def __init__(self, width: int, size: int):
        super().__init__()
        count = max(1, min(MOST, (size // 2).bit_length() - 1))
        layers: list[nn.Module] = []
        channels = 3
        for place in range(count):
            made = width * 2**place
            layers += [nn.Conv2d(channels, made, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE, inplace=True)]
            channels = made
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(channels, 1, 3, padding=1, bias=False)
        self.classify = nn.Conv2d(channels, DOMAINS, size // 2**count, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = self.layers(x)
        return torch.cat([self.score(h).flatten(1), self.classify(h).flatten(1)], 1)
