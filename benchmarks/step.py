"""What a training step of CrossNet costs and takes: `python -m benchmarks.step [laptop] [paper] [paper:64] ...`.

A case is a scale of params.yaml, and a size in pixels if it is not the scale's own. For each are printed, measured in
turns in one run because machines are noisy: the step, its rate against the peak that this machine reaches just before
or after it on the best of the step's five largest convolutions, the share of each part, timed by itself, and the time
that a checkpoint takes. Operations are counted as the equations have them: a convolution by Winograd's filtering does
fewer, and so the rate can be higher than the peak. What the step takes without the engine: `benchmarks.ladder`.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from crossnet.engine.engine import select
from crossnet.engine.executor import Arguments, BatchedExecutor, batched
from crossnet.methods.base import Method
from crossnet.methods.crossnet import CrossNet
from crossnet.params import Params, load_params
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.files import Checkpoints
from crossnet.training.checkpointing.state import TrainingState
from crossnet.training.cost import cost
from crossnet.training.devices import start
from crossnet.training.ema import EMA
from crossnet.training.logging import RunningMeans
from crossnet.training.optimizers import make_optimizers
from crossnet.training.step import Gradients, training_only

KINDS = {"E": "encode", "D": "decode", "T": "translate", "Q": "discriminate"}


@dataclass(frozen=True)
class Call:
    """One call of a network in a step: with gradients of its weights, of its input, or of both."""

    network: str
    shape: tuple[int, ...]
    trains: bool
    passes_on: bool


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median time of some work after one round that is not counted."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def calls(params: Params, batch: int, size: int) -> list[Call]:
    """The calls of a step."""
    found: list[Call] = []

    def recorded(network: Any, uses: Sequence[Arguments]) -> Sequence[Tensor]:
        name = next(name for name, other in method.networks.items() if other is network)
        trains = next(network.parameters()).requires_grad
        shape = (sum(len(x) for (x,) in uses), *uses[0][0].shape[1:])
        found.append(Call(name, shape, trains, any(x.requires_grad for (x,) in uses)))
        return batched(network, uses)

    with torch.device("meta"):
        method = CrossNet(**params.setup, seed=0, executor=BatchedExecutor(recorded))
    for phase in method.phases:
        with training_only(method, phase):
            phase.loss(**phase.inputs(*torch.empty(2, batch, 3, size, size, device="meta")))
    return found


def fastest_convolution(method: Method, made: Sequence[Call]) -> tuple[nn.Conv2d, tuple[int, ...]]:
    """Of the five convolutions of a step with the most operations the fastest one, and the shape of its input."""
    found: dict[tuple[Any, ...], tuple[int, nn.Conv2d, tuple[int, ...]]] = {}
    for call in made:
        network = method.networks[call.network]

        def look(layer: nn.Module, given: tuple[Tensor, ...], result: Tensor) -> None:
            assert isinstance(layer, nn.Conv2d)
            operations = 2 * result.numel() * layer.weight[0].numel()
            shape = tuple(given[0].shape)
            found[(layer.weight.shape, shape)] = operations, layer, shape

        layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
        hooks = [layer.register_forward_hook(look) for layer in layers]
        with torch.no_grad():
            network(torch.zeros(call.shape))
        for hook in hooks:
            hook.remove()
    largest = sorted(found.values(), key=lambda each: each[0])[-5:]
    return max((each[1:] for each in largest), key=lambda each: peak(*each))


def peak(layer: nn.Conv2d, shape: tuple[int, ...]) -> float:
    """Operations a second of a convolution alone, without padding; the best of several."""
    x = torch.randn(shape)
    with torch.no_grad():
        out = nn.functional.conv2d(x, layer.weight, layer.bias, layer.stride)
        times = []
        for _ in range(8):
            began = time.perf_counter()
            nn.functional.conv2d(x, layer.weight, layer.bias, layer.stride)
            times.append(time.perf_counter() - began)
    return 2 * out.numel() * layer.weight[0].numel() / min(times)


def shares(
    method: Method, made: Sequence[Call], adams: dict[str, Optimizer], batches: Batches, workers: int
) -> dict[str, float]:
    """Seconds of each part by itself: the calls with their gradients, the optimisers, the making of a batch.

    Calls are timed one by one, and count for as much less as there are others beside them in a step.
    """
    parts = dict.fromkeys((*KINDS.values(), "optimise", "data"), 0.0)
    for call in made:
        network = method.networks[call.network].requires_grad_(call.trains)
        x = torch.randn(call.shape, requires_grad=call.passes_on)
        gradient = torch.randn_like(network(x).detach())

        def there_and_back(network: nn.Module = network, x: Tensor = x, gradient: Tensor = gradient) -> None:
            torch.autograd.backward(network(x), gradient)

        parts[KINDS[call.network[0]]] += seconds(there_and_back, 3) / workers
        network.requires_grad_(True)
    for adam in adams.values():
        parts["optimise"] += seconds(adam.step, 3)
    parts["data"] = seconds(lambda: batches[0], 5)
    return parts


def checkpoint(method: Method, adams: dict[str, Optimizer], average: float, fabric: Fabric) -> tuple[float, float]:
    """Seconds that one takes to be written, and its MiB, in this working folder's file system."""
    with TemporaryDirectory(dir=".") as folder:
        checkpoints, step = Checkpoints(Path(folder), 1, fabric), count()
        state = TrainingState(method, adams, RunningMeans(), EMA(method, average))
        taken = seconds(lambda: checkpoints.save(next(step), *state.state_dict()), 5)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return taken, size / 2**20


