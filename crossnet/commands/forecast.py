"""What a few measured steps say of a whole training."""

import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from crossnet.params import Params


def forecast(params: Params, side: int, operations: int, steps: int) -> list[str]:
    """Train for a few steps on random images, and say how long all will take with `side` images on the larger side."""
    import torch

    from crossnet.training.batches import Batches
    from crossnet.training.checkpoint import Checkpoints
    from crossnet.training.devices import spread, start
    from crossnet.training.journal import Journal
    from crossnet.training.keeper import Keeper
    from crossnet.training.loop import train
    from crossnet.training.machine import peak_memory_mib
    from crossnet.training.method import load
    from crossnet.training.plan import Plan

    options, size = params.training, params.images.size
    fabric = start(options.accelerator, 1, 1, options.precision)
    method = load(params.method)(**params.setup, seed=0, apply=spread(fabric.device))
    random = torch.randint(0, 256, (2, options.batch, 3, size, size), dtype=torch.uint8)
    batches = Batches(random[0], random[1], options.batch, size, options.flip, 0)
    short = Plan((steps + 1) * options.batch, options.batch, options.lr, options.betas, 1.0, options.average, steps + 1)
    ends: list[float] = []

    def ticks(all_steps: Iterable[int], total: int, before: int) -> Iterable[int]:
        return all_steps

    def note(done: int) -> None:
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()
        ends.append(time.monotonic())

    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder), lambda name, value, done: None, lambda path, done: None)
        with Keeper(Checkpoints(Path(folder), 1, fabric), float("inf"), 1.0, fabric) as keeper:
            train(method, batches, fabric, short, journal, keeper, note, ticks)
    seconds = (ends[-1] - ends[0]) / steps
    lines = [
        f"measured     {seconds:.3f} s a step on {fabric.device.type} ({operations / seconds / 1e9:.0f} GFLOP/s), "
        f"{peak_memory_mib(fabric.device):.0f} MiB at the peak with everything loaded"
    ]
    if not side and options.duration.endswith("epochs"):
        return [*lines, f"forecast     {options.duration}: fetch and prepare the task first, to know its images"]
    global_batch = options.batch * options.devices * options.nodes
    wanted = Plan(options.images(side), global_batch, options.lr, options.betas, 1.0, 0.0, 1).steps
    hours = wanted * seconds / 3600
    time_left = f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.1f} minutes"
    processes = options.devices * options.nodes
    several = f" on {processes} such devices, communication not counted" if processes > 1 else ""
    return [*lines, f"forecast     {wanted} steps ({options.duration}): {time_left} of training{several}"]
