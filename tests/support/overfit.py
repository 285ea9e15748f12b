"""How losses fare while a method learns two images a side by heart."""

import torch
from torch.nn import functional

from crossnet.training.batches import Batches
from tests.support.tiny import SIZE, method, tiny_schedule, trained

EVERY = 10  # steps of a row of the log


def overfitted(
    name: str, steps: int = 200, lr: float = 2e-3, width: int = 6, **options: object
) -> dict[str, list[float]]:
    """Each logged term's means over 10 steps, from the first to the last.

    The images are smooth, and one side is darker than the other: both translations can be learned.
    """
    coarse = torch.rand(2, 2, 3, 4, 4, generator=torch.Generator().manual_seed(3))
    smooth = (
        functional.interpolate(coarse.flatten(0, 1), (SIZE, SIZE), mode="bicubic").clamp(0, 1).view(2, 2, 3, SIZE, SIZE)
    )
    a, b = (255 * torch.stack([smooth[0] / 2, smooth[1] / 2 + 0.5])).to(torch.uint8).unbind()
    made = method(name, width=width, **options)
    schedule = tiny_schedule(images=2 * steps, decay_from=1.0, lr=lr, log_every=EVERY, grid_every=10**6)
    log = trained(made, Batches(a, b, 2, SIZE, False, 0), schedule)
    found: dict[str, list[float]] = {}
    for row in log.rows.values():
        for key, value in row.items():
            if key.startswith("loss/"):
                found.setdefault(key.removeprefix("loss/"), []).append(value)
    return found
