"""How far ways to translate a large image are from translating it as a whole: `python -m benchmarks.bands MODEL IMAGE`.

Each line has the largest and the mean difference in grey levels, and the seconds, of translating the image at its own
size. It needs memory for the whole: 8 GiB for 12 megapixels at width 32.

- bands: what `crossnet translate` does (crossnet/bands.py);
- tiles: squares that overlap, each translated on its own, blended where they overlap;
- tiles, statistics of a reduced image: the same, but every norm has the mean and variance that it has when the whole
  image, reduced to the size of one tile, is translated.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from crossnet.accelerator import device_for
from crossnet.bands import translate_in_bands
from crossnet.images import decode, pixels, resized
from crossnet.methods.base import Domain, Method
from crossnet.model import load_model, place, translate
from crossnet.model_folder import model_folder
from crossnet.photographs import generator_of

Pixels = NDArray[np.uint8]
TILE, OVERLAP = 512, 64  # pixels


def main(
    model: Annotated[str, typer.Argument(help="A trained model: a folder or a name.")],
    image: Annotated[Path, typer.Argument(help="A photograph, whose sides are cut to multiples of 4.")],
    to: Annotated[str, typer.Option(help="The domain to translate to.")] = "b",
) -> None:
    """Print a line for each way."""
    method, _ = load_model(model_folder(model))
    place(method, device_for("cpu", "cpu"))
    domain: Domain = "a" if to == "a" else "b"
    networks = generator_of(method, domain)
    assert networks
    rgb = pixels(decode(image))
    rgb = np.ascontiguousarray(rgb[: len(rgb) // 4 * 4, : rgb.shape[1] // 4 * 4])
    whole, seconds = _timed(lambda: translate(method, rgb[None], domain)[0])
    print(f"{rgb.shape[1]}x{rgb.shape[0]}, as a whole: {seconds:.0f} s", flush=True)
    ways: dict[str, Callable[[], Pixels]] = {
        "bands": lambda: translate_in_bands(*networks, rgb, torch.device("cpu")),
        f"tiles of {TILE}": lambda: in_tiles(method, rgb, domain),
        f"tiles of {TILE}, statistics of a reduced image": lambda: with_statistics(method, rgb, domain),
    }
    for name, way in ways.items():
        made, seconds = _timed(way)
        apart = np.abs(made.astype(np.int16) - whole)
        print(f"{name}: largest {apart.max()}, mean {apart.mean():.4f}, {seconds:.0f} s", flush=True)


def in_tiles(method: Method, rgb: Pixels, to: Domain) -> Pixels:
    """Translate overlapping squares, and blend them where they overlap."""
    height, width = rgb.shape[:2]
    total, weights = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 1), np.float32)
    ramp = np.minimum(np.arange(TILE) + 1, np.arange(TILE)[::-1] + 1).clip(max=OVERLAP).astype(np.float32)
    for top in _starts(height):
        for left in _starts(width):
            part = rgb[top : top + TILE, left : left + TILE]
            weight = (ramp[: part.shape[0], None] * ramp[None, : part.shape[1]])[..., None]
            made = translate(method, part[None], to)[0]
            total[top : top + TILE, left : left + TILE] += made * weight
            weights[top : top + TILE, left : left + TILE] += weight
    return np.rint(total / weights).astype(np.uint8)


def with_statistics(method: Method, rgb: Pixels, to: Domain) -> Pixels:
    """Translate as `in_tiles`, with norms by the statistics of the image reduced to the size of one tile."""
    scale = TILE / max(rgb.shape[:2])
    size = (round(rgb.shape[1] * scale / 4) * 4, round(rgb.shape[0] * scale / 4) * 4)
    small = pixels(resized(Image.fromarray(rgb), size))
    plain = without_winograd(method)
    networks = generator_of(plain, to)
    assert networks
    norms = [layer for network in networks for layer in network.modules() if isinstance(layer, nn.GroupNorm)]
    kept: dict[nn.Module, tuple[Tensor, Tensor]] = {}
    with _hooked(norms, lambda norm, x: kept.update({norm: _statistics(norm, x)})):
        translate(plain, small[None], to)
    with _hooked(norms, lambda norm, x: (x - kept[norm][0]) * kept[norm][1]):
        return in_tiles(plain, rgb, to)


def without_winograd(method: Method) -> Method:
    """Return a method as torch computes it, whose norms are modules that are called."""
    for network in method.networks.values():
        for layer in network.modules():
            if type(layer).__name__ == "WinogradResidualBlocks":
                layer.__class__ = type(layer).__mro__[1]
    return method


def _statistics(norm: nn.GroupNorm, x: Tensor) -> tuple[Tensor, Tensor]:
    grouped = x.reshape(norm.num_groups, -1)
    variance, mean = torch.var_mean(grouped, dim=1, correction=0)
    each = x.shape[1] // norm.num_groups
    return tuple(v.repeat_interleave(each).view(1, -1, 1, 1) for v in (mean, (variance + norm.eps).rsqrt()))  # type: ignore[return-value]


@contextmanager
def _hooked(norms: list[nn.GroupNorm], use: Callable[[Any, Tensor], Any]) -> Iterator[None]:
    """Let a function see what each norm is given; what it returns takes the place of the norm's result."""
    hooks = [norm.register_forward_hook(lambda norm, given, made: use(norm, given[0])) for norm in norms]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _starts(length: int) -> list[int]:
    """Where tiles start: as few as cover the length with OVERLAP."""
    if length <= TILE:
        return [0]
    count = -(-(length - OVERLAP) // (TILE - OVERLAP))
    return [round((length - TILE) * i / (count - 1) / 4) * 4 for i in range(count)]


def _timed(way: Callable[[], Pixels]) -> tuple[Pixels, float]:
    start = time.perf_counter()
    made = way()
    return made, time.perf_counter() - start


if __name__ == "__main__":
    typer.run(main)
