"""The smallest methods that have every part, and images for them."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from crossnet.engine.cuda_graph import Recorder
from crossnet.engine.executor import Apply, batched
from crossnet.methods.base import Method, load
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.files import Checkpoints
from crossnet.training.checkpointing.policy import Keeper
from crossnet.training.devices import start
from crossnet.training.log_replay import Journal
from crossnet.training.loop import train
from crossnet.training.schedule import Plan

NETWORKS = {"width": 2, "encoder_blocks": 1, "translator_blocks": 1, "discriminator_width": 2}
HISTORY = {"capacity": 4, "chance": 0.5}
WEIGHTS: Mapping[str, Mapping[str, Any]] = {
    "crossnet": {"gan": 1, "id": 3, "ctc": 3, "zid": 6, "zcyc": 6, "ctc_stop_gradient": False},
    "cyclegan": {"gan": 1, "cycle": 10, "identity": 5},
}
METHODS = tuple(WEIGHTS)


def method(
    name: str,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    history: int = 4,
    rank: int = 0,
    apply: Apply = batched,
    width: int = NETWORKS["width"],
    **weights: Any,
) -> Method:
    """A method of that name with the smallest networks, or wider ones; `weights` replace the default ones."""
    kept = HISTORY | {"capacity": history}
    made = load(name)(NETWORKS | {"width": width}, WEIGHTS[name] | weights, kept, seed=seed, rank=rank, apply=apply)
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


class Log:
    """Remembers what a training logs, and after which steps."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, float]] = {}
        self.steps: list[int] = []

    def __call__(self, name: str, value: float, done: int) -> None:
        self.rows.setdefault(done, {})[name] = value


def trained(
    made: Method,
    batches: Any,
    plan: Plan,
    folder: Path | None = None,
    every_seconds: float = 1e9,
    keep: int = 2,
    accelerator: str = "cpu",
    record: Recorder | None = None,
    probe: Callable[[], Mapping[str, float]] = dict,
) -> Log:
    """Train a method and return its log; checkpoints go to a folder, if one is given."""
    log = Log()

    def ticks(steps: Iterable[int], total: int, before: int) -> Iterable[int]:
        assert total == plan.steps
        return steps

    with TemporaryDirectory() as elsewhere:
        fabric = start(accelerator, 1, 1, "32-true")
        checkpoints = Checkpoints(folder or Path(elsewhere), keep, fabric)
        journal = Journal(Path(elsewhere), log, lambda path, done: None)
        with Keeper(checkpoints, every_seconds, 1.0, fabric) as keeper:
            train(made, batches, fabric, plan, journal, keeper, log.steps.append, ticks, record, probe)
    return log


def tiny_plan(**changed: Any) -> Plan:
    """12 images a side in batches of 2."""
    plan = {"images": 12, "batch": 2, "lr": 1e-3, "betas": (0.5, 0.999), "decay_from": 0.5, "average": 0.0}
    return Plan(**(plan | {"log_every": 2, "grid_every": 1} | changed))


def tiny_batches(batch: int = 2, seed: int = 0, rank: int = 0, processes: int = 1) -> Batches:
    """Of 3 random images a side, 32 pixels cropped out of 36."""
    pictures = torch.randint(0, 256, (2, 3, 3, 36, 36), dtype=torch.uint8, generator=torch.Generator().manual_seed(7))
    return Batches(pictures[0], pictures[1], batch, 32, True, seed, rank, processes)