def report(params: Params, size: int, rounds: int, steps: int) -> list[str]:
    """Lines of one case, from so many rounds of so many steps each."""
    options = params.training
    fabric = start("cpu", 1, 1, "32-true")
    threads, engine = torch.get_num_threads(), select("auto", fabric, "32-true")
    method = CrossNet(**params.setup, seed=0, executor=engine.executor)
    engine.prepare(method)
    adams, made = make_optimizers(method, options.lr, options.betas), calls(params, options.batch, size)
    pictures = torch.randint(0, 256, (2, 8, 3, size, size), dtype=torch.uint8)
    batches = Batches(pictures[0], pictures[1], options.batch, size, options.flip, 0)
    x_a, x_b = batches[0]
    gradients = {phase.name: Gradients(method, phase, adams[phase.name], fabric) for phase in method.phases}
    per_worker, workers = torch.get_num_threads(), threads // torch.get_num_threads()

    def take_step() -> None:
        for phase in method.phases:
            gradients[phase.name](phase.inputs(x_a, x_b))
            adams[phase.name].step()

    torch.set_num_threads(threads)
    layer, shape = fastest_convolution(method, made)
    taken, peaks = [], []
    for _ in range(rounds):
        before = peak(layer, shape)
        torch.set_num_threads(per_worker)
        taken.append(seconds(take_step, steps))
        torch.set_num_threads(threads)
        peaks.append(max(before, peak(layer, shape)))
    with torch.device("meta"):
        price = cost(CrossNet(**params.setup, seed=0), options.batch, size)
    step = statistics.median(taken)
    rates = [price.step_operations / each for each in taken]
    of_peak = statistics.median(rate / best for rate, best in zip(rates, peaks, strict=True))
    torch.set_num_threads(per_worker)
    parts = shares(method, made, adams, batches, workers)
    torch.set_num_threads(threads)
    rest = max(0.0, step - sum(parts.values()))
    (saving, size_mib), every = checkpoint(method, adams, options.ema_decay, fabric), params.checkpoints.every_seconds
    kernel = "x".join(map(str, layer.weight.shape))
    return [
        f"{params.scale}, {size}x{size}, batch {options.batch}: {price.step_operations / 1e9:.1f} GFLOP a step, "
        f"weights with Adam {price.state_bytes / 2**20:.0f} MiB, activations {price.activation_bytes / 2**20:.0f} MiB",
        f"  step    {step:.3f} s, {options.batch / step:.1f} images/s, {statistics.median(rates) / 1e9:.0f} GFLOP/s, "
        f"{of_peak:.0%} of the peak beside it of {statistics.median(peaks) / 1e9:.0f} "
        f"(convolution {kernel} on {'x'.join(map(str, shape))})",
        "  shares  "
        + ", ".join(f"{name} {part / step:.0%}" for name, part in (parts | {"the rest": rest}).items())
        + " (each timed by itself)",
        f"  saving  {saving:.3f} s for {size_mib:.0f} MiB, {saving / every:.1%} of the time at one in {every:.0f} s",
    ]


def main(cases: list[str]) -> None:
    """Print every case."""
    params = load_params(Path("params.yaml"))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    for case in cases:
        scale, _, size = case.partition(":")
        chosen = params.model_copy(update={"scale": scale, "method": "crossnet"})
        pixels = int(size or chosen.images.size)
        rounds, steps = (15, 5) if scale != "paper" else (7, 1) if pixels <= 128 else (3, 1)
        print("\n".join(report(chosen, pixels, rounds, steps)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["laptop", "paper:64", "paper:128", "paper"])
