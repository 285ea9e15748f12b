"""The training loop: steps of a method under Lightning Fabric, logged and saved. It knows no method by name."""

import time
from collections.abc import Callable, Iterable

from lightning_fabric import Fabric

from crossnet.engine.cuda_graph import Capture
from crossnet.methods.base import Method
from crossnet.terminal import echo
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.files import State
from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.checkpointing.state import TrainingState
from crossnet.training.finite_check import check_weights
from crossnet.training.logging import TrainingLog
from crossnet.training.preview import Preview
from crossnet.training.schedule import Schedule
from crossnet.training.step import TrainingStep


def train(
    method: Method,
    batches: Batches,
    fabric: Fabric,
    schedule: Schedule,
    log: TrainingLog,
    policy: CheckpointPolicy,
    preview: Preview | None = None,
    track: Callable[[range], Iterable[int]] = iter,
    capture: Capture | None = None,
) -> float:
    """Train a method in place, from the newest checkpoint on, and save the end.

    log: gets the means of the terms, the learning rate, images a second, and the effective ranks of the preview's
    codes, these before the first step too.
    policy: says when a checkpoint is saved.
    preview: fixed images, whose translations are logged as well; None: no preview.
    track: wraps the numbers of the steps, to show progress.
    capture: of `TrainingStep`.

    Returns the seconds that the training took, earlier starts included. Raises DivergedError at a loss that is NaN or
    infinite, or before such weights are saved, and Interrupted after a signal.
    """
    take_step = TrainingStep(method, batches, fabric, schedule, capture)
    state = TrainingState(method, take_step.optimizers, take_step.means, take_step.ema)
    first, before = 0, 0.0
    if saved := policy.checkpoints.newest():
        first, (tensors, facts) = saved
        state.load_state_dict((tensors, facts))
        before = facts["seconds"]
        log.replay(facts["rows"], first)
        if fabric.is_global_zero:
            echo(f"going on after step {first} of {schedule.steps}")

    def check() -> None:
        take_step.finite_check.flush()
        check_weights(done, method.networks)

    def everything() -> State:
        check()
        tensors, facts = state.state_dict()
        return tensors, facts | {"rows": log.rows, "seconds": seconds()}

    def seconds() -> float:
        return before + time.monotonic() - began

    began, done = time.monotonic(), first
    if first == 0 and preview:
        log.metrics(preview.code_ranks(method), 0)
    for step in track(range(first, schedule.steps)):
        done = step + 1
        take_step(step)
        if schedule.logs_after(done):
            take_step.finite_check.flush()
            log.metrics(take_step.means.compute(fabric), done)
            log.metric("learning_rate", schedule.learning_rate(step), done)
            log.metric("images_per_second", (done - first) * schedule.batch / (time.monotonic() - began), done)
            log.metrics(preview.code_ranks(method) if preview else {}, done)
        if schedule.previews_after(done) and preview:
            take_step.finite_check.flush()
            log.image(preview.draw(method), done)
        policy.save_if_due(done, everything)
    check()
    policy.save_last(done, everything)
    take_step.ema.copy_to_method()
    return seconds()
