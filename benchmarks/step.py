"""Seconds a training step of CrossNet, batched and naive in alternation: `python -m benchmarks.step [scale ...]`.

Naive is one call for each use of a network, as the equations are written; batched is what training does. Random
images, the networks and the batch of the named scales of params.yaml (laptop unless one is named).
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from crossnet.methods.crossnet.method import CrossNet
from crossnet.nn import paths
from crossnet.params import Params, load_params
from crossnet.training.loop import Plan, optimisers, training_only
from crossnet.training.method import Method


def one_step(method: Method, adams: dict[str, torch.optim.Adam], x_a: Tensor, x_b: Tensor) -> None:
    """All phases of one step."""
    for phase in method.phases:
        adams[phase.name].zero_grad()
        with training_only(method, phase):
            torch.autograd.backward(phase.terms(x_a, x_b)[0])
        adams[phase.name].step()


def compare(params: Params, rounds: int) -> dict[str, float]:
    """Median seconds a step, batched and naive, measured in turns."""
    images, options = params.images, params.training
    setup: dict[str, Any] = {
        "networks": params.networks.model_dump(), "weights": params.weights, "history": options.history.model_dump()
    }  # fmt: skip
    plan = Plan(1, options.batch, options.lr, (options.beta1, options.beta2), options.decay_from, options.log_every)
    x_a, x_b = torch.rand(2, options.batch, 3, images.size, images.size) * 2 - 1
    apply: dict[str, Callable[..., Any]] = {"batched": paths.batched, "naive": paths.one_by_one}
    methods = {name: CrossNet(**setup, apply=function, seed=0) for name, function in apply.items()}
    adams = {name: optimisers(method, plan) for name, method in methods.items()}
    seconds: dict[str, list[float]] = {name: [] for name in apply}
    for turn in range(rounds + 2):
        for name, method in methods.items():
            began = time.perf_counter()
            one_step(method, adams[name], x_a, x_b)
            if turn >= 2:
                seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in seconds.items()}


def main(scales: list[str]) -> None:
    """Print a line for each scale."""
    params = load_params(Path("params.yaml"))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for scale in scales:
        chosen = params.model_copy(update={"scale": scale, "method": "crossnet"})
        found = compare(chosen, rounds=3 if scale == "paper" else 15)
        batch = chosen.training.batch
        print(
            f"{scale}: batched {found['batched']:.3f} s a step ({batch / found['batched']:.1f} images/s), "
            f"naive {found['naive']:.3f} s, ratio {found['naive'] / found['batched']:.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["laptop"])
