"""The U-Net of Isola et al. (CVPR 2017), after Ronneberger et al. (MICCAI 2015): a generator with skip connections."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from crossnet.models.norms import affine_norm

DEEPEST = 8  # levels, of the networks for 256x256: down to 1x1


def levels_of(size: int) -> int:
    """The levels of a U-Net for square images: halved until 1x1, or as often as they are even; DEEPEST at most."""
    return min(DEEPEST, (size & -size).bit_length() - 1)


class UNet(nn.Module):
    """Image (N, 3, H, W) in [-1, 1] -> image (N, 3, H, W) in (-1, 1); H and W are multiples of 2^levels.

    Each level halves an image and has twice the channels of the one above, 8 times `width` at most. On the way up, the
    levels below the first take the map of the same size on the way down as well. Going down, an activation stands
    before each convolution, leaky of slope 0.2 but for the first, which has none; going up, ReLU. A norm follows all
    but the first, the last and, unless `bottleneck_norm`, the lowest convolution. 54,413,955 parameters at width 64
    with 8 levels.

    width: channels of the first level.
    levels: 2 at least.
    kernel, outer_kernel: sizes of the kernels, and of the first and the last.
    bias: whether convolutions with a norm have one; those without have one after the last norm.
    dropout: whether levels have dropout of 1/2 on the way up. Then `forward` has a second input, since it is drawn
        outside: `dropout_shape`.
    dropped: these levels; None: those above the lowest with 8 times `width` below and above, 3 of 8, none of 5.
    eps: of the norms.
    """

    def __init__(
        self,
        width: int,
        levels: int,
        kernel: int = 4,
        outer_kernel: int = 4,
        bias: bool = False,
        bottleneck_norm: bool = False,
        dropout: bool = False,
        dropped: Sequence[int] | None = None,
        eps: float = 1e-5,
    ):
        super().__init__()
        channels = [width * min(2**level, 8) for level in range(levels)]
        self.dropped = (range(4, levels - 1) if dropped is None else dropped) if dropout else range(0)
        self._widest = channels[-1]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level, (above, below) in enumerate(zip([3, *channels], channels, strict=False)):
            k, lowest = (kernel if level else outer_kernel), level == levels - 1
            down: list[nn.Module] = [nn.LeakyReLU(0.2)] if level else []
            down += [nn.Conv2d(above, below, k, stride=2, padding=(k - 1) // 2, bias=bias)]
            down += [affine_norm(below, eps)] if level and (bottleneck_norm or not lowest) else []
            up: list[nn.Module] = [nn.ReLU(), _upwards(below if lowest else 2 * below, above, k, bias or not level)]
            up += [affine_norm(above, eps)] if level else [nn.Tanh()]
            self.down.append(nn.Sequential(*down))
            self.up.append(nn.Sequential(*up))

    def forward(self, x: Tensor, drawn: Tensor | None = None) -> Tensor:
        """`drawn`: U(0, 1) of `dropout_shape`, where the network has dropout."""
        maps = [x]
        for layers in self.down:
            maps.append(layers(maps[-1]))
        made = maps.pop()
        for level in reversed(range(len(self.up))):
            made = self.up[level](made)
            if level in self.dropped and drawn is not None:
                kept = drawn[:, self.dropped.index(level), : made.shape[1], : made.shape[2], : made.shape[3]] < 0.5
                made = 2 * made * kept
            if level:
                made = torch.cat([maps.pop(), made], 1)
        return made

    def dropout_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """The shape of what `forward` takes for each image (H, W): a map a level, of the size of the uppermost."""
        scale = 2 ** self.dropped[0]
        return len(self.dropped), self._widest, height // scale, width // scale


def _upwards(channels: int, made: int, kernel: int, bias: bool) -> nn.ConvTranspose2d:
    """A transposed convolution that doubles height and width, whatever its kernel."""
    padding = (kernel - 1) // 2
    return nn.ConvTranspose2d(
        channels, made, kernel, stride=2, padding=padding, output_padding=2 + 2 * padding - kernel, bias=bias
    )
