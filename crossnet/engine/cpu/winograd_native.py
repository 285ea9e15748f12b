"""Residual blocks by `winograd.cpp`, compiled for this processor.

It computes what `winograd` does with m = 4, in float32, norms and activation included.
"""

from ctypes import CDLL, c_float, c_int, c_long, c_void_p
from pathlib import Path
from threading import local
from typing import Any

import torch
from torch import Tensor

SOURCE = Path(__file__).with_name("winograd.cpp")
EDGE = 4  # m
EPSILON = 1e-5  # of the norm, as torch has it


class Library:
    """The compiled file. Raises OSError where it cannot be loaded.

    Codes are matrices (h w, N C) in the order of tiles, as `winograd.Tiles` has them; `tile_rows` are those that
    tiles read. The name tells one build from another. `lanes` divides the channels of whatever it is asked for.
    """

    def __init__(self, path: Path):
        self.name = path.stem
        library, sizes = CDLL(str(path)), (*[c_long] * 4, c_int)
        try:
            self._forward, self._backward, self._scratch_size = library.forward, library.backward, library.scratch
        except AttributeError as error:
            raise OSError(f"{path}: not what {SOURCE.name} makes; delete it") from error
        self._forward.argtypes, self._forward.restype = (*[c_void_p] * 6, c_int, c_float, *sizes), None
        self._backward.argtypes, self._backward.restype = (*[c_void_p] * 10, c_int, *sizes), None
        self._scratch_size.argtypes, self._scratch_size.restype = sizes, c_long
        self.lanes: int = library.lanes()
        self._kept = local()

    def forward(self, x: Tensor, weight: Tensor, tile_rows: Tensor, rectify: bool) -> tuple[Tensor, Tensor]:
        """norm(convolution(x)), of relu(x) if `rectify`: (h w, N C) -> (h w, N C'), and what the norm multiplied by."""
        sizes = _sizes(x, weight)
        y = x.new_empty(len(x), x.shape[1] // weight.shape[1] * weight.shape[0])
        scale = x.new_empty(y.shape[1])
        self._forward(*_pointers(x, weight, y, scale, self._scratch(sizes), tile_rows), rectify, EPSILON, *sizes)
        return y, scale

    def backward(
        self,
        gradient: Tensor,
        made: tuple[Tensor, Tensor],
        x: Tensor,
        weight: Tensor,
        tile_rows: Tensor,
        rectify: bool,
        plus: Tensor | None,
        needed: tuple[bool, bool],
    ) -> tuple[Tensor | None, Tensor | None]:
        """The gradients of x, with `plus` added, and of the weight, where needed, from that of `forward`'s result."""
        sizes = _sizes(x, weight)
        grad_x, grad_weight = (
            torch.empty_like(each) if need else None for each, need in zip((x, weight), needed, strict=True)
        )
        given = (gradient, *made, x, weight, plus, grad_x, grad_weight, self._scratch(sizes), tile_rows)
        self._backward(*_pointers(*given), rectify, *sizes)
        return grad_x, grad_weight

    def _scratch(self, sizes: tuple[int, ...]) -> Tensor:
        """Memory to work in, this thread's own; kept, because what was just used is still in the processor's cache."""
        size, kept = self._scratch_size(*sizes), getattr(self._kept, "scratch", None)
        if kept is None or kept.numel() < size:
            self._kept.scratch = kept = torch.empty(size, dtype=torch.float32)
        return kept


_library: Library | None = None


def use(library: Library | None) -> None:
    """Compute with a library from here on, where it can; None: with torch alone."""
    global _library
    _library = library


def used() -> str:
    """The name of the library in use; `torch` where there is none."""
    return _library.name if _library else "torch"


def library_for(z: Tensor) -> Library | None:
    """The library in use, if it can compute on codes (N, C, h, w) of a training on a CPU."""
    _, channels, height, width = z.shape
    fits = height % EDGE == width % EDGE == 0 and z.dtype == torch.float32
    return _library if _library and fits and channels % _library.lanes == 0 else None


class NativeResidualBlock(torch.autograd.Function):
    """x + norm(second(relu(norm(first(x))))): (h w, N C) -> (h w, N C), with as many threads as torch has here.

    A bias before a norm changes nothing, and has a gradient of zero.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, library: Library, tile_rows: Tensor, *parameters: Tensor) -> Tensor:
        x, first, second = x.contiguous(), parameters[0].contiguous(), parameters[2].contiguous()
        inner = library.forward(x, first, tile_rows, rectify=False)
        outer = library.forward(inner[0], second, tile_rows, rectify=True)
        ctx.save_for_backward(x, first, second, *inner, *outer, *parameters[1::2])
        ctx.library, ctx.tile_rows = library, tile_rows
        return x + outer[0]

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, first, second, inner, inner_scale, outer, outer_scale, *biases = ctx.saved_tensors
        needs_x, _, _, needs_first, needs_first_bias, needs_second, needs_second_bias = ctx.needs_input_grad
        library, tile_rows, gradient = ctx.library, ctx.tile_rows, gradient.contiguous()
        grad_inner, grad_second = library.backward(
            gradient, (outer, outer_scale), inner, second, tile_rows, True, None, (True, needs_second)
        )
        grad_x, grad_first = library.backward(
            grad_inner, (inner, inner_scale), x, first, tile_rows, False, gradient, (needs_x, needs_first)
        )
        needs = (needs_first_bias, needs_second_bias)
        grad_biases = [torch.zeros_like(b) if needed else None for b, needed in zip(biases, needs, strict=True)]
        return grad_x, None, None, grad_first, grad_biases[0], grad_second, grad_biases[1]


def _sizes(x: Tensor, weight: Tensor) -> tuple[int, ...]:
    """Tiles, images, channels there and back, threads."""
    out_channels, channels = weight.shape[:2]
    return len(x) // EDGE**2, x.shape[1] // channels, channels, out_channels, torch.get_num_threads()


def _pointers(*tensors: Tensor | None) -> list[int | None]:
    return [None if tensor is None else tensor.data_ptr() for tensor in tensors]
