"""The training loop: steps of a method under Lightning Fabric, logged and kept. It knows no method by name."""

import time
from collections.abc import Callable, Iterable, Mapping

from lightning_fabric import Fabric

from crossnet.engine.cuda_graph import Recorder
from crossnet.methods.base import Method
from crossnet.terminal import echo
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.files import State
from crossnet.training.checkpointing.policy import Keeper
from crossnet.training.checkpointing.state import capture, restore
from crossnet.training.finite_check import judge_weights
from crossnet.training.log_replay import Journal
from crossnet.training.schedule import Plan
from crossnet.training.step import Step


def train(
    method: Method,
    batches: Batches,
    fabric: Fabric,
    plan: Plan,
    journal: Journal,
    keeper: Keeper,
    draw: Callable[[int], None],
    ticks: Callable[[Iterable[int], int, int], Iterable[int]],
    record: Recorder | None = None,
    probe: Callable[[], Mapping[str, float]] = dict,
) -> float:
    """Train a method in place, from where the keeper's newest checkpoint left it, and end with one more (`Keeper.end`).

    The journal receives the terms' means, the learning rate, images a second so far, and the values that probe measures
    on the weights as they are, these before the first step too. draw is called with the number of steps done where the
    plan draws; ticks wraps the steps to show progress, given their number and how many
    are done; record is that of `Step`. Returns the seconds that the training took, earlier starts included. Raises
    DivergedError at a loss that is NaN or infinite, or before weights that are would be kept, and Interrupted where the
    run is told to stop.
    """
    take = Step(method, batches, fabric, plan, record)
    first, before = 0, 0.0
    if saved := keeper.checkpoints.newest():
        first, state = saved
        before = restore(state, method, take.optimisers, take.means, take.average)["seconds"]
        journal.replay(state[1]["rows"], first)
        if fabric.is_global_zero:
            echo(f"going on after step {first} of {plan.steps}")

    def look() -> None:
        take.watch.settle()
        judge_weights(done, method.networks)

    def everything() -> State:
        look()
        tensors, facts = capture(method, take.optimisers, take.means, take.average)
        return tensors, facts | {"rows": journal.rows, "seconds": seconds()}

    def seconds() -> float:
        return before + time.monotonic() - began

    began, done = time.monotonic(), first
    if first == 0:
        for name, value in probe().items():
            journal.write(name, value, 0)
    for step in ticks(range(first, plan.steps), plan.steps, first):
        done = step + 1
        take(step)
        if plan.reads(done):
            take.watch.settle()
            speed = (done - first) * plan.batch / (time.monotonic() - began)
            shown = {"learning_rate": plan.rate(step), "images_per_second": speed}
            for name, value in (take.means.read(fabric) | shown | dict(probe())).items():
                journal.write(name, value, done)
        if plan.draws(done):
            take.watch.settle()
            draw(done)
        keeper.after(done, everything)
    look()
    keeper.end(done, everything)
    take.average.take_over()
    return seconds()
