"""One step of a training: a batch, the phases that are due, and what is kept of them."""

from functools import partial
from typing import Any

from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Optimizer

from crossnet.engine.cuda_graph import Recorder
from crossnet.methods.base import Method
from crossnet.training.batches import Batches
from crossnet.training.ema import EMA
from crossnet.training.finite_check import FiniteCheck
from crossnet.training.logging import RunningMeans
from crossnet.training.machine import enough_memory
from crossnet.training.schedule import Schedule
from crossnet.training.update import Update, optimisers


class Step:
    """The steps of a training, each by its number, counted from 0; what a `record`er records is played again in each.

    `optimisers` (one a phase), `means` of the terms, the `average` of the weights and the `watch` over the losses are
    what steps leave behind, beside the weights of the method. Raises DivergedError at a loss that is NaN or infinite,
    and MemoryShortError, each in one line.
    """

    def __init__(
        self, method: Method, batches: Batches, fabric: Fabric, schedule: Schedule, record: Recorder | None = None
    ):
        for network in method.networks.values():
            network.to(fabric.device).train()
        self.optimisers = optimisers(method, schedule.lr, schedule.betas)
        self.means, self.ema, self.finite = RunningMeans(), EMA(method, schedule.ema_decay), FiniteCheck()
        self._phases, self._batches, self._fabric, self._schedule = method.phases, batches, fabric, schedule
        self._prepared: dict[str, Any] = {n: fabric.setup_optimizers(adam) for n, adam in self.optimisers.items()}
        self._updates = {ph.name: Update(method, ph, self._prepared[ph.name], fabric, record) for ph in method.phases}

    def __call__(self, step: int) -> None:
        rate, see = self._schedule.learning_rate(step), partial(self.finite.check, step + 1)
        with enough_memory(self._fabric.device, step + 1):
            x_a, x_b = (_on_device(x, self._fabric) for x in self._batches[step])
            for phase in self._phases:
                if phase.due(step):
                    _learn_at(rate, self._prepared[phase.name])
                    self.means.update(self._updates[phase.name](x_a, x_b, see))
        self.ema.update()


def _on_device(x: Tensor, fabric: Fabric) -> Tensor:
    """The images where they are wanted; a GPU fetches them when it is there, and nobody waits for it."""
    moved: Tensor = fabric.to_device(x.pin_memory() if fabric.device.type == "cuda" else x)
    return moved


def _learn_at(rate: float, optimiser: Optimizer) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
