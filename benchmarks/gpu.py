"""The paper's training step on a GPU: every precision, two layouts in memory, eager, compiled and as a CUDA graph.

`python -m benchmarks.gpu --help`. The histories of translations are off, since a graph can hold no choice of theirs.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Adam

from crossnet.nn.walks import Walk, batched, together, walked
from crossnet.params import Params, load_params
from crossnet.training.cost import cost
from crossnet.training.devices import start
from crossnet.training.machine import peak_memory_mib
from crossnet.training.method import Method, load
from crossnet.training.update import update

PRECISIONS = ("32-true", "tf32", "bf16-mixed")
LAYOUTS = {"first": torch.contiguous_format, "last": torch.channels_last}  # where the channels are
COMPILED, GRAPH, STREAMS = "compiled", "graph", "streams"
MODES = ("eager", "graph", "graph-streams", "compiled", "compiled-graph", "compiled-graph-streams")
BEFORE = 5  # steps that are not measured


def main(
    accelerator: Annotated[str, typer.Option(help="cuda, mps, or cpu to try the script.")] = "cuda",
    scale: Annotated[str, typer.Option(help="A scale of params.yaml.")] = "paper",
    steps: Annotated[int, typer.Option(help=f"Steps to measure, after {BEFORE} that are not.")] = 50,
    precision: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(PRECISIONS)}; all if none.")] = None,
    channels: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(LAYOUTS)}; both if none.")] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Of {', '.join(MODES)}; all if none. A graph holds a whole step; streams are one for each direction. "
            "Both want CUDA."
        ),
    ] = None,
    kernels: Annotated[int, typer.Option(help="List as many of the kernels that take longest.")] = 0,
) -> None:
    """Milliseconds a step of all losses and the discriminators, as the median, and the hours of a whole training."""
    params = load_params(Path("params.yaml")).model_copy(update={"scale": scale, "method": "crossnet"})
    with torch.device("meta"):
        method = load(params.method)(**params.setup, seed=0)
    operations = cost(method, params.training.batch, params.images.size).step_operations
    print(f"torch {torch.__version__}, {operations / 1e9:.0f} GFLOP a step", flush=True)
    for chosen, layout, how in product(precision or PRECISIONS, channels or LAYOUTS, mode or MODES):
        began = time.monotonic()
        try:
            fabric = start(accelerator, 1, 1, chosen)
        except RuntimeError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from None
        step, terms = ready(params, fabric, LAYOUTS[layout], how.split("-"))
        taken = seconds(step, steps, fabric)
        name = torch.cuda.get_device_name(fabric.device) if fabric.device.type == "cuda" else fabric.device.type
        print(
            f"{name}, {chosen}, channels {layout}, {how}: {taken * 1e3:.2f} ms a step "
            f"({operations / taken / 1e12:.2f} TFLOP/s), 266,800 steps in {266_800 * taken / 3600:.2f} h, "
            f"{peak_memory_mib(fabric.device):.0f} MiB, {time.monotonic() - began:.0f} s with start-up; "
            f"after {BEFORE + steps} steps loss/zid is {float(terms['loss/zid']):.3f}",
            flush=True,
        )
        if kernels:
            print("\n".join(longest(step, fabric, kernels)), flush=True)


class Streams:
    """As `batched`, with a walk beside another one in a stream of its own, and so are their gradients."""

    width = 2

    def __init__(self) -> None:
        self._aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]:
        here = torch.cuda.current_stream()
        if len(walks) == 1:
            return batched(walks)
        self._aside.wait_stream(here)
        with torch.cuda.stream(self._aside):
            beside = walked(walks[1], together)
        made = walked(walks[0], together)
        here.wait_stream(self._aside)
        for tensor in walks[1].given.values():
            tensor.record_stream(self._aside)
        for tensor in beside.values():
            tensor.record_stream(here)
        return [made, beside]


def ready(
    params: Params, fabric: Fabric, layout: torch.memory_format, how: Sequence[str]
) -> tuple[Callable[[], object], dict[str, Tensor]]:
    """A step that has been taken BEFORE times, and the terms of the last one."""
    torch.compiler.reset()
    if fabric.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    torch.backends.cudnn.benchmark = True
    torch._dynamo.config.recompile_limit = 64  # networks share the code of nn.Sequential
    options, size = params.training, params.images.size
    setup = params.setup | {"history": {"capacity": 0, "chance": 0.0}}
    method = load(params.method)(**setup, seed=0, apply=Streams() if STREAMS in how else batched)
    for network in method.networks.values():
        network.to(fabric.device, memory_format=layout).train()  # type: ignore[call-overload]
        if COMPILED in how:
            # by Module.compile nothing would be compiled of what nn.Sequential calls
            network.forward = torch.compile(network.forward, dynamic=False)
    adams = capturable(method, fabric, options.lr, options.betas)
    shape = (options.batch, 3, size, size)
    torch.manual_seed(0)
    terms: dict[str, Tensor] = {}
    x_a, x_b = (torch.rand(shape, device=fabric.device).mul(2).sub(1).to(memory_format=layout) for _ in "ab")

    def step() -> None:
        for phase in method.phases:
            seen = update(method, phase, adams[phase.name], x_a, x_b, fabric)
            terms.update({name: value.detach() for name, value in seen.items()})

    if GRAPH not in how:
        for _ in range(BEFORE):
            step()
        return step, terms
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(BEFORE):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    for adam in adams.values():
        adam.zero_grad()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay, terms


def capturable(method: Method, fabric: Fabric, lr: float, betas: tuple[float, float]) -> dict[str, Any]:
    """One Adam a phase; on CUDA one that a graph can hold."""
    cuda = fabric.device.type == "cuda"
    groups = {ph.name: [p for name in ph.trains for p in method.networks[name].parameters()] for ph in method.phases}
    rate = torch.tensor(lr, device=fabric.device) if cuda else lr
    return {name: Adam(group, lr=rate, betas=betas, fused=True, capturable=cuda) for name, group in groups.items()}


def seconds(step: Callable[[], object], steps: int, fabric: Fabric) -> float:
    """The median of so many steps."""
    taken = []
    for _ in range(steps):
        began = time.perf_counter()
        step()
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def longest(step: Callable[[], object], fabric: Fabric, count: int) -> list[str]:
    """The kernels (on a CPU, operations) that take longest in a step, with their share of all of them."""
    activity = torch.profiler.ProfilerActivity
    cuda = fabric.device.type == "cuda"
    with torch.profiler.profile(activities=[activity.CUDA if cuda else activity.CPU]) as seen:
        step()
        if cuda:
            torch.cuda.synchronize()
    times = [
        (each.self_device_time_total if cuda else each.self_cpu_time_total, each.count, each.key)
        for each in seen.key_averages()
    ]
    total = sum(taken for taken, _, _ in times) or 1
    return [
        f"  {taken / 1e3:7.3f} ms {taken / total:4.0%} {calls:5d} x {name[:150]}"
        for taken, calls, name in sorted(times, reverse=True)[:count]
    ]


if __name__ == "__main__":
    typer.run(main)
