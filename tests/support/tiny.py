"""The smallest methods that have every part, and images for them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ruamel.yaml import YAML
from torch import Tensor

from crossnet.engine.cuda_graph import Capture
from crossnet.engine.executor import BatchedExecutor
from crossnet.methods.base import Loss, Method, Phase, load
from crossnet.methods.graph import Executor
from crossnet.params.methods import PAPER, declared
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.devices import start
from crossnet.training.logging import TrainingLog
from crossnet.training.loop import train
from crossnet.training.schedule import Schedule
from tests.support import committed

NETWORKS = {"width": 2, "encoder_blocks": 1, "translator_blocks": 1, "discriminator_width": 2}
IMAGE_POOL = {"size": 4, "reuse_probability": 0.5}


def _weights() -> dict[str, dict[str, Any]]:
    values = YAML(typ="safe").load(committed.text())
    of_paper = {loss: values[f"lambda_{loss}"] for loss in declared()[PAPER].losses}
    blocks = {name: values["methods"][name] for name, method in declared().items() if method.losses}
    return blocks | {PAPER: of_paper | blocks[PAPER]}


WEIGHTS: Mapping[str, Mapping[str, Any]] = _weights()  # of each method that is trained, as params.yaml has them
METHODS = tuple(WEIGHTS)
PAIR = ("crossnet", "cyclegan")  # two generators that are an encoder and a decoder each
SIZE = 32  # of images


def method(
    name: str,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    image_pool: int = 4,
    rank: int = 0,
    executor: Executor | None = None,
    width: int = NETWORKS["width"],
    **weights: Any,
) -> Method:
    """A method of that name with the smallest networks, or wider ones; `weights` replace the default ones."""
    pool, executor = IMAGE_POOL | {"size": image_pool}, executor or BatchedExecutor()
    shape = NETWORKS | {"width": width}
    options = WEIGHTS[name] | weights
    return load(name)(shape, options, pool, seed=seed, rank=rank, executor=executor, size=SIZE).to(dtype)


def logged_losses(name: str) -> set[str]:
    """What CrossNet or CycleGAN logs: its losses, and those of the discriminators."""
    return {f"loss/{term}" for term in (*declared()[name].losses, "disc_a", "disc_b")}


def loss_of(phase: Phase, x_a: Tensor, x_b: Tensor) -> Loss:
    """The loss and the terms of a phase in a step with these images."""
    return phase.loss(**phase.inputs(x_a, x_b))


def pools_of(made: Method) -> dict[str, Tensor]:
    """The images and the random states of all image pools of a method, by name."""
    state = made.state_dict().items()
    return {f"{key}/{name}": x for key, extra in state if isinstance(extra, dict) for name, x in extra.items()}


def images(seed: int, count: int = 2, size: int = SIZE, dtype: torch.dtype = torch.float32) -> Tensor:
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
    """A writer that remembers what a training logs, and after which steps."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, float]] = {}
        self.images: list[int] = []

    def metric(self, name: str, value: float, done: int) -> None:
        self.rows.setdefault(done, {})[name] = value

    def image(self, path: Path, done: int) -> None:
        self.images.append(done)


class Preview:
    """Stands for `crossnet.training.preview.Preview`: a tiny image, and code ranks that a test gives."""

    def __init__(self, code_ranks: Callable[[], Mapping[str, float]] = dict):
        self._code_ranks = code_ranks

    def draw(self, made: Method) -> NDArray[np.uint8]:
        return np.zeros((1, 1, 3), np.uint8)

    def code_ranks(self, made: Method) -> Mapping[str, float]:
        return self._code_ranks()


def trained(
    made: Method,
    batches: Any,
    schedule: Schedule,
    folder: Path | None = None,
    every_seconds: float = 1e9,
    keep: int = 2,
    accelerator: str = "cpu",
    capture: Capture | None = None,
    code_ranks: Callable[[], Mapping[str, float]] = dict,
) -> Log:
    """Train a method and return its log; checkpoints go to a folder, if one is given."""
    log, preview = Log(), Preview(code_ranks)
    with TemporaryDirectory() as elsewhere:
        fabric = start(accelerator, 1, 1, "32-true")
        schedule = replace(schedule, **made.pace)
        with CheckpointPolicy(folder or Path(elsewhere), fabric, keep, every_seconds, 1.0) as policy:
            rows = TrainingLog(Path(elsewhere), log)
            train(made, batches, fabric, schedule, rows, policy, preview, capture=capture)  # type: ignore[arg-type]
    return log


def tiny_schedule(**changed: Any) -> Schedule:
    """12 images a side in batches of 2."""
    plan = {"images": 12, "batch": 2, "lr": 1e-3, "betas": (0.5, 0.999), "decay_from": 0.5, "ema_decay": 0.0}
    return Schedule(**(plan | {"log_every": 2, "grid_every": 1} | changed))


def tiny_batches(batch: int = 2, seed: int = 0, rank: int = 0, processes: int = 1) -> Batches:
    """Of 3 random images a side, 32 pixels cropped out of 36."""
    pictures = torch.randint(0, 256, (2, 3, 3, 36, 36), dtype=torch.uint8, generator=torch.Generator().manual_seed(7))
    return Batches(pictures[0], pictures[1], batch, 32, True, seed, rank, processes)


class Stopped(RuntimeError):  # noqa: N818
    """What `StopAt` raises."""


class StopAt(Batches):
    """Tiny batches up to a step, at which the training is killed."""

    def __init__(self, step: int):
        own = tiny_batches()
        super().__init__(own._sides["a"], own._sides["b"], 2, SIZE, True, 0)
        self._last = step

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        if step == self._last:
            raise Stopped
        return super().__getitem__(step)
