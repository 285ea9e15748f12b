"""What each piece of the engine is worth on a CPU: `python -m benchmarks.ladder [scale] ...`, or `make bench`.

For one training step of CrossNet: one call for each use of a network by plain torch (`engine: reference`), then batched
calls, two workers, layers by Winograd's filtering in torch, and the same in C++. Each rung is a process of its own,
since what one leaves in memory changes the time of another, and they take turns, since machines are noisy. Printed are
the median seconds of a step and the median ratio of the rung before to this one.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import torch

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.malloc import keep_freed_memory
from crossnet.engine.cpu.native_library import load_library
from crossnet.engine.engine import Engine
from crossnet.engine.executor import BatchedExecutor
from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.crossnet import CrossNet
from crossnet.methods.graph import reference
from crossnet.params import load_params
from crossnet.training.devices import start
from crossnet.training.optimizers import make_optimizers
from crossnet.training.step import Gradients

ROUNDS, STEPS = 9, 3


def _threads(fast_layers: bool, native: bool) -> Engine:
    threads = torch.get_num_threads()
    keep_freed_memory()
    if threads > 1:
        torch.set_num_threads(threads // 2)
    winograd_native.use(load_library() if native else None)
    return Engine(ThreadExecutor(2) if threads > 1 else BatchedExecutor(), threads, fast_layers)


RUNGS: dict[str, Callable[[], Engine]] = {
    "reference": lambda: Engine(reference, torch.get_num_threads()),
    "batched calls": lambda: Engine(BatchedExecutor(), torch.get_num_threads()),
    "two workers": lambda: _threads(fast_layers=False, native=False),
    "Winograd in torch": lambda: _threads(fast_layers=True, native=False),
    "Winograd in C++": lambda: _threads(fast_layers=True, native=True),
}


def serve(pipe: Connection, rung: str, scale: str, size: int | None) -> None:
    """Take as many steps as are asked for, and answer with the median seconds of one."""
    params = load_params(Path("params.yaml")).model_copy(update={"scale": scale, "method": "crossnet"})
    options, engine, fabric = params.training, RUNGS[rung](), start("cpu", 1, 1, "32-true")
    method = CrossNet(**params.setup, seed=0, executor=engine.executor)
    engine.prepare(method)
    optimizers = make_optimizers(method, options.lr, options.betas)
    side = size or params.images.size
    x_a, x_b = torch.rand(2, options.batch, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    gradients = {phase.name: Gradients(method, phase, optimizers[phase.name], fabric) for phase in method.phases}

    def step() -> float:
        began = time.perf_counter()
        for phase in method.phases:
            gradients[phase.name](phase.inputs(x_a, x_b))
            optimizers[phase.name].step()
        return time.perf_counter() - began

    step()
    while True:
        pipe.send(statistics.median(step() for _ in range(pipe.recv())))


@contextmanager
def process(rung: str, scale: str, size: int | None) -> Iterator[Connection]:
    """A process that serves a rung."""
    ours, theirs = get_context("spawn").Pipe()
    served = get_context("spawn").Process(target=serve, args=(theirs, rung, scale, size), daemon=True)
    served.start()
    try:
        yield ours
    finally:
        served.terminate()
        served.join()


def climb(scale: str, size: int | None, rounds: int = ROUNDS, steps: int = STEPS) -> dict[str, list[float]]:
    """Seconds of a step in each round, by rung."""
    taken: dict[str, list[float]] = {rung: [] for rung in RUNGS}
    with ExitStack() as stack:
        pipes = {rung: stack.enter_context(process(rung, scale, size)) for rung in RUNGS}
        for _ in range(rounds):
            for rung, pipe in pipes.items():
                pipe.send(steps)
                taken[rung].append(pipe.recv())
    return taken


def main(cases: list[str]) -> None:
    """Print the ladder of every case, a scale, with `:` and a size in pixels if it is not the scale's own."""
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    for case in cases:
        scale, _, size = case.partition(":")
        taken = climb(scale, int(size) if size else None)
        print(f"\n{case}: seconds a step, ratio to the rung before, ratio to the reference")
        first = before = taken["reference"]
        for rung, seconds in taken.items():
            ratios = [
                statistics.median(a / b for a, b in zip(other, seconds, strict=True)) for other in (before, first)
            ]
            print(f"  {rung:18} {statistics.median(seconds):7.3f} {ratios[0]:6.2f} {ratios[1]:6.2f}", flush=True)
            before = seconds


if __name__ == "__main__":
    main(sys.argv[1:] or ["laptop"])
