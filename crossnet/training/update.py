"""One update: the gradients of a phase's objective, averaged over the processes, and the step of its optimiser."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Adam, Optimizer

from crossnet.engine.cuda_graph import Recorded, Recorder
from crossnet.methods.base import Given, Judged, Method, Phase

See = Callable[[Tensor, Mapping[str, Tensor]], None]  # an objective, and its terms


def unseen(objective: Tensor, terms: Mapping[str, Tensor]) -> None:
    """Nobody looks."""


@contextmanager
def training_only(method: Method, phase: Phase) -> Iterator[None]:
    """Within it, gradients gather in the networks of a phase alone; they pass through the others."""
    others = [p for name, network in method.networks.items() if name not in phase.trains for p in network.parameters()]
    for parameter in others:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in others:
            parameter.requires_grad_(True)


def trained_by(phase: Phase, method: Method) -> list[torch.nn.Parameter]:
    """The weights that a phase moves."""
    return [p for name in phase.trains for p in method.networks[name].parameters()]


def optimisers(method: Method, lr: float, betas: tuple[float, float]) -> dict[str, Adam]:
    """One Adam a phase, over the networks that it trains."""
    return {ph.name: Adam(trained_by(ph, method), lr=lr, betas=betas, fused=True) for ph in method.phases}


class Update:
    """The update of one phase, again and again; its gradients are recorded and played again where there is a recorder.

    Called with images (N, 3, H, W) of this process it descends the objective by one step, and returns the terms. `see`
    is shown the objective and the terms before any weight moves, and may raise.
    """

    def __init__(
        self, method: Method, phase: Phase, optimiser: Optimizer, fabric: Fabric, record: Recorder | None = None
    ):
        self._method, self._phase, self._optimiser, self._fabric = method, phase, optimiser, fabric
        self._judge = Recorded(self._descend, record) if record else self._descend

    def __call__(self, x_a: Tensor, x_b: Tensor, see: See = unseen) -> dict[str, Tensor]:
        objective, terms = self._judge(self._phase.given(x_a, x_b))
        see(objective, terms)
        if self._fabric.world_size > 1:
            _average_gradients(self._optimiser, self._fabric)
        self._optimiser.step()
        return terms

    def _descend(self, given: Given) -> Judged:
        """The objective and its terms; its gradients are left in the weights."""
        self._optimiser.zero_grad()
        with training_only(self._method, self._phase):
            with self._fabric.autocast():
                objective, terms = self._phase.terms(**given)
            self._fabric.backward(objective)
        return objective.detach(), {name: term.detach() for name, term in terms.items()}


def _average_gradients(optimiser: Optimizer, fabric: Fabric) -> None:
    """One all-reduce for all gradients of a phase: their mean over the processes, which see equally many images."""
    gradients = [p.grad for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    together = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]))
    assert isinstance(together, Tensor)
    for gradient, mean in zip(gradients, torch.split(together, [g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
