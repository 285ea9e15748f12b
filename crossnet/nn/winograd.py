"""3x3 convolutions with fewer multiplications, for training on a CPU.

Winograd's minimal filtering, F(m x m, 3 x 3) of Lavin and Gray ("Fast algorithms for convolutional neural networks",
CVPR 2016, §4.1): a tile of m x m outputs takes (m + 2)^2 multiplications for each pair of channels, and not 9 m^2;
2.25 times fewer with m = 2, and 4 times with m = 4. They are products of matrices, and so are the transformations there
and back. Rounding errors are some 1e-6 of a result with m = 2, and some 1e-5 with m = 4, in float32.

Images are held as matrices whose rows are pixels, in the order of tiles, so that all of it is done without a copy.
With m = 4 and in float32 all of it can be done by `winograd.cpp`, in less than half of the time: `use` it once it is
built.
"""

from ctypes import CDLL, c_float, c_int, c_long, c_void_p
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

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
LARGE_TILES_FROM = 5  # pixels of a batch for each channel; with fewer, larger transformed kernels cost torch too much
EPSILON = 1e-5  # of the norm, as torch has it
SOURCE = Path(__file__).with_suffix(".cpp")


class Library:
    """`winograd.cpp` as it was built. Raises OSError where the file cannot be loaded."""

    def __init__(self, path: Path):
        self.name = path.stem
        library = CDLL(str(path))
        self.forward, self.backward, self._wanted = library.forward, library.backward, library.scratch
        sizes = (*[c_long] * 4, c_int)
        self.forward.argtypes, self.forward.restype = (*[c_void_p] * 6, c_int, c_float, *sizes), None
        self.backward.argtypes, self.backward.restype = (*[c_void_p] * 10, c_int, *sizes), None
        self._wanted.argtypes, self._wanted.restype = sizes, c_long
        self.lanes: int = library.lanes()
        self._kept = local()

    def scratch(self, *sizes: int) -> Tensor:
        """Memory to work in, this thread's own; kept, because what was just used is still in the processor's cache."""
        wanted, kept = self._wanted(*sizes), getattr(self._kept, "scratch", None)
        if kept is None or kept.numel() < wanted:
            self._kept.scratch = kept = torch.empty(wanted, dtype=torch.float32)
        return kept


_library: Library | None = None


def use(library: Library | None) -> None:
    """From here on convolve by a library where it can; None convolves by torch alone."""
    global _library
    _library = library


def used() -> str:
    """The name of the library that convolves; `torch` where there is none."""
    return _library.name if _library else "torch"


@dataclass(frozen=True, eq=False)
class Tiles:
    """The tiles of images (N, C, h, w), and how a 3x3 convolution that pads by reflection works on them.

    Images are matrices (h w, N C) here, a row a pixel; of the pixels of all tiles first comes each tile's first.
    """

    height: int
    width: int
    edge: int  # m
    of_input: Tensor  # ((m + 2)^2, (m + 2)^2)
    of_kernel: Tensor  # ((m + 2)^2, 9)
    of_output: Tensor  # (m^2, (m + 2)^2)
    around: Tensor  # ((m + 2)^2 tiles,): rows that tiles read, those next to them and the reflected ones with them
    library: Library | None  # that convolves, if any does

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
        result: Tensor = _Block.apply(x, self, *parameters)  # type: ignore[no-untyped-call]
        return result


def tiles_for(z: Tensor) -> Tiles | None:
    """The tiles of codes (N, C, h, w) of a training on a CPU; None where a convolution had better be torch's."""
    n, channels, height, width = z.shape
    if z.device.type != "cpu" or torch.is_autocast_enabled("cpu") or not torch.is_grad_enabled():
        return None
    if height % 2 or width % 2:
        return None
    fours = height % 4 == width % 4 == 0
    if fours and _library and z.dtype == torch.float32 and channels % _library.lanes == 0:
        return _tiles(height, width, 4, z.dtype, _library)
    large = fours and n * height * width >= LARGE_TILES_FROM * channels
    return _tiles(height, width, 4 if large else 2, z.dtype, None)


