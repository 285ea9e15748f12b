"""Images a second of translating files: in batches as the stage does it, and in plain torch in two ways.

    python -m benchmarks.translate --width 32 --blocks 6
    python -m benchmarks.translate --width 64 --blocks 9 --size 256     # the paper's networks

The first of the others translates each image by itself with this project's networks, by torch's layers. The second does
what the test script of CycleGAN's code does: padding as layers of their own, one image at a time without gradients, and
both the input and the translation written as PNG. All have the same weights. Each line has the size, the images a
second of each, and the ratios. They take turns, and the best turn of each counts, since other programs may run at the
same time.
"""

import time
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import torch
import typer
from PIL import Image
from torch import Tensor, nn

from crossnet.accelerator import device_for
from crossnet.files import write_atomically
from crossnet.images import decode, pixels, png
from crossnet.methods.base import Method, load
from crossnet.model import batch_pixels, place, translate
from crossnet.models.resnet import ResidualBlocks
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


def by_script(method: Method, paths: list[Path], out: Path) -> None:
    """Translate as the test script of CycleGAN's code does: each image by itself, and both images are written."""
    generator = _padding_apart(method.networks["E_ab"], method.networks["D_b"]).to(method.device)
    with torch.no_grad():
        for path in paths:
            with Image.open(path) as image:
                real = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1).float().div(255)
            real = real.sub(0.5).div(0.5)[None].to(method.device)
            for name, x in (("real", real), ("fake", generator(real))):
                rgb = (x[0].cpu().float().numpy().transpose(1, 2, 0) + 1) / 2 * 255
                Image.fromarray(rgb.astype(np.uint8)).save(out / f"{path.stem}_{name}.png")


def _padding_apart(*networks: nn.Module) -> nn.Sequential:
    """The layers of networks in which reflection is a layer, and instance norm is torch's own."""
    layers: list[nn.Module] = []
    for network in networks:
        for layer in network.children():
            if isinstance(layer, ResidualBlocks):
                layers += [_Residual(_padding_apart(block.body)) for block in layer.children()]  # type: ignore[arg-type]
            elif isinstance(layer, nn.Conv2d) and layer.padding_mode == "reflect":
                size = layer.kernel_size[0]
                plain = nn.Conv2d(layer.in_channels, layer.out_channels, size)
                plain.load_state_dict(layer.state_dict())
                layers += [nn.ReflectionPad2d(size // 2), plain]
            else:
                layers.append(nn.InstanceNorm2d(layer.num_channels) if isinstance(layer, nn.GroupNorm) else layer)
    return nn.Sequential(*layers)


class _Residual(nn.Module):
    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor) -> Tensor:
        return z + self.body(z)


WAYS = {"one at a time": one_at_a_time, "CycleGAN's script": by_script, "in batches": in_batches}


class Timed:
    """One of the ways, in a process of its own: how the C library keeps memory is the whole process's."""

    method: Method
    way: str

    @classmethod
    def begin(cls, width: int, blocks: int, device: str, way: str) -> None:
        """Make the model ready in this process."""
        cls.method, cls.way, chosen = model(width, blocks), way, device_for(device, "--device")
        if way == "in batches":
            place(cls.method, chosen)
        else:
            for name in cls.method.translates_with:
                cls.method.networks[name].to(chosen)

    @classmethod
    def seconds(cls, paths: list[Path]) -> float:
        """Seconds by the clock of translating files."""
        with TemporaryDirectory() as out:
            start = time.perf_counter()
            WAYS[cls.way](cls.method, paths, Path(out))
            return time.perf_counter() - start


def main(
    width: Annotated[int, typer.Option(help="Channels of the first layer.")] = 32,
    blocks: Annotated[int, typer.Option(help="Residual blocks of an encoder.")] = 6,
    count: Annotated[int, typer.Option(help="Images of each size.")] = 16,
    turns: Annotated[int, typer.Option(help="Turns, of which the best counts.")] = 10,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps or auto.")] = "cpu",
    size: Annotated[
        list[int] | None, typer.Option(help="Pixels a side; may be repeated. Default: 64, 128, 256.")
    ] = None,
) -> None:
    """Print images a second at each size."""
    print(f"width {width}, {blocks} blocks, {device_for(device, '--device')}, {torch.get_num_threads()} threads")
    spawn = get_context("spawn")
    with ExitStack() as processes:
        pools = [processes.enter_context(spawn.Pool(1, Timed.begin, (width, blocks, device, way))) for way in WAYS]
        for each in size or SIZES:
            with TemporaryDirectory() as folder:
                paths = photographs(Path(folder), each, count)
                taken = [[pool.apply(Timed.seconds, (paths,)) for pool in pools] for _ in range(turns + 1)]
            *others, now = (count / min(times) for times in zip(*taken[1:], strict=True))
            compared = [f"{way} {rate:.2f}, ratio {now / rate:.2f}" for way, rate in zip(WAYS, others, strict=False)]
            print(f"{each}x{each}: {now:.2f} images a second; {'; '.join(compared)}")


if __name__ == "__main__":
    typer.run(main)
