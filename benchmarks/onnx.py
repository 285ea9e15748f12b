"""Seconds of a translation by ONNX Runtime and by torch: `python -m benchmarks.onnx --width 64 --blocks 9`.

Each line has the size and the milliseconds of one image by ONNX Runtime, by torch's own layers, and by the engine for
CPUs, all with the same weights and as many threads. They take turns, and the best turn of each counts, since other
programs may run at the same time.
"""

import time
from collections.abc import Callable
from typing import Annotated

import onnxruntime
import torch
import typer

from benchmarks.translate import model
from crossnet.images import to_range
from crossnet.model import place
from crossnet.onnx_model import onnx_model, pictures

SIZES = (128, 256)


def main(
    width: Annotated[int, typer.Option(help="Channels of the first layer.")] = 32,
    blocks: Annotated[int, typer.Option(help="Residual blocks of an encoder.")] = 6,
    turns: Annotated[int, typer.Option(help="Turns, of which the best counts.")] = 10,
) -> None:
    """Print milliseconds at each size."""
    plain, fast, threads = model(width, blocks), model(width, blocks), torch.get_num_threads()
    place(fast, torch.device("cpu"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    file = onnx_model(plain, {"method": "crossnet"}, "b")
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    print(f"width {width}, {blocks} blocks, {threads} threads")
    for size in SIZES:
        x = to_range(pictures(1, size, size))
        image = torch.from_numpy(x)
        ways: dict[str, Callable[[], object]] = {
            "ONNX Runtime": lambda x=x: session.run(None, {"image": x}),  # type: ignore[misc]
            "torch": lambda image=image: plain.translate(image, "b"),  # type: ignore[misc]
            "engine": lambda image=image: fast.translate(image, "b"),  # type: ignore[misc]
        }
        taken = [[_seconds(way) for way in ways.values()] for _ in range(turns + 1)]
        best = dict(zip(ways, map(min, zip(*taken, strict=True)), strict=True))
        print(f"{size}x{size}: " + ", ".join(f"{name} {1000 * each:.0f} ms" for name, each in best.items()))


@torch.inference_mode()
def _seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


if __name__ == "__main__":
    typer.run(main)
