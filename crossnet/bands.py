"""Translate an image of any size in bounded memory, with the result of the whole: layer by layer, in bands of rows.

Instance and layer norm divide by statistics of all of an image, so that tiles which are translated on their own differ
from the whole, and from each other (docs/pretrained.md has how much). Here every layer is computed in bands, each with
the rows around it that a convolution reads. A norm first goes through all bands of its input for its statistics. What
is cheap to compute again is not kept: the values between image and code, and between code and image. The code and one
intermediate result of its residual blocks are, in memory, or in a temporary file if they are large.

The numbers are those of the whole except for rounding.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crossnet.images import from_range, to_range
from crossnet.models.resnet import Decoder, Encoder, ResidualBlock, ResidualBlocks

Pixels = NDArray[np.uint8]  # (H, W, 3)
Shown = Callable[[int], Callable[[], None]]  # of the number of all bands: what is called after each of them
BAND_VALUES = 2**22  # that a band has in any layer at most, unless a single row has more: 16 MiB
MEMORY = 2**30  # bytes of codes that are held in memory; the rest goes to temporary files


class Statistics(NamedTuple):
    """Mean and 1 / standard deviation of each channel, (1, C, 1, 1)."""

    mean: Tensor
    scale: Tensor


class Rows(ABC):
    """Values (channels, height, width), any rows of which can be computed.

    below: the values that a row takes of what these are computed from; `row_values` is that or its own, if larger.
    """

    def __init__(self, channels: int, height: int, width: int, below: float = 0.0) -> None:
        self.channels, self.height, self.width = channels, height, width
        self.row_values = max(channels * width, below)

    @abstractmethod
    def rows(self, top: int, bottom: int) -> Tensor:
        """Return rows [top, bottom), (1, C, bottom - top, W); not to be written to."""

    def bands(self) -> list[tuple[int, int]]:
        """Divide all rows into even bands that take at most BAND_VALUES values, or of a row each."""
        most = max(1, int(BAND_VALUES / self.row_values))
        count = -(-self.height // most)
        return list(pairwise(self.height * i // count for i in range(count + 1)))


class ImageRows(Rows):
    """An image (H, W, 3) in [-1, 1]."""

    def __init__(self, rgb: Pixels, device: torch.device) -> None:
        super().__init__(3, *rgb.shape[:2])
        self._rgb, self._device = rgb, device

    def rows(self, top: int, bottom: int) -> Tensor:
        return torch.from_numpy(to_range(self._rgb[None, top:bottom])).to(self._device)


class ConvolvedRows(Rows):
    """A convolution, with the padding that it has at the borders of the whole."""

    def __init__(self, source: Rows, layer: nn.Conv2d) -> None:
        kernel, stride, padding = _geometry(layer)
        height, width = ((n + 2 * padding - kernel) // stride + 1 for n in (source.height, source.width))
        super().__init__(layer.out_channels, height, width, stride * source.row_values)
        self._source, self._layer = source, layer
        self._mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode

    def rows(self, top: int, bottom: int) -> Tensor:
        layer, source = self._layer, self._source
        kernel, stride, p = _geometry(layer)
        first, end = top * stride - p, (bottom - 1) * stride - p + kernel
        if self._mode == "reflect":
            x = self._reflected(first, end)
            above = below = 0
        else:
            x = source.rows(max(0, first), min(end, source.height))
            above, below = max(0, -first), max(0, end - source.height)
        x = functional.pad(x, (p, p, 0, 0), mode=self._mode)
        x = functional.pad(x, (0, 0, above, below))
        return functional.conv2d(x, layer.weight, layer.bias, stride)

    def _reflected(self, first: int, end: int) -> Tensor:
        """Rows [first, end) of the source, mirrored at its first and last row."""
        last = self._source.height - 1
        wanted = [last - abs(last - abs(row)) for row in range(first, end)]
        low = min(wanted)
        x = self._source.rows(low, max(wanted) + 1)
        if first >= 0 and end <= last + 1:
            return x
        return x[:, :, [row - low for row in wanted]]


class UpsampledRows(Rows):
    """A transposed convolution with zeros for padding."""

    def __init__(self, source: Rows, layer: nn.ConvTranspose2d) -> None:
        kernel, stride, padding = _geometry(layer)
        extra = layer.output_padding[0]
        height, width = ((n - 1) * stride - 2 * padding + kernel + extra for n in (source.height, source.width))
        super().__init__(layer.out_channels, height, width, source.row_values / stride)
        self._source, self._layer = source, layer

    def rows(self, top: int, bottom: int) -> Tensor:
        layer = self._layer
        kernel, stride, padding = _geometry(layer)
        first = max(0, -((kernel - 1 - padding - top) // stride))
        end = min(self._source.height, (bottom - 1 + padding) // stride + 1)
        x = self._source.rows(first, end)
        y = functional.conv_transpose2d(x, layer.weight, layer.bias, stride, 0, layer.output_padding)
        above = top + padding - first * stride
        return y[:, :, above : above + bottom - top, padding : padding + self.width]


class NormalisedRows(Rows):
    """A norm of all of the source, and what follows it value by value."""

    def __init__(self, source: Rows, statistics: Statistics, then: Iterable[nn.Module] = ()) -> None:
        super().__init__(source.channels, source.height, source.width, source.row_values)
        self._source, self._statistics, self._then = source, statistics, tuple(then)

    def rows(self, top: int, bottom: int) -> Tensor:
        y = (self._source.rows(top, bottom) - self._statistics.mean).mul_(self._statistics.scale)
        for layer in self._then:
            y = layer(y)
        return y


class StoredRows(Rows):
    """Values that are kept, with the channels of a pixel side by side: in a file, if one is given, or in memory."""

    def __init__(self, channels: int, height: int, width: int, device: torch.device, file: Any = None) -> None:
        super().__init__(channels, height, width)
        self._device, self._file = device, file
        self._memory = None if file else torch.empty(height, width, channels)

    def rows(self, top: int, bottom: int) -> Tensor:
        kept = self._read(top, bottom) if self._memory is None else self._memory[top:bottom]
        return kept.permute(2, 0, 1)[None].to(self._device)

    def write(self, top: int, values: Tensor) -> None:
        """Replace the rows from `top` on by values (1, C, h, W). Raises OSError if the disk is full."""
        rows = values[0].permute(1, 2, 0)
        if self._memory is not None:
            self._memory[top : top + len(rows)] = rows
            return
        self._file.seek(self._offset(top))
        left = rows.contiguous().cpu().numpy().data.cast("B")
        while left:
            left = left[self._file.write(left) :]

    def _read(self, top: int, bottom: int) -> Tensor:
        kept = torch.empty(bottom - top, self.width, self.channels)
        left = kept.numpy().data.cast("B")
        self._file.seek(self._offset(top))
        while left:
            left = left[self._file.readinto(left) :]
        return kept

    def _offset(self, row: int) -> int:
        return 4 * row * self.width * self.channels


class Sums:
    """Mean and variance of channels over bands, combined by Chan, Golub and LeVeque's formula in double precision."""

    def __init__(self) -> None:
        self._count = 0
        self._mean = self._squares = torch.zeros(())

    def add(self, values: Tensor) -> None:
        """Take the values of a band, (1, C, h, W), into account."""
        mean = values.mean((0, 2, 3))  # and not torch.var_mean, which takes 8 times as long
        variance = (values - mean[:, None, None]).square_().mean((0, 2, 3))
        count = values.shape[2] * values.shape[3]
        mean, squares = mean.double(), variance.double() * count
        if not self._count:
            self._count, self._mean, self._squares = count, mean, squares
            return
        total, apart = self._count + count, mean - self._mean
        self._mean = self._mean + apart * count / total
        self._squares = self._squares + squares + apart.square() * self._count * count / total
        self._count = total

    def statistics(self, norm: nn.GroupNorm) -> Statistics:
        """Return what a norm subtracts and multiplies by: of each channel, or of each group of channels."""
        mean, variance = (each.view(norm.num_groups, -1) for each in (self._mean, self._squares / self._count))
        group = mean.mean(1, keepdim=True)
        variance = (variance + (mean - group).square()).mean(1, keepdim=True)
        scale = (variance + norm.eps).rsqrt()
        both = (each.expand_as(mean).reshape(1, -1, 1, 1).float() for each in (group, scale))
        return Statistics(*both)


