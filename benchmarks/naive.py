"""The naive step of CrossNet: its equations as they are written, by torch's usual means, in a process of its own.

One call for each use of a network, InstanceNorm2d, convolutions and Adam as they come. Its own process, because what
one step leaves in the memory of a process changes the time of another's.
"""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Adam

from crossnet.engine.cpu.few_channel_conv import NarrowConv2d
from crossnet.engine.executor import one_by_one
from crossnet.methods.base import Method
from crossnet.methods.crossnet import CrossNet
from crossnet.models.resnet import ResidualBlocks
from crossnet.training.devices import start
from crossnet.training.update import Update, trained_by


def naive_method(**options: Any) -> Method:
    """CrossNet with networks as torch has them."""
    method = CrossNet(**options)
    method.networks = {name: _as_torch_has_it(network) for name, network in method.networks.items()}
    return method


def naive_optimisers(method: Method, lr: float, betas: tuple[float, float]) -> dict[str, Adam]:
    """One Adam a phase, as torch has it."""
    return {phase.name: Adam(trained_by(phase, method), lr=lr, betas=betas) for phase in method.phases}


def one_step(method: Method, adams: Mapping[str, Adam], x_a: Tensor, x_b: Tensor, fabric: Fabric) -> None:
    """All phases of one step."""
    for phase in method.phases:
        Update(method, phase, adams[phase.name], fabric)(x_a, x_b)


class Beside:
    """Naive steps in another process, which rests in between."""

    def __init__(self, pipe: Connection):
        self._pipe = pipe

    def seconds(self, steps: int) -> float:
        """The median time of some steps."""
        self._pipe.send(steps)
        taken: float = self._pipe.recv()
        return taken


@contextmanager
def beside(
    setup: Mapping[str, Any], lr: float, betas: tuple[float, float], x_a: Tensor, x_b: Tensor
) -> Iterator[Beside]:
    """Naive steps on images (N, 3, H, W), with as many threads as torch takes."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(
        target=_serve, args=(theirs, setup, lr, betas, x_a.numpy(), x_b.numpy()), daemon=True
    )
    process.start()
    try:
        yield Beside(ours)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, setup: Mapping[str, Any], lr: float, betas: tuple[float, float], a: Any, b: Any) -> None:
    fabric, images = start("cpu", 1, 1, "32-true"), (torch.from_numpy(a), torch.from_numpy(b))
    method = naive_method(**setup, seed=0, apply=one_by_one)
    adams = naive_optimisers(method, lr, betas)
    one_step(method, adams, *images, fabric)
    while True:
        taken = []
        for _ in range(pipe.recv()):
            began = time.perf_counter()
            one_step(method, adams, *images, fabric)
            taken.append(time.perf_counter() - began)
        pipe.send(statistics.median(taken))


def _as_torch_has_it(module: nn.Module) -> nn.Module:
    if isinstance(module, nn.GroupNorm):
        return nn.InstanceNorm2d(module.num_channels)
    if isinstance(module, NarrowConv2d):
        options = {"padding": module.padding, "padding_mode": module.padding_mode}
        plain = nn.Conv2d(module.in_channels, module.out_channels, module.kernel_size, **options)  # type: ignore[arg-type]
        plain.load_state_dict(module.state_dict())
        return plain
    for name, child in module.named_children():
        setattr(module, name, _as_torch_has_it(child))
    return nn.Sequential(*module) if isinstance(module, ResidualBlocks) else module
