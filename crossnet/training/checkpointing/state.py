"""All that a training is made of between two steps, as named tensors and plain facts, and back again."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from crossnet.methods.base import Method
from crossnet.training.checkpointing.files import State
from crossnet.training.ema import Average
from crossnet.training.means import Means


def capture(method: Method, optimisers: Mapping[str, Optimizer], means: Means, average: Average) -> State:
    """Networks, their average, what the method remembers, optimisers, running means, every global random state.

    The learning rate and the batches are functions of the step alone, and so are not among them.
    """
    random_tensors, random_facts = _random_state()
    tensors = {
        f"network/{name}/{key}": value
        for name, network in method.networks.items()
        for key, value in network.state_dict().items()
    }
    tensors |= {f"memory/{name}": value for name, value in method.memory().items()}
    for phase, optimiser in optimisers.items():
        for place, slots in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser/{phase}/{place}/{slot}": value for slot, value in slots.items()}
    tensors |= {f"average/{name}": value for name, value in average.state().items()}
    tensors |= {f"mean/{name}": torch.as_tensor(total) for name, total in means.totals.items()}
    return tensors | random_tensors, {"counts": means.counts} | random_facts


def restore(
    state: State, method: Method, optimisers: Mapping[str, Optimizer], means: Means, average: Average
) -> dict[str, Any]:
    """Make everything what it was when it was captured, in newly built objects of the same run; returns the facts."""
    tensors, facts = state
    for name, network in method.networks.items():
        network.load_state_dict(_below(tensors, f"network/{name}/"))
    method.recall(_below(tensors, "memory/"))
    average.load(_below(tensors, "average/"))
    for phase, optimiser in optimisers.items():
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _below(tensors, f"optimiser/{phase}/").items():
            place, slot = key.split("/")
            slots.setdefault(int(place), {})[slot] = value
        optimiser.load_state_dict(optimiser.state_dict() | {"state": slots})
    device = next(next(iter(method.networks.values())).parameters()).device
    means.counts = dict(facts["counts"])
    means.totals = {name: tensors[f"mean/{name}"].to(device) for name in means.counts}
    _set_random_state(tensors, facts)
    return facts


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _random_state() -> State:
    tensors = {"random/torch": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # or else a CPU's training would take a GPU up
        tensors["random/cuda"] = torch.cuda.get_rng_state()
    kind, keys, *rest = np.random.get_state(legacy=True)
    version, words, gauss = random.getstate()
    return tensors, {"numpy": [kind, np.asarray(keys).tolist(), *rest], "python": [version, list(words), gauss]}


def _set_random_state(tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    torch.set_rng_state(tensors["random/torch"])
    if "random/cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random/cuda"])
    kind, keys, *rest = facts["numpy"]
    np.random.set_state((kind, np.asarray(keys, dtype=np.uint32), *rest))
    version, words, gauss = facts["python"]
    random.setstate((version, tuple(words), gauss))
