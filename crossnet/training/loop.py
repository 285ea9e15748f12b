"""The training loop: phases of a method, one optimiser each, under Lightning Fabric. It knows no method by name."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Adam

from crossnet.training.batches import Batches
from crossnet.training.checkpoint import State
from crossnet.training.journal import Journal
from crossnet.training.keeper import Keeper
from crossnet.training.machine import enough_memory
from crossnet.training.means import Means
from crossnet.training.method import Method, Phase
from crossnet.training.state import capture, restore
from crossnet.training.watch import Watch


@dataclass(frozen=True)
class Plan:
    """How long and how fast: `images` a side in all, `batch` a step (of all processes), Adam's `lr` and `betas`.

    The learning rate is constant until `decay_from` (a share of all images), then falls linearly to zero. The terms
    are logged as means over `log_every` steps.
    """

    images: int
    batch: int
    lr: float
    betas: tuple[float, float]
    decay_from: float
    log_every: int

    @property
    def steps(self) -> int:
        """Optimisation steps: all images, the last batch filled up."""
        return -(-self.images // self.batch)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0, by the images seen before it."""
        decay = self.images * (1 - self.decay_from)
        left = self.images - step * self.batch
        return self.lr * (1.0 if decay == 0 else min(1.0, max(0.0, left / decay)))

    def reads(self, done: int) -> bool:
        """Whether the log is written after that many steps."""
        return done % self.log_every == 0 or done == self.steps


@contextmanager
def training_only(method: Method, phase: Phase) -> Iterator[None]:
    """Within it, gradients gather in the networks of a phase alone; they pass through the others."""
    for name, network in method.networks.items():
        network.requires_grad_(name in phase.trains)
    try:
        yield
    finally:
        for network in method.networks.values():
            network.requires_grad_(True)


def optimisers(method: Method, plan: Plan) -> dict[str, Adam]:
    """One Adam a phase, over the networks that it trains."""
    return {
        phase.name: Adam(
            [p for name in phase.trains for p in method.networks[name].parameters()],
            lr=plan.lr,
            betas=plan.betas,
            fused=True,
        )
        for phase in method.phases
    }


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
    """Train a method in place, from where the keeper's newest checkpoint left it.

    The journal receives the terms' means, the learning rate and images a second so far. draw is called with the
    number of steps done; ticks wraps the steps to show progress, given their number and how many are done. Returns the
    seconds that the training took, earlier starts included. Raises DivergedError at a loss that is NaN or infinite,
    and Interrupted where the run is told to stop.
    """
    for network in method.networks.values():
        network.to(fabric.device).train()
    adams, means, watch = optimisers(method, plan), Means(), Watch()
    prepared: dict[str, Any] = {name: fabric.setup_optimizers(adam) for name, adam in adams.items()}
    first, before = 0, 0.0
    if saved := keeper.checkpoints.newest():
        first, state = saved
        before = restore(state, method, adams, means)["seconds"]
        journal.replay(state[1]["rows"], first)
        if fabric.is_global_zero:
            print(f"going on after step {first} of {plan.steps}", file=sys.stderr, flush=True)

    def everything() -> State:
        watch.settle()
        tensors, facts = capture(method, adams, means)
        return tensors, facts | {"rows": journal.rows, "seconds": seconds()}

    def seconds() -> float:
        return before + time.monotonic() - began

    began = time.monotonic()
    for step in ticks(range(first, plan.steps), plan.steps, first):
        rate, done = plan.rate(step), step + 1
        with enough_memory(fabric.device, done):
            x_a, x_b = (fabric.to_device(x) for x in batches[step])
            for phase in method.phases:
                if phase.due(step):
                    means.add(_update(method, phase, prepared[phase.name], rate, x_a, x_b, fabric, watch, done))
        if plan.reads(done):
            watch.settle()
            speed = (done - first) * plan.batch / (time.monotonic() - began)
            for name, value in (means.read(fabric) | {"learning_rate": rate, "images_per_second": speed}).items():
                journal.write(name, value, done)
        draw(done)
        keeper.after(done, everything)
    watch.settle()
    return seconds()


def _update(
    method: Method,
    phase: Phase,
    adam: torch.optim.Optimizer,
    rate: float,
    x_a: Tensor,
    x_b: Tensor,
    fabric: Fabric,
    watch: Watch,
    done: int,
) -> dict[str, Tensor]:
    for group in adam.param_groups:
        group["lr"] = rate
    adam.zero_grad()
    with training_only(method, phase):
        with fabric.autocast():
            objective, logged = phase.terms(x_a, x_b)
        watch.see(done, objective, logged)
        fabric.backward(objective)
    if fabric.world_size > 1:
        _average_gradients(adam, fabric)
    adam.step()
    return logged


def _average_gradients(adam: torch.optim.Optimizer, fabric: Fabric) -> None:
    """One all-reduce for all gradients of a phase: their mean over the processes, which see equally many images."""
    gradients = [p.grad for group in adam.param_groups for p in group["params"] if p.grad is not None]
    together = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]))
    assert isinstance(together, Tensor)
    for gradient, mean in zip(gradients, torch.split(together, [g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