@torch.inference_mode()
def translate_in_bands(
    encoder: Encoder, decoder: Decoder, rgb: Pixels, device: torch.device, shown: Shown | None = None
) -> Pixels:
    """Translate an image (H, W, 3) whose sides are multiples of 4, and at least 8.

    encoder, decoder: those of a generator, on the device.
    shown: reports progress; given the number of bands, it returns what is called after each.

    Raises OSError if there is no room for a temporary file.
    """
    return _Translation(encoder, decoder, rgb, device, shown).run()


class _Translation:
    """One translation, and its progress."""

    def __init__(
        self, encoder: Encoder, decoder: Decoder, rgb: Pixels, device: torch.device, shown: Shown | None
    ) -> None:
        self._layers: list[nn.Module] = [*encoder, *decoder]
        [blocks] = [layer for layer in self._layers if isinstance(layer, ResidualBlocks)]
        at = self._layers.index(blocks)
        self._before, self._blocks, self._after = self._layers[:at], blocks, self._layers[at + 1 :]
        self._image, self._device = ImageRows(rgb, device), device
        self._room, self._files = MEMORY, ExitStack()
        self._shown, self._done = shown, _nothing

    def run(self) -> Pixels:
        with self._files:
            before, _ = _shape(self._image, self._before)
            code = self._like(before)
            if self._shown:
                self._done = self._shown(self._count(code))
            self._store(self._chain(self._image, self._before), code)
            self._residual_blocks(code)
            out = self._chain(code, self._after)
            made = np.empty((out.height, out.width, 3), np.uint8)
            for top, bottom in out.bands():
                made[top:bottom] = from_range(out.rows(top, bottom).float().cpu().numpy())[0]
                self._done()
            return made

    def _count(self, code: StoredRows) -> int:
        """The number of bands of all passes."""
        encoded, decoded = _shape(self._image, self._before), _shape(code, self._after)
        passes = sum(len(rows.bands()) + statistics for rows, statistics in (encoded, decoded))
        return passes + 2 * len(self._blocks) * len(code.bands())

    def _chain(self, source: Rows, layers: Sequence[nn.Module]) -> Rows:
        """Return the result of layers, with the statistics of all norms."""
        for i, layer in enumerate(layers):
            if convolved := _convolved(source, layer):
                source = convolved
            elif isinstance(layer, nn.GroupNorm):
                source = NormalisedRows(source, self._statistics(source, layer))
            else:
                assert isinstance(layer, nn.ReLU | nn.Tanh), f"{type(layer).__name__} at {i}"
                source = _Pointwise(source, layer)
        return source

    def _statistics(self, source: Rows, norm: nn.GroupNorm) -> Statistics:
        sums = Sums()
        for top, bottom in source.bands():
            sums.add(source.rows(top, bottom))
            self._done()
        return sums.statistics(norm)

    def _store(self, source: Rows, to: StoredRows) -> None:
        for top, bottom in source.bands():
            to.write(top, source.rows(top, bottom))
            self._done()

    def _like(self, source: Rows) -> StoredRows:
        """Return room for the values of a source, in memory while there is some."""
        size = 4 * source.channels * source.height * source.width
        file = None
        if size > self._room:
            file = self._files.enter_context(TemporaryFile(prefix="crossnet-", buffering=0))  # noqa: SIM115
        else:
            self._room -= size
        return StoredRows(source.channels, source.height, source.width, self._device, file)

    def _residual_blocks(self, code: StoredRows) -> None:
        """Replace a code by what residual blocks make of it."""
        inner = self._like(code)
        for block in self._blocks:
            assert isinstance(block, ResidualBlock)
            first, first_norm, activation, second, second_norm = block.body
            statistics = self._written(_convolved(code, first), inner, first_norm)
            rectified = NormalisedRows(inner, statistics, [activation])
            statistics = self._written(_convolved(rectified, second), inner, second_norm)
            added = NormalisedRows(inner, statistics)
            for top, bottom in code.bands():
                code.write(top, code.rows(top, bottom) + added.rows(top, bottom))

    def _written(self, source: Rows | None, to: StoredRows, norm: nn.Module) -> Statistics:
        """Write a convolution, which may read what it is written to, and return its statistics for a norm.

        A band is written after the next one was computed, which reads a row of it.
        """
        assert source
        assert isinstance(norm, nn.GroupNorm)
        sums = Sums()
        waiting: tuple[int, Tensor] | None = None
        for top, bottom in source.bands():
            values = source.rows(top, bottom)
            sums.add(values)
            if waiting:
                to.write(*waiting)
            waiting = top, values
            self._done()
        assert waiting
        to.write(*waiting)
        return sums.statistics(norm)


