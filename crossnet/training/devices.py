"""The devices that a run is given: which, how many, and in what precision they compute."""

import torch
from lightning_fabric import Fabric

from crossnet.accelerator import require
from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.native_build import NotBuiltError
from crossnet.engine.cpu.native_library import load_library
from crossnet.engine.cuda_graph import Recorder, cuda_graph
from crossnet.engine.cuda_streams import Streams
from crossnet.engine.executor import Apply, InTurn, batched, together
from crossnet.engine.threads import Lanes
from crossnet.engine.torch_compile import Inductor
from crossnet.terminal import echo
from crossnet.training.gpu_lock import lock_gpu, visible_gpus
from crossnet.training.machine import keep_freed_memory


def start(accelerator: str, devices: int, nodes: int, precision: str) -> Fabric:
    """Fabric on the devices that are asked for, this being one of its processes from here on.

    A run of one GPU takes one that no other run holds. `precision` is 32-true, tf32 (float32, products with 10 bits
    of fraction) or bf16-mixed. Raises RuntimeError, in one line, where there is no such device.
    """
    require(accelerator, "training.accelerator")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    chosen: int | list[int] = devices
    if torch.cuda.is_available() and accelerator in ("cuda", "auto") and devices * nodes == 1:
        chosen = [lock_gpu(visible_gpus(torch.cuda.device_count()))]
    fabric = Fabric(
        accelerator=accelerator,
        strategy="ddp" if devices * nodes > 1 else "auto",
        devices=chosen,
        num_nodes=nodes,
        precision="32-true" if precision == "tf32" else precision,  # type: ignore[arg-type]
    )
    fabric.launch()
    return fabric


def spread(fabric: Fabric, precision: str, graphs: bool = False, compiles: bool = False) -> Apply:
    """How the networks of a method share a device: on a CPU two at a time, each with half of this process's threads.

    From here on torch uses that half, and residual blocks what is compiled for this processor, if all processes have
    the same of it. With one thread, one network after the other; so on a GPU, or, where CUDA `graphs` are recorded, two
    at a time, each in a stream. On a CUDA GPU torch.compile `compiles` networks.
    """
    threads = torch.get_num_threads()
    if fabric.device.type == "cuda":
        call = Inductor() if compiles else together
        return Streams(call) if graphs else InTurn(call)
    if fabric.device.type != "cpu":
        return batched
    winograd_native.use(_of_all(_library(), fabric) if precision == "32-true" else None)
    if threads == 1:
        return batched
    keep_freed_memory()
    torch.set_num_threads(threads // 2)
    return Lanes(2)


def recorder(fabric: Fabric, graphs: bool) -> Recorder | None:
    """How the work of a step is recorded, if it is: on a CUDA GPU alone."""
    return cuda_graph if graphs and fabric.device.type == "cuda" else None


def threads_of(apply: Apply) -> int:
    """How many threads compute, on a CPU."""
    return apply.width * torch.get_num_threads()


def _library() -> winograd_native.Library | None:
    """What residual blocks are computed by; None where torch has to do, which is said."""
    try:
        return load_library()
    except (NotBuiltError, OSError) as error:
        echo(f"residual blocks take twice as long, by torch alone: {error}")
        return None


def _of_all(library: winograd_native.Library | None, fabric: Fabric) -> winograd_native.Library | None:
    """This process's library, if it is the first one's: two builds may differ in rounding."""
    if fabric.world_size == 1:
        return library
    name = library.name if library else ""
    same = fabric.all_reduce(torch.tensor(float(name == fabric.broadcast(name))), reduce_op="sum")
    return library if same == fabric.world_size else None
