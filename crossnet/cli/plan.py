"""`crossnet plan`: what a run will cost: operations, memory, disk, and a forecast of its time."""

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from crossnet.cli.options import Scale, Task, fail
from crossnet.escaping import one_line
from crossnet.params import Params, ParamsError, choose, load_params
from crossnet.terminal import echo

MEASURED = 3  # steps


class NotMeasuredError(RuntimeError):
    """Steps that cannot be measured here, with these parameters; the message is one line."""


@dataclass(frozen=True)
class Forecast:
    """The time of a training, by the steps that were measured.

    Attributes:
        device: where it was measured: cpu, cuda or mps.
        step_seconds: the mean of the measured steps.
        first_step_seconds: the first step takes longer.
        peak_mib: memory at the peak, with everything loaded.
        steps: of the whole training; None where its images are not known yet.
    """

    device: str
    step_seconds: float
    first_step_seconds: float
    peak_mib: float
    steps: int | None

    @property
    def seconds(self) -> float | None:
        """Of the whole training."""
        return None if self.steps is None else self.first_step_seconds + (self.steps - 1) * self.step_seconds


def plan(
    task: Task = None,
    method: Annotated[str | None, typer.Option(help="Default: that of params.yaml.")] = None,
    scale: Scale = None,
    steps: Annotated[int, typer.Option(help="Steps to measure; 0 measures none.", min=0)] = MEASURED,
) -> None:
    """Print the operations, memory and disk of a run, and a forecast of its time from a few steps that are measured.

    Reads params.yaml, and trains on random images in memory: nothing in the repository changes.
    """
    choices = {"task": task, "method": method, "scale": scale}
    try:
        params = choose(load_params(), **{key: value for key, value in choices.items() if value is not None})
    except ParamsError as error:
        raise fail(str(error)) from None
    try:
        for line in _report(params, steps):
            echo(line, result=True)
    except NotMeasuredError as error:
        raise fail(str(error)) from None


def seconds_of(task: str, method: str, scale: str) -> float | None:
    """Forecast the seconds of a run's training by measured steps; None where its images are not known yet.

    Raises ParamsError, and NotMeasuredError where its steps cannot be measured here.
    """
    params = choose(load_params(), task=task, method=method, scale=scale)
    return forecast(params, _images(params), MEASURED).seconds


def forecast(params: Params, side: int, steps: int) -> Forecast:
    """Train for some steps on random images, and forecast the time of the training.

    The number of torch's threads stays the same.

    Args:
        params: the parameters of the training.
        side: images on the larger side of the training set; 0 where they are not known yet.
        steps: how many to measure, after a first one.

    Raises:
        NotMeasuredError: the device, the memory or the losses do not allow it.
        SystemExit: it was interrupted.
    """
    import torch

    from crossnet.engine.cuda_graph import CaptureError
    from crossnet.engine.torch_compile import CompileError
    from crossnet.training.checkpointing.policy import Interrupted
    from crossnet.training.devices import start
    from crossnet.training.finite_check import DivergedError
    from crossnet.training.machine import MemoryShortError, enough_memory, peak_memory_mib
    from crossnet.training.schedule import Schedule

    options, threads = params.training, torch.get_num_threads()
    try:
        fabric = start(options.accelerator, 1, 1, options.precision)
    except RuntimeError as error:
        raise NotMeasuredError(one_line(error)) from error
    device = fabric.device
    try:
        with enough_memory(device, 1):
            step_seconds, first_step_seconds = _measure(params, fabric, steps)
    except (MemoryShortError, DivergedError, CompileError, CaptureError) as error:
        raise NotMeasuredError(str(error)) from error
    except Interrupted as error:
        raise SystemExit(error.exit_status) from None
    finally:
        torch.set_num_threads(threads)
    wanted = None
    if side or not options.duration.endswith("epochs"):
        global_batch = options.batch * options.devices * options.nodes
        wanted = Schedule(options.images(side), global_batch, **options.schedule).steps
    return Forecast(device.type, step_seconds, first_step_seconds, peak_memory_mib(device), wanted)


