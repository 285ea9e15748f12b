"""The training loop: phases of a method, one optimiser each, under Lightning Fabric. It knows no method by name."""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lightning_fabric import Fabric
from torch.optim import Optimizer

from crossnet.training.average import Average
from crossnet.training.batches import Batches
from crossnet.training.checkpoint import State
from crossnet.training.journal import Journal
from crossnet.training.keeper import Keeper
from crossnet.training.machine import enough_memory
from crossnet.training.means import Means
from crossnet.training.method import Method
from crossnet.training.plan import Plan
from crossnet.training.state import capture, restore
from crossnet.training.update import optimisers, update
from crossnet.training.watch import Watch, judge_weights


def train(
    method: Method,
    batches: Batches,
    fabric: Fabric,
    plan: Plan,
    journal: Journal,
    keeper: Keeper,
    draw: Callable[[int], None],
    ticks: Callable[[Iterable[int], int, int], Iterable[int]],
) -> float:
    """Train a method in place, from where the keeper's newest checkpoint left it, and end with one more (`Keeper.end`).

    The journal receives the terms' means, the learning rate and images a second so far. draw is called with the
    number of steps done; ticks wraps the steps to show progress, given their number and how many are done. Returns the
    seconds that the training took, earlier starts included. Raises DivergedError at a loss that is NaN or infinite, or
    before weights that are would be kept, and Interrupted where the run is told to stop.
    """
    for network in method.networks.values():
        network.to(fabric.device).train()
    adams, means, watch = optimisers(method, plan.lr, plan.betas), Means(), Watch()
    average = Average(method, plan.average)
    prepared: dict[str, Any] = {name: fabric.setup_optimizers(adam) for name, adam in adams.items()}
    first, before = 0, 0.0
    if saved := keeper.checkpoints.newest():
        first, state = saved
        before = restore(state, method, adams, means, average)["seconds"]
        journal.replay(state[1]["rows"], first)
        if fabric.is_global_zero:
            print(f"going on after step {first} of {plan.steps}", file=sys.stderr, flush=True)

    def look() -> None:
        watch.settle()
        judge_weights(done, method.networks)

    def everything() -> State:
        look()
        tensors, facts = capture(method, adams, means, average)
        return tensors, facts | {"rows": journal.rows, "seconds": seconds()}

    def seconds() -> float:
        return before + time.monotonic() - began

    began, done = time.monotonic(), first
    for step in ticks(range(first, plan.steps), plan.steps, first):
        rate, done = plan.rate(step), step + 1
        with enough_memory(fabric.device, done):
            x_a, x_b = (fabric.to_device(x) for x in batches[step])
            for phase in method.phases:
                if phase.due(step):
                    _learn_at(rate, prepared[phase.name])
                    see = partial(watch.see, done)
                    means.add(update(method, phase, prepared[phase.name], x_a, x_b, fabric, see))
        average.update()
        if plan.reads(done):
            watch.settle()
            speed = (done - first) * plan.batch / (time.monotonic() - began)
            for name, value in (means.read(fabric) | {"learning_rate": rate, "images_per_second": speed}).items():
                journal.write(name, value, done)
        draw(done)
        keeper.after(done, everything)
    look()
    keeper.end(done, everything)
    average.take_over()
    return seconds()


def _learn_at(rate: float, optimiser: Optimizer) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
