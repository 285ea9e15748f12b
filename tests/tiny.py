"""The smallest methods that have every part, and images for them."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from crossnet.training.method import Method, load

NETWORKS = {"width": 2, "encoder_blocks": 1, "translator_blocks": 1, "discriminator_width": 2}
HISTORY = {"capacity": 4, "chance": 0.5}
WEIGHTS: Mapping[str, Mapping[str, Any]] = {
    "crossnet": {"gan": 1, "id": 3, "ctc": 3, "zid": 6, "zcyc": 6, "ctc_stop_gradient": False},
    "cyclegan": {"gan": 1, "cycle": 10, "identity": 5},
}
METHODS = tuple(WEIGHTS)


def method(name: str, seed: int = 0, dtype: torch.dtype = torch.float32, **weights: Any) -> Method:
    """A method of that name with the smallest networks; `weights` replace the default ones."""
    made = load(name)(NETWORKS, WEIGHTS[name] | weights, HISTORY, seed=seed)
    for network in made.networks.values():
        network.to(dtype)
    return made


def images(seed: int, count: int = 2, size: int = 32, dtype: torch.dtype = torch.float32) -> Tensor:
    """(count, 3, size, size) in [-1, 1], random."""
    return torch.rand(count, 3, size, size, dtype=dtype, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def weights_of(made: Method) -> dict[str, Tensor]:
    """A copy of every weight of a method, by network and key."""
    return {
        f"{name}.{key}": value.detach().clone()
        for name, network in made.networks.items()
        for key, value in network.state_dict().items()
    }
