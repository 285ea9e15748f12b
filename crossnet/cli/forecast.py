"""What a few measured steps say of a whole training."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crossnet.escaping import one_line
from crossnet.params import Params


class NotMeasuredError(RuntimeError):
    """Steps that cannot be measured here, with these parameters; the message is one line."""


@dataclass(frozen=True)
class Forecast:
    """Seconds that a step takes and that the first one takes, MiB at the peak, and how many steps there will be.

    None where that is not known.
    """

    device: str
    a_step: float
    first_step: float
    peak_mib: float
    steps: int | None

    @property
    def seconds(self) -> float | None:
        """Of the whole training."""
        return None if self.steps is None else self.first_step + (self.steps - 1) * self.a_step


def forecast(params: Params, side: int, steps: int) -> Forecast:
    """Train for a few steps on random images; with `side` images on the larger side, 0 where they are not there yet.

    Raises NotMeasuredError where the device, the memory or the losses do not allow it, and SystemExit where it is told
    to stop. torch has as many threads after it as before.
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
            a_step, first_step = _a_step(params, fabric, steps)
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
    return Forecast(device.type, a_step, first_step, peak_memory_mib(device), wanted)


def _a_step(params: Params, fabric: Any, steps: int) -> tuple[float, float]:
    """Seconds that a step takes, the mean of so many after a first one, and those until that is done."""
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


def told(found: Forecast, params: Params, operations: int) -> list[str]:
    """A forecast in two lines, for a step of so many operations."""
    options = params.training
    lines = [
        f"measured     {found.a_step:.3f} s a step on {found.device} ({operations / found.a_step / 1e9:.0f} GFLOP/s), "
        f"the first one {found.first_step:.1f} s, {found.peak_mib:.0f} MiB at the peak with everything loaded"
    ]
    if found.seconds is None:
        return [*lines, f"forecast     {options.duration}: fetch and prepare the task first, to know its images"]
    hours = found.seconds / 3600
    time_left = f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.1f} minutes"
    processes = options.devices * options.nodes
    several = f" on {processes} such devices, communication not counted" if processes > 1 else ""
    return [*lines, f"forecast     {found.steps} steps ({options.duration}): {time_left} of training{several}"]
