"""The paper's training step on a GPU, as the training takes it: `python -m benchmarks.gpu --help`.

It is the training's own step: networks, losses, image pools, optimizers, batches from memory, the finite check. A
mode says how networks are called, eager or compiled (by torch.compile), and what else: `graph`, the work of a phase as
a CUDA graph; `streams`, two networks at a time. `compiled-graph-streams` is what `cuda_graphs: true` and
`compile: true` of params.yaml are.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from itertools import count, product
from typing import Annotated, Literal

import torch
import typer
from lightning_fabric import Fabric

from crossnet.cli.options import fail
from crossnet.engine.cuda_graph import cuda_graph
from crossnet.engine.cuda_streams import CudaStreamExecutor
from crossnet.engine.executor import BatchedExecutor, batched
from crossnet.engine.torch_compile import CompiledCall
from crossnet.methods.base import load
from crossnet.params import Params, ParamsError, choose, load_params
from crossnet.training.batches import Batches
from crossnet.training.cost import cost
from crossnet.training.devices import start
from crossnet.training.machine import kind, peak_memory_mib
from crossnet.training.schedule import Schedule
from crossnet.training.seeds import deterministic
from crossnet.training.step import TrainingStep


class Precision(StrEnum):
    """Of params.yaml's training.precision."""

    FLOAT32 = "32-true"
    TF32 = "tf32"
    BF16 = "bf16-mixed"


class Channels(StrEnum):
    """Where the channels of an image are in memory."""

    FIRST = "first"
    LAST = "last"


class Mode(StrEnum):
    """How networks are called, and what else."""

    EAGER = "eager"
    EAGER_GRAPH = "eager-graph"
    EAGER_GRAPH_STREAMS = "eager-graph-streams"
    COMPILED = "compiled"
    COMPILED_GRAPH = "compiled-graph"
    COMPILED_GRAPH_STREAMS = "compiled-graph-streams"


LAYOUTS = {Channels.FIRST: torch.contiguous_format, Channels.LAST: torch.channels_last}
COMPILED, GRAPH, STREAMS = "compiled", "graph", "streams"
PICTURES = 64  # a side
BEFORE = 5  # steps that are not measured


def main(
    accelerator: Annotated[Literal["cuda", "mps", "cpu"], typer.Option(help="cpu is to try the script.")] = "cuda",
    scale: Annotated[str, typer.Option(help="A scale of params.yaml.")] = "paper",
    steps: Annotated[int, typer.Option(help=f"Steps to measure, after {BEFORE} that are not.", min=1)] = 100,
    precision: Annotated[list[Precision] | None, typer.Option(help="All if none is named.")] = None,
    channels: Annotated[list[Channels] | None, typer.Option(help="Where the channels are; both if none.")] = None,
    mode: Annotated[list[Mode] | None, typer.Option(help="All that can be had if none is named.")] = None,
    exact: Annotated[bool, typer.Option(help="Deterministic kernels, as the training has them.")] = True,
    kernels: Annotated[int, typer.Option(help="List as many of the kernels that take longest.", min=0)] = 0,
) -> None:
    """Milliseconds a step of all losses and the discriminators, and the hours of a whole training."""
    try:
        params = choose(load_params(), scale=scale, method="crossnet")
    except ParamsError as error:
        raise fail(str(error), 1) from None
    with torch.device("meta"):
        method = load(params.method)(**params.setup, seed=0)
    operations = cost(method, params.training.batch, params.images.size).step_operations
    print(f"torch {torch.__version__}, {operations / 1e9:.4g} GFLOP a step", flush=True)
    modes = [each for each in Mode if accelerator == "cuda" or GRAPH not in each]
    step: TrainingStep | None = None
    for chosen, layout, how in product(precision or Precision, channels or Channels, mode or modes):
        step, began = None, time.monotonic()
        forget()
        try:
            fabric = start(accelerator, 1, 1, chosen)
            step = ready(params, fabric, LAYOUTS[layout], how.split("-"), exact)
        except RuntimeError as error:
            raise fail(str(error), 1) from None
        each, all_of_them = seconds(step, steps, fabric)
        loss = step.means.compute(fabric)["loss/zid"]
        print(
            f"{kind(fabric.device)}, {chosen}, channels {layout}, {how}: {all_of_them * 1e3:.2f} ms a step, "
            f"{each * 1e3:.2f} ms if each is waited for ({operations / all_of_them / 1e12:.2f} TFLOP/s), "
            f"266,800 steps in {266_800 * all_of_them / 3600:.2f} h, {peak_memory_mib(fabric.device):.0f} MiB, "
            f"{time.monotonic() - began:.0f} s with start-up; loss/zid {loss:.3f}",
            flush=True,
        )
        if kernels:
            print("\n".join(longest(partial(step, 0), fabric, kernels)), flush=True)


def forget() -> None:
    """Free what the last case has left behind: networks, graphs, what was compiled."""
    gc.collect()
    torch.compiler.reset()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def ready(params: Params, fabric: Fabric, layout: torch.memory_format, how: Sequence[str], exact: bool) -> TrainingStep:
    """A training's step that has been taken BEFORE times. Raises RuntimeError where a mode wants CUDA."""
    if fabric.device.type != "cuda" and (GRAPH in how or STREAMS in how):
        raise RuntimeError(f"--mode {'-'.join(how)} wants CUDA; on {fabric.device.type} there are eager and compiled")
    deterministic(0)
    if not exact:
        torch.use_deterministic_algorithms(False)
        torch.backends.cudnn.benchmark = True
    options, images = params.training, params.images
    call = CompiledCall() if COMPILED in how else batched
    executor = CudaStreamExecutor(call) if STREAMS in how else BatchedExecutor(call)
    method = load(params.method)(**params.setup, seed=0, executor=executor)
    method.to(memory_format=layout)  # type: ignore[call-overload]
    pictures = torch.randint(0, 256, (2, PICTURES, 3, images.load_size, images.load_size), dtype=torch.uint8)
    batches = Batches(pictures[0], pictures[1], options.batch, images.size, options.flip, 0)
    plan = Schedule(10**9, options.batch, **options.schedule)
    step = TrainingStep(method, batches, fabric, plan, cuda_graph if GRAPH in how else None)
    for number in range(BEFORE):
        step(number)
    step.means.compute(fabric)
    return step


def seconds(step: Callable[[int], object], steps: int, fabric: Fabric) -> tuple[float, float]:
    """Of a step: the median of so many that are each waited for, and the mean of as many that are not."""
    numbers, taken = count(BEFORE), []

    def wait() -> None:
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()

    wait()
    for _ in range(steps):
        began = time.perf_counter()
        step(next(numbers))
        wait()
        taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(steps):
        step(next(numbers))
    wait()
    return statistics.median(taken), (time.perf_counter() - began) / steps


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