class _Pointwise(Rows):
    """What is computed value by value, in place."""

    def __init__(self, source: Rows, layer: nn.Module) -> None:
        super().__init__(source.channels, source.height, source.width, source.row_values)
        self._source, self._layer = source, layer

    def rows(self, top: int, bottom: int) -> Tensor:
        result: Tensor = self._layer(self._source.rows(top, bottom))
        return result


def _shape(source: Rows, layers: Sequence[nn.Module]) -> tuple[Rows, int]:
    """Return the result of layers as far as its shape goes, and the number of bands in which norms have statistics."""
    bands = 0
    for layer in layers:
        source = _convolved(source, layer) or source
        bands += len(source.bands()) if isinstance(layer, nn.GroupNorm) else 0
    return source, bands


def _nothing() -> None:
    pass


def _convolved(source: Rows, layer: nn.Module) -> Rows | None:
    if isinstance(layer, nn.Conv2d):
        return ConvolvedRows(source, layer)
    return UpsampledRows(source, layer) if isinstance(layer, nn.ConvTranspose2d) else None


def _geometry(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[int, int, int]:
    """Return kernel size, stride and padding of a convolution, the same in height and width."""
    padding = layer.padding[0]
    assert isinstance(padding, int)
    return layer.kernel_size[0], layer.stride[0], padding