def _report(params: Params, steps: int) -> Iterator[str]:
    import torch

    from crossnet.methods.base import load
    from crossnet.training.cost import cost

    def costs(batch: int, size: int) -> Any:
        with torch.device("meta"):
            made = load(params.method)(**params.setup | {"size": size}, seed=0)
        return made, cost(made, batch, size)

    options, size = params.training, params.images.size
    made, one = costs(options.batch, size)
    side = _images(params)
    yield f"{params.task}, {params.method}, {params.scale}: {size}x{size} pixels, batch {options.batch}"
    weights = {name: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
    yield f"weights      {sum(weights.values()) / 1e6:.2f} million in {len(weights)} networks"
    phases = ", ".join(f"{name} {count / 1e9:.1f}" for name, count in one.operations.items())
    yield f"operations   {one.step_operations / 1e9:.1f} GFLOP a step ({phases})"
    larger = [(2 * options.batch, size), (options.batch, 2 * size)]
    for batch, pixels, found in [(options.batch, size, one), *((*grown, costs(*grown)[1]) for grown in larger)]:
        held = found.state_bytes + found.activation_bytes
        yield (
            f"memory       {held / 2**20:.0f} MiB at batch {batch}, {pixels}x{pixels}: weights with Adam "
            f"{found.state_bytes / 2**20:.0f}, activations {found.activation_bytes / 2**20:.0f}"
        )
    checkpoint = one.state_bytes * 3 / 4  # no gradients
    yield (
        f"disk         {one.state_bytes / 4 / 2**20:.0f} MiB of weights in the end; while it trains, checkpoints of "
        f"{(params.checkpoints.keep + 1) * checkpoint / 2**20:.0f} MiB at most"
    )
    if side:
        pixels = 2 * side * params.images.load_size**2 * 3
        yield f"data         {side} images on the larger side, {pixels / 2**20:.0f} MiB in memory at most"
    if steps:
        yield from _forecast_lines(forecast(params, side, steps), params, one.step_operations)


def _images(params: Params) -> int:
    """Images of the larger training side: of rendered ones the number in params.yaml, of others those prepared."""
    rendered = params.task_options.rendered(params.images)
    if rendered is not None:
        return rendered
    prepared = Path("data/prepared") / params.task
    return max(sum(1 for _ in (prepared / side).glob("*")) for side in ("trainA", "trainB"))


def _measure(params: Params, fabric: Any, steps: int) -> tuple[float, float]:
    """The mean seconds of some steps after a first one, and the seconds until that one is done."""
    import torch

    from crossnet.engine.engine import select
    from crossnet.methods.base import load
    from crossnet.training.batches import Batches
    from crossnet.training.checkpointing.policy import CheckpointPolicy
    from crossnet.training.logging import TrainingLog
    from crossnet.training.loop import train
    from crossnet.training.schedule import Schedule
    from crossnet.training.seeds import deterministic

    deterministic(0)
    options, size = params.training, params.images.size
    engine = select(params.engine, fabric, options.precision, options.cuda_graphs, options.compile)
    method = load(params.method)(**params.setup, seed=0, executor=engine.executor)
    engine.prepare(method)
    period = math.lcm(*(phase.every for phase in method.phases))
    steps = -(-steps // period) * period  # as many as have all phases in their shares
    random = torch.randint(0, 256, (2, options.batch, 3, size, size), dtype=torch.uint8)
    batches = Batches(random[0], random[1], options.batch, size, options.flip, 0)
    never = {"log_every": steps + 1, "grid_every": steps + 1}
    short = Schedule((steps + 1) * options.batch, options.batch, **options.schedule | never)
    times = [time.monotonic()]

    def note() -> None:
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.monotonic())

    def timed(all_steps: range) -> Iterable[int]:
        for step in all_steps:
            if step == 1:
                note()
            yield step
        note()

    with TemporaryDirectory() as folder:
        log = TrainingLog(Path(folder))
        with CheckpointPolicy(Path(folder), fabric, keep=1, every_seconds=float("inf"), share=1.0) as policy:
            train(method, batches, fabric, short, log, policy, track=timed, capture=engine.capture)
    began, first, last = times
    return (last - first) / steps, first - began


def _forecast_lines(found: Forecast, params: Params, operations: int) -> list[str]:
    """A forecast in two lines. operations: of one step."""
    options = params.training
    speed = operations / found.step_seconds / 1e9
    lines = [
        f"measured     {found.step_seconds:.3f} s a step on {found.device} ({speed:.0f} GFLOP/s), "
        f"the first one {found.first_step_seconds:.1f} s, {found.peak_mib:.0f} MiB at the peak with everything loaded"
    ]
    if found.seconds is None:
        return [*lines, f"forecast     {options.duration}: fetch and prepare the task first, to know its images"]
    hours = found.seconds / 3600
    time_left = f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.1f} minutes"
    processes = options.devices * options.nodes
    several = f" on {processes} such devices, communication not counted" if processes > 1 else ""
    return [*lines, f"forecast     {found.steps} steps ({options.duration}): {time_left} of training{several}"]
