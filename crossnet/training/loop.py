"""The training loop: phases of a method, one optimiser each, under Lightning Fabric. It knows no method by name."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Adam

from crossnet.training.batches import Batches
from crossnet.training.method import Method, Phase

Log = Callable[[str, float, int], None]


class DivergedError(RuntimeError):
    """A loss that is not finite; the message names it and the step."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast: `images` a side in all, `batch` a step, Adam's `lr` and `betas`, the schedule.

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


def start(accelerator: str, devices: int, precision: str) -> Fabric:
    """Fabric on the device that is asked for. Raises RuntimeError, in one line, where there is none of it."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present.get(accelerator, True):
        there = ", ".join(["cpu", *(name for name, found in present.items() if found)])
        raise RuntimeError(f"training.accelerator: {accelerator} is asked for, but there is only {there}")
    fabric = Fabric(accelerator=accelerator, devices=devices, precision=precision)  # type: ignore[arg-type]
    fabric.launch()
    return fabric


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


@dataclass
class Means:
    """Running means of what a step logs, without waiting for the device until they are read."""

    totals: dict[str, Tensor | float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's scalars."""
        for name, value in values.items():
            self.totals[name] = self.totals.get(name, 0.0) + value.detach().float()
            self.counts[name] = self.counts.get(name, 0) + 1

    def read(self) -> dict[str, float]:
        """The means since the last reading."""
        means = {name: float(total) / self.counts[name] for name, total in self.totals.items()}
        self.totals, self.counts = {}, {}
        return means


def train(
    method: Method,
    batches: Batches,
    fabric: Fabric,
    plan: Plan,
    log: Log,
    after_step: Callable[[int], None],
    ticks: Callable[[Iterable[int], int], Iterable[int]],
) -> None:
    """Train a method in place.

    log receives (name, value, steps done): the terms' means, the learning rate, images a second so far. after_step is
    called with the number of steps done; ticks wraps the steps to show progress. Raises DivergedError when a logged
    mean is NaN or infinite.
    """
    for network in method.networks.values():
        network.to(fabric.device).train()
    plain = optimisers(method, plan)
    adams = dict(zip(plain, _as_list(fabric.setup_optimizers(*plain.values())), strict=True))
    means, began = Means(), time.monotonic()
    for step in ticks(range(plan.steps), plan.steps):
        rate, done = plan.rate(step), step + 1
        x_a, x_b = (fabric.to_device(x) for x in batches[step])
        for phase in method.phases:
            if phase.due(step):
                means.add(_update(method, phase, adams[phase.name], rate, x_a, x_b, fabric))
        if plan.reads(done):
            speed = done * plan.batch / (time.monotonic() - began)
            readings = means.read() | {"learning_rate": rate, "images_per_second": speed}
            for name, value in readings.items():
                if not math.isfinite(value):
                    raise DivergedError(f"{name} is {value} within the {plan.log_every} steps before step {done}")
            for name, value in readings.items():
                log(name, value, done)
        after_step(done)


def _update(
    method: Method, phase: Phase, adam: torch.optim.Optimizer, rate: float, x_a: Tensor, x_b: Tensor, fabric: Fabric
) -> dict[str, Tensor]:
    for group in adam.param_groups:
        group["lr"] = rate
    adam.zero_grad()
    with training_only(method, phase):
        with fabric.autocast():
            total, logged = phase.terms(x_a, x_b)
        fabric.backward(total)
    adam.step()
    return logged


def _as_list(prepared: object) -> Sequence[torch.optim.Optimizer]:
    """Fabric hands one optimiser back by itself and several as a tuple."""
    return prepared if isinstance(prepared, list | tuple) else [prepared]  # type: ignore[list-item]
