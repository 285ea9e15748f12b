"""The 70x70 PatchGAN of Isola et al. [8], after Li and Wand [13]: §3.5."""

from torch import nn

from crossnet.nn.blocks import norm


class PatchGAN(nn.Sequential):
    """Q: image (N, 3, H, W) in [-1, 1] -> (N, 1, H/8 - 2, W/8 - 2) scores, one for each 70x70 patch, unbounded.

    4x4 convolutions of stride 2, 2, 2, 1, 1 with zero padding 1; leaky ReLU of slope 0.2; no norm in the first and
    last. H and W are at least 24 (a smaller image leaves no patch). 2,764,737 parameters at width 64.
    """

    def __init__(self, width: int):
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
        for channels, stride in ((width, 2), (2 * width, 2), (4 * width, 1)):
            layers += [
                nn.Conv2d(channels, 2 * channels, 4, stride=stride, padding=1),
                norm(2 * channels),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        super().__init__(*layers, nn.Conv2d(8 * width, 1, 4, padding=1))


def receptive_field(network: nn.Module) -> int:
    """The side, in pixels, of the patch that one score sees: 70 for a PatchGAN."""
    field = 1
    for layer in reversed([m for m in network.modules() if isinstance(m, nn.Conv2d)]):
        field = (field - 1) * layer.stride[0] + layer.kernel_size[0]
    return field
