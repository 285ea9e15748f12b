"""The devices that a run is given: which, how many, and in what precision they compute."""

import torch
from lightning_fabric import Fabric

from crossnet.accelerator import require
from crossnet.training.gpu_lock import lock_gpu, visible_gpus


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
