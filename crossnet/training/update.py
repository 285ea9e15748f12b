"""One update: the gradients of a phase's objective, averaged over the processes, and the step of its optimiser."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Adam, Optimizer

from crossnet.training.method import Method, Phase

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


def optimisers(method: Method, lr: float, betas: tuple[float, float]) -> dict[str, Adam]:
    """One Adam a phase, over the networks that it trains."""
    return {
        phase.name: Adam(
            [p for name in phase.trains for p in method.networks[name].parameters()],
            lr=lr,
            betas=betas,
            fused=True,
        )
        for phase in method.phases
    }


def update(
    method: Method, phase: Phase, optimiser: Optimizer, x_a: Tensor, x_b: Tensor, fabric: Fabric, see: See = unseen
) -> dict[str, Tensor]:
    """Descend a phase's objective by one step, for images (N, 3, H, W) of this process; returns the phase's terms.

    `see` is shown the objective and the terms before any weight moves, and may raise.
    """
    optimiser.zero_grad()
    with training_only(method, phase):
        with fabric.autocast():
            objective, terms = phase.terms(x_a, x_b)
        see(objective, terms)
        fabric.backward(objective)
    if fabric.world_size > 1:
        _average_gradients(optimiser, fabric)
    optimiser.step()
    return terms


def _average_gradients(optimiser: Optimizer, fabric: Fabric) -> None:
    """One all-reduce for all gradients of a phase: their mean over the processes, which see equally many images."""
    gradients = [p.grad for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    together = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]))
    assert isinstance(together, Tensor)
    for gradient, mean in zip(gradients, torch.split(together, [g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
