"""Start a run on its devices; runs that start at once, as by `dvc queue start -j 4`, get a GPU each."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from lightning_fabric import Fabric

from crossnet.accelerator import require
from crossnet.terminal import echo

RUNS_PER_GPU = "CROSSNET_RUNS_PER_GPU"
_held: dict[Path, FileLock] = {}  # until this process ends, however it ends


def start(accelerator: str, devices: int, nodes: int, precision: str) -> Fabric:
    """Launch Fabric on some devices; from here on this is one of its processes.

    A run of one GPU gets one that no other run has locked. `precision` is 32-true, tf32 (float32, products with 10 bits
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


def visible_gpus(count: int) -> list[str]:
    """The names in CUDA_VISIBLE_DEVICES of the GPUs that torch numbers from 0 to `count` - 1."""
    named = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return named if len(named) == count else [str(number) for number in range(count)]


def lock_gpu(gpus: Sequence[str], folder: Path | None = None, every_seconds: float = 5.0) -> int:
    """Lock a GPU that no other run of this user has on this machine, and return its place in `gpus`.

    Waits until one is free. With CROSSNET_RUNS_PER_GPU so many runs share one. A process that has locked one gets the
    same again. The locks are in a folder of the machine, so that runs of several clones count.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"crossnet-gpus-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        (place, folder / f"{name.replace('/', '_')}{suffix}.lock")
        for suffix in _suffixes()
        for place, name in enumerate(gpus)
    ]
    if mine := [place for place, path in paths if path in _held]:
        return mine[0]
    waits = False
    while True:
        for place, path in paths:
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            _held[path] = lock
            return place
        if not waits:
            echo(f"all {len(gpus)} GPUs are held by other runs; waiting for one")
            waits = True
        time.sleep(every_seconds)


def _suffixes() -> list[str]:
    """What distinguishes the locks of one GPU: one lock for each run that may have it."""
    text = os.environ.get(RUNS_PER_GPU, "1")
    if not text.isdecimal() or int(text) < 1:
        raise RuntimeError(f"{RUNS_PER_GPU}: {text!r} is no number of runs; wanted 1 or more")
    return ["", *(f".{number}" for number in range(1, int(text)))]
