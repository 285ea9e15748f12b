"""Optimizers of a method's phases, and one update of a phase's weights."""

from collections.abc import Sequence

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Adam, Optimizer, RMSprop

from crossnet.methods.base import Method, Phase

DECAY = 0.9  # of RMSprop's mean square


def make_optimizers(
    method: Method, lr: float, betas: tuple[float, float], kind: str = "adam", weight_decay: float = 0.0
) -> dict[str, Optimizer]:
    """An optimizer for each name that phases have, over the weights that any phase of that name moves."""
    weights: dict[str, dict[nn.Parameter, None]] = {}
    for phase in method.phases:
        weights.setdefault(phase.optimizer, {}).update(dict.fromkeys(method.parameters_of(phase)))
    if kind == "rmsprop":
        return {name: RMSprop([*some], lr=lr, alpha=DECAY, weight_decay=weight_decay) for name, some in weights.items()}
    return {
        name: Adam([*some], lr=lr, betas=betas, weight_decay=weight_decay, fused=True) for name, some in weights.items()
    }


def update(optimizer: Optimizer, phase: Phase, parameters: Sequence[nn.Parameter], rate: float, fabric: Fabric) -> None:
    """Move the weights of a phase by their gradients, at the schedule's rate times the phase's."""
    if fabric.world_size > 1:
        average_gradients(optimizer, fabric)
    if phase.clip:
        nn.utils.clip_grad_norm_(parameters, phase.clip)
    set_learning_rate(optimizer, rate * phase.rate)
    optimizer.step()
    if phase.clamp:
        with torch.no_grad():
            for parameter in parameters:
                parameter.clamp_(-phase.clamp, phase.clamp)


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """The same rate for all weights."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def average_gradients(optimizer: Optimizer, fabric: Fabric) -> None:
    """One all-reduce of all gradients of a phase: their mean over the processes, which see equally many images."""
    gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    flat = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]))
    assert isinstance(flat, Tensor)
    for gradient, mean in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
