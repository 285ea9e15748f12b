"""The critic of DualGAN (Yi et al., ICCV 2017), as its authors' code has it."""

from torch import Tensor, nn

from crossnet.models.norms import affine_norm

FACTORS = (1, 2, 4, 8, 8)  # of `width`: the channels of the convolutions for 256x256
MAP = 8  # side of the last map
EPS = 1e-6


class Critic(nn.Module):
    """Q: image (N, 3, H, W) in [-1, 1] -> scores, unbounded: one an image (N, 1), or a map (N, 1, h, w).

    Convolutions of stride 2, the first of 5x5, the others of 3x3, to 1, 2, 4, 8 and 8 times `width`, five for 256x256:
    as many as leave a map of 8x8 of smaller images, since a norm leaves nothing of 1x1. Leaky ReLU of slope 0.2; a norm
    with scale and shift in all but the first. Then a linear layer, or one more convolution for a map. At width 64 and
    256x256 3,949,441 parameters with one score, 3,921,281 with a map.

    size: of images.
    patches: whether the scores are a map.
    """

    def __init__(self, width: int, size: int, patches: bool):
        super().__init__()
        strides = min(len(FACTORS), max(1, (size // MAP).bit_length() - 1))
        layers: list[nn.Module] = [nn.Conv2d(3, width, 5, stride=2, padding=2), nn.LeakyReLU(0.2, inplace=True)]
        channels = width
        for factor in FACTORS[1:strides]:
            layers += [nn.Conv2d(channels, factor * width, 3, stride=2, padding=1), affine_norm(factor * width, EPS)]
            layers += [nn.LeakyReLU(0.2, inplace=True)]
            channels = factor * width
        if patches:
            layers += [nn.Conv2d(channels, 1, 3, stride=2, padding=1)]
        else:
            side = -(-size // 2**strides)
            layers += [nn.Flatten(), nn.Linear(channels * side**2, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.layers(x)
        return scores
