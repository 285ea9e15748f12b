"""One step of a training: for each phase that is due, the gradients of its loss and an update of its weights."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from crossnet.engine.cuda_graph import Capture, GraphedGradients
from crossnet.methods.base import Method, Phase
from crossnet.training.batches import Batches
from crossnet.training.ema import EMA
from crossnet.training.finite_check import FiniteCheck
from crossnet.training.logging import RunningMeans
from crossnet.training.machine import enough_memory
from crossnet.training.optimizers import make_optimizers, update
from crossnet.training.schedule import Schedule


class TrainingStep:
    """The steps of a training by their number, counted from 0.

    `optimizers` by name, `means` of the logged terms, the `ema` of the weights and the `finite_check` of the
    losses are what steps leave behind, beside the state of the method. `capture` captures gradients as a CUDA graph.
    Raises DivergedError at a loss that is NaN or infinite, and MemoryShortError, each in one line.
    """

    def __init__(
        self, method: Method, batches: Batches, fabric: Fabric, schedule: Schedule, capture: Capture | None = None
    ):
        method.to(fabric.device).train()
        self.method, self.batches, self.fabric, self.schedule = method, batches, fabric, schedule
        rule = (schedule.lr, schedule.betas, schedule.optimizer, schedule.weight_decay)
        self.optimizers = make_optimizers(method, *rule)
        self.means, self.ema, self.finite_check = RunningMeans(), EMA(method, schedule.ema_decay), FiniteCheck()
        self._prepared: dict[str, Any] = {name: fabric.setup_optimizers(each) for name, each in self.optimizers.items()}
        self._compute: dict[str, Callable[[Mapping[str, Tensor]], tuple[Tensor, dict[str, Tensor]]]] = {}
        for phase in method.phases:
            optimizer = self._prepared[phase.optimizer]
            gradients = Gradients(method, phase, optimizer, fabric)
            graphed = (
                GraphedGradients(gradients, capture, _weights(optimizer), [*method.buffers()]) if capture else gradients
            )
            self._compute[phase.name] = graphed

    def __call__(self, step: int) -> None:
        with enough_memory(self.fabric.device, step + 1):
            x_a, x_b = (_to_device(x, self.fabric) for x in self.batches[step])
            for phase in self.method.phases:
                if phase.due(step, self.schedule.steps):
                    loss, terms = self._compute[phase.name](phase.inputs(x_a, x_b))
                    self.finite_check.check(step + 1, loss, terms)
                    rate, weights = self.schedule.learning_rate(step), self.method.parameters_of(phase)
                    update(self._prepared[phase.optimizer], phase, weights, rate, self.fabric)
                    self.means.update(terms)
        self.ema.update()


class Gradients:
    """Loss and terms of a phase for its inputs; the gradients of its weights are left in `.grad`."""

    def __init__(self, method: Method, phase: Phase, optimizer: Optimizer, fabric: Fabric):
        self._method, self._phase, self._optimizer, self._fabric = method, phase, optimizer, fabric

    def __call__(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        self._optimizer.zero_grad()
        with training_only(self._method, self._phase):
            with self._fabric.autocast():
                loss, terms = self._phase.loss(**inputs)
            self._fabric.backward(loss)
        return loss.detach(), {name: term.detach() for name, term in terms.items()}


@contextmanager
def training_only(method: Method, phase: Phase) -> Iterator[None]:
    """Within it only the weights of a phase have gradients; gradients pass through the other networks."""
    method.requires_grad_(False)
    for parameter in method.parameters_of(phase):
        parameter.requires_grad_(True)
    try:
        yield
    finally:
        method.requires_grad_(True)


def _weights(optimizer: Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _to_device(x: Tensor, fabric: Fabric) -> Tensor:
    """Images on the device; pinned memory is copied to a GPU while the CPU goes on."""
    moved: Tensor = fabric.to_device(x.pin_memory() if fabric.device.type == "cuda" else x)
    return moved
