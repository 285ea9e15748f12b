"""3x3 convolutions with fewer multiplications, on a CPU.

Winograd's minimal filtering, F(m x m, 3 x 3) of Lavin and Gray ("Fast algorithms for convolutional neural networks",
CVPR 2016, §4.1): a tile of m x m outputs takes (m + 2)^2 multiplications for each pair of channels, and not 9 m^2;
2.25 times fewer with m = 2, and 4 times with m = 4. They are products of matrices, and so are the transformations there
and back. Rounding errors are some 1e-6 of a result with m = 2, and some 1e-5 with m = 4, in float32.

Images are held as matrices whose rows are pixels, in the order of tiles, so that all of it is done without a copy.
Where C++ can be compiled, `winograd_native` does the same with m = 4. A norm divides by the standard deviation of a
channel: where a channel is constant, only rounding errors are left, and torch's convolutions have smaller ones.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossnet.engine.cpu.winograd_native import EDGE, EPSILON, Library, NativeResidualBlock, library_for
from crossnet.models.resnet import ResidualBlock, ResidualBlocks

# of one dimension: A^T [(G g) * (B^T d)], Lavin and Gray's Eq. (5), (12) and §4.3
INPUT = {
    2: [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    4: [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
}
KERNEL = {
    2: [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
    4: [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
}
OUTPUT = {
    2: [[1, 1, 1, 0], [0, 1, -1, -1]],
    4: [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
}
MAX_INFERENCE_PIXELS = 2**16  # pixels of codes without gradients: V and M take 4.5 times the memory of the codes
LARGE_TILES_FROM = 5  # pixels of a batch for each channel; with fewer, larger transformed kernels cost torch too much


@dataclass(frozen=True, eq=False)
class Tiles:
    """The tiles of images (N, C, h, w), and how a 3x3 convolution that pads by reflection works on them.

    Images are matrices (h w, N C) here, a row a pixel; of the pixels of all tiles first comes each tile's first.
    """

    height: int
    width: int
    edge: int  # m
    input_transform: Tensor  # ((m + 2)^2, (m + 2)^2)
    kernel_transform: Tensor  # ((m + 2)^2, 9)
    output_transform: Tensor  # (m^2, (m + 2)^2)
    tile_rows: Tensor  # ((m + 2)^2 tiles,): rows that tiles read, with their neighbours and the reflected ones
    library: Library | None  # that computes residual blocks, if any does

    def rows(self, z: Tensor) -> Tensor:
        """(N, C, h, w) -> (h w, N C)."""
        n, channels, edge = *z.shape[:2], self.edge
        tiled = z.reshape(n, channels, self.height // edge, edge, self.width // edge, edge)
        return tiled.permute(3, 5, 2, 4, 0, 1).reshape(self.height * self.width, n * channels)

    def images(self, x: Tensor, channels: int) -> Tensor:
        """(h w, N C) -> (N, C, h, w)."""
        edge = self.edge
        tiled = x.view(edge, edge, self.height // edge, self.width // edge, -1, channels)
        return tiled.permute(4, 5, 2, 0, 3, 1).reshape(-1, channels, self.height, self.width)

    def convolve(self, x: Tensor, layer: nn.Conv2d) -> Tensor:
        """What a 3x3 convolution of stride 1 with reflection padding gives: (h w, N C) -> (h w, N C')."""
        result: Tensor = _Convolution.apply(x, layer.weight, layer.bias, self)  # type: ignore[no-untyped-call]
        return result

    def norm(self, x: Tensor) -> Tensor:
        """Instance norm, no affine: over the rows, each channel of each image by itself."""
        return functional.batch_norm(x, None, None, training=True, eps=EPSILON)

    def residual_block(self, x: Tensor, first: nn.Conv2d, second: nn.Conv2d) -> Tensor:
        """x + norm(second(relu(norm(first(x))))): (h w, N C) -> (h w, N C)."""
        if self.library is None:
            inner = functional.relu_(self.norm(self.convolve(x, first)))
            return x + self.norm(self.convolve(inner, second))
        parameters = (first.weight, first.bias, second.weight, second.bias)
        result: Tensor = NativeResidualBlock.apply(x, self.library, self.tile_rows, *parameters)  # type: ignore[no-untyped-call]
        return result


class WinogradResidualBlocks(ResidualBlocks):
    """`ResidualBlocks` in which codes stay in the order of tiles from the first block to the last."""

    def forward(self, z: Tensor) -> Tensor:
        fits = z.shape[1] == self.channels and z.dtype == next(self.parameters(), z).dtype
        tiles = tiles_for(z) if fits else None  # torch raises an error for what does not fit
        if tiles is None:
            return super().forward(z)  # type: ignore[no-untyped-call]
        x = tiles.rows(z)
        for block in self:
            assert isinstance(block, ResidualBlock)
            first, _, _, second, _ = block.body
            assert isinstance(first, nn.Conv2d)
            assert isinstance(second, nn.Conv2d)
            x = tiles.residual_block(x, first, second)
        return tiles.images(x, z.shape[1])


def tiles_for(z: Tensor) -> Tiles | None:
    """The tiles of codes (N, C, h, w) on a CPU; None where torch's own convolution is the better one.

    Without gradients that is so for large codes, and wherever no library computes: what is written with torch gains
    nothing there.
    """
    n, channels, height, width = z.shape
    if z.device.type != "cpu" or torch.is_autocast_enabled("cpu") or height % 2 or width % 2:
        return None
    if not torch.is_grad_enabled() and n * height * width > MAX_INFERENCE_PIXELS:
        return None
    if library := library_for(z):
        return _tiles(height, width, EDGE, z.dtype, library)
    if not torch.is_grad_enabled():
        return None
    large = height % 4 == width % 4 == 0 and n * height * width >= LARGE_TILES_FROM * channels
    return _tiles(height, width, 4 if large else 2, z.dtype, None)


@lru_cache(maxsize=16)  # photographs have many sizes
@torch.inference_mode(False)  # a training can use what a translation has made
def _tiles(height: int, width: int, edge: int, dtype: torch.dtype, library: Library | None) -> Tiles:
    matrices = [torch.tensor(table[edge], dtype=torch.float64) for table in (INPUT, KERNEL, OUTPUT)]
    input_transform, kernel_transform, output_transform = (torch.kron(matrix, matrix).to(dtype) for matrix in matrices)
    shape = (height // edge, edge, width // edge, edge)
    pixels = torch.arange(height * width).view(shape).permute(1, 3, 0, 2).flatten()  # of each row
    row = torch.empty_like(pixels)
    row[pixels] = torch.arange(height * width)
    padded = functional.pad(row.view(1, height, width).double(), (1, 1, 1, 1), mode="reflect").long()[0]
    tile_rows = padded.unfold(0, edge + 2, edge).unfold(1, edge + 2, edge).permute(2, 3, 0, 1).flatten()
    return Tiles(height, width, edge, input_transform, kernel_transform, output_transform, tile_rows, library)


class _Convolution(torch.autograd.Function):
    """The letters are Lavin and Gray's: U of kernels g, V of inputs, M their products."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, tiles: Tiles) -> Tensor:
        out_channels, channels = weight.shape[:2]
        products = len(tiles.input_transform)
        u = (tiles.kernel_transform @ weight.reshape(-1, 9).T).view(products, out_channels, channels)
        m = torch.bmm(_transformed(x, channels, tiles), u.transpose(1, 2))
        y = (tiles.output_transform @ m.view(products, -1)).view(-1, out_channels)
        y += bias
        ctx.save_for_backward(x, u)  # V is as quick to make again as to keep
        ctx.tiles = tiles
        return y.view(len(x), -1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        (x, u), tiles = ctx.saved_tensors, ctx.tiles
        products, out_channels, channels = u.shape
        needs_x, needs_weight, needs_bias, _ = ctx.needs_input_grad
        grad_x = grad_weight = grad_bias = None
        gradient = gradient.contiguous()
        grad_m = (tiles.output_transform.T @ gradient.view(tiles.edge**2, -1)).view(products, -1, out_channels)
        if needs_x:
            grad_read = tiles.input_transform.T @ torch.bmm(grad_m, u).view(products, -1)
            grad_x = gradient.new_zeros(x.shape).index_add_(
                0, tiles.tile_rows, grad_read.view(len(tiles.tile_rows), -1)
            )
        if needs_weight:
            grad_u = torch.bmm(grad_m.transpose(1, 2), _transformed(x, channels, tiles)).view(products, -1)
            grad_weight = (tiles.kernel_transform.T @ grad_u).T.contiguous().view(out_channels, channels, 3, 3)
        if needs_bias:
            grad_bias = gradient.view(-1, out_channels).sum(0)
        return grad_x, grad_weight, grad_bias, None


def _transformed(x: Tensor, channels: int, tiles: Tiles) -> Tensor:
    """V: (h w, N C) -> ((m + 2)^2, tiles N, C)."""
    products = len(tiles.input_transform)
    read = x.index_select(0, tiles.tile_rows).view(products, -1)
    return (tiles.input_transform @ read).view(products, -1, channels)
