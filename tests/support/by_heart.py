"""A method that is trained on few images until it knows them."""

import torch
from torch import Tensor

from crossnet.methods.base import Method
from crossnet.training.batches import Batches
from crossnet.training.schedule import Schedule
from tests.support.tiny import SIZE, Log, trained


def pictures(seed: int, count: int = 2, size: int = SIZE) -> Tensor:
    """(count, 3, size, size) uint8: smooth random pictures."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 4, 4, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").clamp(0, 1)
    return (smooth * 255).to(torch.uint8)


def overfitted(method: Method, a: Tensor, b: Tensor, steps: int, lr: float) -> Log:
    """The log of a training on all images a and b in each step; its learning rate stays, and nothing is mirrored."""
    batches = Batches(a, b, len(a), a.shape[-1], False, 0, paired=method.paired)
    schedule = Schedule(
        images=steps * len(a), batch=len(a), lr=lr, betas=(0.5, 0.999), decay_from=1.0, ema_decay=0.0,
        log_every=max(1, steps // 10), grid_every=steps,
    )  # fmt: skip
    return trained(method, batches, schedule)


def first_and_last(log: Log, term: str) -> tuple[float, float]:
    """The first and the last logged value of a loss."""
    values = [row[f"loss/{term}"] for _, row in sorted(log.rows.items()) if f"loss/{term}" in row]
    return values[0], values[-1]