@cache
def _tiles(height: int, width: int, edge: int, dtype: torch.dtype, library: Library | None) -> Tiles:
    matrices = [torch.tensor(table[edge], dtype=torch.float64) for table in (INPUT, KERNEL, OUTPUT)]
    of_input, of_kernel, of_output = (torch.kron(matrix, matrix).to(dtype) for matrix in matrices)
    shape = (height // edge, edge, width // edge, edge)
    pixels = torch.arange(height * width).view(shape).permute(1, 3, 0, 2).flatten()  # of each row
    row = torch.empty_like(pixels)
    row[pixels] = torch.arange(height * width)
    padded = functional.pad(row.view(1, height, width).double(), (1, 1, 1, 1), mode="reflect").long()[0]
    around = padded.unfold(0, edge + 2, edge).unfold(1, edge + 2, edge).permute(2, 3, 0, 1).flatten()
    return Tiles(height, width, edge, of_input, of_kernel, of_output, around, library)


class _Convolution(torch.autograd.Function):
    """The letters are Lavin and Gray's: U of kernels g, V of inputs, M their products."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, tiles: Tiles) -> Tensor:
        wanted, channels = weight.shape[:2]
        products = len(tiles.of_input)
        u = (tiles.of_kernel @ weight.reshape(-1, 9).T).view(products, wanted, channels)
        m = torch.bmm(_transformed(x, channels, tiles), u.transpose(1, 2))
        y = (tiles.of_output @ m.view(products, -1)).view(-1, wanted)
        y += bias
        ctx.save_for_backward(x, u)  # V is as quick to make again as to keep
        ctx.tiles = tiles
        return y.view(len(x), -1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        (x, u), tiles = ctx.saved_tensors, ctx.tiles
        products, wanted, channels = u.shape
        needs_x, needs_weight, needs_bias, _ = ctx.needs_input_grad
        of_x = of_weight = of_bias = None
        gradient = gradient.contiguous()
        of_m = (tiles.of_output.T @ gradient.view(tiles.edge**2, -1)).view(products, -1, wanted)
        if needs_x:
            of_read = tiles.of_input.T @ torch.bmm(of_m, u).view(products, -1)
            of_x = gradient.new_zeros(x.shape).index_add_(0, tiles.around, of_read.view(len(tiles.around), -1))
        if needs_weight:
            of_u = torch.bmm(of_m.transpose(1, 2), _transformed(x, channels, tiles)).view(products, -1)
            of_weight = (tiles.of_kernel.T @ of_u).T.contiguous().view(wanted, channels, 3, 3)
        if needs_bias:
            of_bias = gradient.view(-1, wanted).sum(0)
        return of_x, of_weight, of_bias, None


class _Block(torch.autograd.Function):
    """A residual block by `winograd.cpp`, with as many threads as torch has here.

    A bias before a norm changes nothing, and has a gradient of zero.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, tiles: Tiles, *parameters: Tensor) -> Tensor:
        first, _, second, _ = parameters
        x = x.contiguous()
        inner, inner_scale = _forward(tiles, x, first, rectify=False)
        outer, outer_scale = _forward(tiles, inner, second, rectify=True)
        ctx.save_for_backward(x, inner, inner_scale, outer, outer_scale, *parameters)
        ctx.tiles = tiles
        return x + outer

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, inner, inner_scale, outer, outer_scale, first, first_bias, second, second_bias = ctx.saved_tensors
        needs_x, _, needs_first, needs_first_bias, needs_second, needs_second_bias = ctx.needs_input_grad
        of_inner, of_second = torch.empty_like(inner), torch.empty_like(second) if needs_second else None
        of_x, of_first = torch.empty_like(x) if needs_x else None, torch.empty_like(first) if needs_first else None
        gradient = gradient.contiguous()
        _backward(ctx.tiles, gradient, outer, outer_scale, inner, second, None, of_inner, of_second, rectify=True)
        _backward(ctx.tiles, of_inner, inner, inner_scale, x, first, gradient, of_x, of_first, rectify=False)
        of_biases = [
            torch.zeros_like(bias) if needs else None
            for bias, needs in ((first_bias, needs_first_bias), (second_bias, needs_second_bias))
        ]
        return of_x, None, of_first, of_biases[0], of_second, of_biases[1]


def _forward(tiles: Tiles, x: Tensor, weight: Tensor, rectify: bool) -> tuple[Tensor, Tensor]:
    """norm(convolution(x)), of relu(x) if `rectify`, and what the norm multiplied by."""
    library, sizes = _call(tiles, x, weight)
    y = x.new_empty(len(x), x.shape[1] // weight.shape[1] * weight.shape[0])
    scale = x.new_empty(y.shape[1])
    addresses = _addresses(x, weight, y, scale, library.scratch(*sizes), tiles.around)
    library.forward(*addresses, rectify, EPSILON, *sizes)
    return y, scale


def _backward(
    tiles: Tiles,
    gradient: Tensor,
    y: Tensor,
    scale: Tensor,
    x: Tensor,
    weight: Tensor,
    plus: Tensor | None,
    of_x: Tensor | None,
    of_weight: Tensor | None,
    rectify: bool,
) -> None:
    """Write the gradients of x, with `plus` added to it, and of the weight, from that of y."""
    library, sizes = _call(tiles, x, weight)
    given = (gradient, y, scale, x, weight, plus, of_x, of_weight)
    library.backward(*_addresses(*given, library.scratch(*sizes), tiles.around), rectify, *sizes)


def _call(tiles: Tiles, x: Tensor, weight: Tensor) -> tuple[Library, tuple[int, ...]]:
    """A library, and the sizes that it is told."""
    assert tiles.library is not None
    wanted, channels = weight.shape[:2]
    return tiles.library, (len(x) // tiles.edge**2, x.shape[1] // channels, channels, wanted, torch.get_num_threads())


def _addresses(*tensors: Tensor | None) -> list[int | None]:
    return [None if tensor is None else tensor.data_ptr() for tensor in tensors]


def _transformed(x: Tensor, channels: int, tiles: Tiles) -> Tensor:
    """V: (h w, N C) -> ((m + 2)^2, tiles N, C)."""
    products = len(tiles.of_input)
    read = x.index_select(0, tiles.around).view(products, -1)
    return (tiles.of_input @ read).view(products, -1, channels)
