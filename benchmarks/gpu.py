"""The paper's training step on a GPU: every precision, two layouts in memory, eager, compiled and as CUDA graphs.

`python -m benchmarks.gpu --help`.
"""

import statistics
import time
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from lightning_fabric import Fabric

from crossnet.params import Params, load_params
from crossnet.training.cost import cost
from crossnet.training.devices import start
from crossnet.training.machine import peak_memory_mib
from crossnet.training.method import load
from crossnet.training.update import optimisers, update

PRECISIONS = ("32-true", "tf32", "bf16-mixed")
LAYOUTS = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
MODES = {"eager": None, "compiled": "default", "compiled, CUDA graphs": "reduce-overhead"}  # of torch.compile


def main(
    accelerator: Annotated[str, typer.Option(help="cuda, mps, or cpu to try the script.")] = "cuda",
    scale: Annotated[str, typer.Option(help="A scale of params.yaml.")] = "paper",
    steps: Annotated[int, typer.Option(help="Steps to measure, after 5 that are not.")] = 50,
    compiled: Annotated[
        bool, typer.Option(help="Each network by torch.compile as well, without and with CUDA graphs.")
    ] = True,
) -> None:
    """Milliseconds a step of all losses and the discriminators, as the median, and the hours of a whole training."""
    params = load_params(Path("params.yaml")).model_copy(update={"scale": scale, "method": "crossnet"})
    with torch.device("meta"):
        method = load(params.method)(**params.setup, seed=0)
    operations = cost(method, params.training.batch, params.images.size).step_operations
    print(f"torch {torch.__version__}, {operations / 1e9:.0f} GFLOP a step", flush=True)
    chosen = MODES if compiled else {"eager": None}
    for precision, layout, mode in product(PRECISIONS, LAYOUTS, chosen):
        began = time.monotonic()
        try:
            fabric = start(accelerator, 1, 1, precision)
        except RuntimeError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from None
        taken, memory, name = measure(params, fabric, LAYOUTS[layout], MODES[mode], steps)
        print(
            f"{name}, {precision}, {layout}, {mode}: {taken * 1e3:.2f} ms a step "
            f"({operations / taken / 1e12:.2f} TFLOP/s), 266,800 steps in {266_800 * taken / 3600:.2f} h, "
            f"{memory:.0f} MiB, {time.monotonic() - began:.0f} s with start-up",
            flush=True,
        )


def measure(
    params: Params, fabric: Fabric, layout: torch.memory_format, mode: str | None, steps: int
) -> tuple[float, float, str]:
    """Median seconds a step, peak MiB so far, and the device's name."""
    cuda = fabric.device.type == "cuda"
    options, size = params.training, params.images.size
    method = load(params.method)(**params.setup, seed=0)
    for network in method.networks.values():
        network.to(fabric.device, memory_format=layout).train()  # type: ignore[call-overload]
        if mode:
            network.compile(mode=mode)
    adams: dict[str, Any] = {
        name: fabric.setup_optimizers(adam) for name, adam in optimisers(method, options.lr, options.betas).items()
    }
    shape = (options.batch, 3, size, size)
    x_a, x_b = (torch.rand(shape, device=fabric.device).mul(2).sub(1).to(memory_format=layout) for _ in "ab")
    ends = []
    for _ in range(steps + 5):
        if mode:
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        for phase in method.phases:
            update(method, phase, adams[phase.name], x_a, x_b, fabric)
        if cuda:
            torch.cuda.synchronize()
        ends.append(time.perf_counter())
    between = [later - earlier for earlier, later in pairwise(ends[4:])]
    name = torch.cuda.get_device_name(fabric.device) if cuda else fabric.device.type
    return statistics.median(between), peak_memory_mib(fabric.device), name


if __name__ == "__main__":
    typer.run(main)
