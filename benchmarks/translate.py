"""Images a second of translating files, in batches as the stage does it and one at a time in plain torch.

    python -m benchmarks.translate --width 32 --blocks 6

Each line has the size, the images a second of both, and their ratio. Both read PNG files and write them. They take
turns, and the best turn of each counts, since other programs may run at the same time.
"""

import time
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import torch
import typer
from PIL import Image

from crossnet.accelerator import device_for
from crossnet.files import write_atomically
from crossnet.images import decode, pixels, png
from crossnet.methods.base import Method, load
from crossnet.model import batch_pixels, place, translate
from crossnet.translation import by_size

SIZES = (64, 128, 256)
WEIGHTS = {"gan": 1, "id": 3, "ctc": 3, "zid": 6, "zcyc": 6, "ctc_stop_gradient": False}


def model(width: int, blocks: int) -> Method:
    """An untrained CrossNet for translating."""
    networks = {"width": width, "encoder_blocks": blocks, "translator_blocks": 0, "discriminator_width": 1}
    made = load("crossnet")(networks, WEIGHTS, {"size": 0, "reuse_probability": 0.0}, seed=0)
    for network in made.networks.values():
        network.requires_grad_(False).eval()
    return made


def photographs(folder: Path, size: int, count: int) -> list[Path]:
    """PNG files of smooth random images, which compress about as photographs do."""
    generator = np.random.default_rng(size)
    for number in range(count):
        coarse = Image.fromarray(generator.integers(0, 256, (size // 4, size // 4, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC)).astype(int)
        noisy = (smooth + generator.integers(-4, 5, smooth.shape)).clip(0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number}.png")
    return sorted(folder.glob("*.png"))


def one_at_a_time(method: Method, paths: list[Path], out: Path) -> None:
    """Translate each image by itself, residual blocks by torch, PNG files by Pillow's default."""
    for path in paths:
        rgb = np.stack([pixels(decode(path))])
        Image.fromarray(translate(method, rgb, "b")[0]).save(out / path.name)


def in_batches(method: Method, paths: list[Path], out: Path) -> None:
    """Translate as the stage does."""
    for batch in by_size(((path, pixels(decode(path))) for path in paths), batch_pixels(method)):
        made = translate(method, np.stack([image for _, image in batch]), "b")
        for (path, _), image in zip(batch, made, strict=True):
            write_atomically(out / path.name, png(Image.fromarray(image), compress_level=2))


class Timed:
    """One of the two ways, in a process of its own: how the C library keeps memory is the whole process's."""

    method: Method
    batches: bool

    @classmethod
    def begin(cls, width: int, blocks: int, device: str, batches: bool) -> None:
        """Make the model ready in this process."""
        cls.method, cls.batches, chosen = model(width, blocks), batches, device_for(device, "--device")
        if batches:
            place(cls.method, chosen)
        else:
            for name in cls.method.translates_with:
                cls.method.networks[name].to(chosen)

    @classmethod
    def seconds(cls, paths: list[Path]) -> float:
        """Seconds by the clock of translating files."""
        with TemporaryDirectory() as out:
            start = time.perf_counter()
            (in_batches if cls.batches else one_at_a_time)(cls.method, paths, Path(out))
            return time.perf_counter() - start


def main(
    width: Annotated[int, typer.Option(help="Channels of the first layer.")] = 32,
    blocks: Annotated[int, typer.Option(help="Residual blocks of an encoder.")] = 6,
    count: Annotated[int, typer.Option(help="Images of each size.")] = 16,
    turns: Annotated[int, typer.Option(help="Turns, of which the best counts.")] = 10,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps or auto.")] = "cpu",
) -> None:
    """Print images a second at 64, 128 and 256 pixels."""
    print(f"width {width}, {blocks} blocks, {device_for(device, '--device')}, {torch.get_num_threads()} threads")
    spawn = get_context("spawn")
    with (
        spawn.Pool(1, Timed.begin, (width, blocks, device, False)) as before,
        spawn.Pool(1, Timed.begin, (width, blocks, device, True)) as now,
    ):
        for size in SIZES:
            with TemporaryDirectory() as folder:
                paths = photographs(Path(folder), size, count)
                taken = [[way.apply(Timed.seconds, (paths,)) for way in (before, now)] for _ in range(turns + 1)]
            one, many = (count / min(each) for each in zip(*taken[1:], strict=True))
            print(f"{size}x{size}: {many:.1f} images a second, one at a time {one:.1f}, ratio {many / one:.2f}")


if __name__ == "__main__":
    typer.run(main)
