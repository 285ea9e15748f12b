"""Which of the faster ways to compute the same numbers a training uses: see README.md of this folder."""

from dataclasses import dataclass
from typing import Literal

import torch
from lightning_fabric import Fabric

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.layers import accelerate
from crossnet.engine.cpu.malloc import keep_freed_memory
from crossnet.engine.cpu.native_build import NotBuiltError
from crossnet.engine.cpu.native_library import load_library
from crossnet.engine.cuda_graph import Capture, cuda_graph
from crossnet.engine.cuda_streams import CudaStreamExecutor
from crossnet.engine.executor import BatchedExecutor, batched
from crossnet.engine.threads import ThreadExecutor
from crossnet.engine.torch_compile import CompiledCall
from crossnet.methods.base import Method
from crossnet.methods.graph import Executor, reference
from crossnet.terminal import echo

Kind = Literal["auto", "reference"]


@dataclass(frozen=True)
class Engine:
    """How the paths of a method are computed, by which layers, and whether gradients are captured as a CUDA graph.

    executor: computes the paths of a method.
    threads: CPU threads that it uses, all workers together.
    fast_layers: whether `accelerate` replaces the layers of networks.
    capture: of gradients on a GPU, or None.
    """

    executor: Executor
    threads: int
    fast_layers: bool = False
    capture: Capture | None = None

    def prepare(self, method: Method) -> None:
        """Replace layers of a method that was built with this executor."""
        if self.fast_layers:
            accelerate(method)


def select(kind: Kind, fabric: Fabric, precision: str, cuda_graphs: bool = False, compiles: bool = False) -> Engine:
    """The engine for a device.

    `reference` makes one call for each use of a network, by plain torch. `auto`, on a CPU: batched calls, two workers
    with half of the threads each (from here on torch uses that half), residual blocks by C++ where it can be compiled
    and all processes have the same build. On a CUDA GPU: batched calls, by torch.compile if `compiles`; with
    `cuda_graphs` two streams and CUDA graphs.
    """
    threads = torch.get_num_threads()
    winograd_native.use(None)
    if kind == "reference":
        return Engine(reference, threads)
    if fabric.device.type == "cuda":
        call = CompiledCall() if compiles else batched
        executor = CudaStreamExecutor(call) if cuda_graphs else BatchedExecutor(call)
        return Engine(executor, threads, capture=cuda_graph if cuda_graphs else None)
    if fabric.device.type != "cpu":
        return Engine(BatchedExecutor(), threads)
    if precision == "32-true":
        winograd_native.use(_same_for_all(_library(), fabric))
    if threads == 1:
        return Engine(BatchedExecutor(), threads, fast_layers=True)
    keep_freed_memory()
    torch.set_num_threads(threads // 2)
    return Engine(ThreadExecutor(2), 2 * (threads // 2), fast_layers=True)


def _library() -> winograd_native.Library | None:
    try:
        return load_library()
    except (NotBuiltError, OSError) as error:
        echo(f"residual blocks take twice as long, by torch alone: {error}")
        return None


def _same_for_all(library: winograd_native.Library | None, fabric: Fabric) -> winograd_native.Library | None:
    """This process's library, if it is the first process's: two builds may differ in rounding."""
    if fabric.world_size == 1:
        return library
    name = library.name if library else ""
    same = fabric.all_reduce(torch.tensor(float(name == fabric.broadcast(name))), reduce_op="sum")
    return library if same == fabric.world_size else None
