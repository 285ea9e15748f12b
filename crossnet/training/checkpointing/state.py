"""The state of a training between two steps, as named tensors and plain facts."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from crossnet.methods.base import Method
from crossnet.training.checkpointing.files import State
from crossnet.training.ema import EMA
from crossnet.training.logging import RunningMeans


@dataclass(frozen=True)
class TrainingState:
    """Networks, image pools, their EMA, optimizers, running means of the log, every global random state.

    The learning rate and the batches are functions of the step alone, and so are not saved.
    """

    method: Method
    optimizers: Mapping[str, Optimizer]
    means: RunningMeans
    ema: EMA

    def state_dict(self) -> State:
        """Tensors by name, and facts that JSON can hold."""
        random_tensors, random_facts = _random_state()
        means = self.means.state_dict()
        tensors = _named("ema", self.ema.state_dict())
        for key, value in self.method.state_dict().items():  # the extra state of an image pool is a mapping
            tensors |= _named(f"method/{key}", value if isinstance(value, Mapping) else {"": value})
        for phase, optimizer in self.optimizers.items():
            for place, slots in optimizer.state_dict()["state"].items():
                tensors |= _named(f"optimizer/{phase}/{place}", slots)
        return tensors | _named("mean", means["totals"]) | random_tensors, {"counts": means["counts"]} | random_facts

    def load_state_dict(self, state: State) -> None:
        """Load what `state_dict` returned into newly built parts of the same run."""
        tensors, facts = state
        saved: dict[str, Any] = {}
        for key, value in _below(tensors, "method").items():
            path, _, name = key.partition("/")
            saved[path] = saved.get(path, {}) | {name: value} if name else value
        self.method.load_state_dict(saved)
        self.ema.load_state_dict(_below(tensors, "ema"))
        for phase, optimizer in self.optimizers.items():
            slots: dict[int, dict[str, Tensor]] = {}
            for key, value in _below(tensors, f"optimizer/{phase}").items():
                place, slot = key.split("/")
                slots.setdefault(int(place), {})[slot] = value
            optimizer.load_state_dict(optimizer.state_dict() | {"state": slots})
        totals = {name: total.to(self.method.device) for name, total in _below(tensors, "mean").items()}
        self.means.load_state_dict({"totals": totals, "counts": facts["counts"]})
        _set_random_state(tensors, facts)


def _named(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}/{name}": value for name, value in tensors.items()}


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{prefix}/"): value for name, value in tensors.items() if name.startswith(f"{prefix}/")}


def _random_state() -> State:
    tensors = {"random/torch": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # get_rng_state would initialize it
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
