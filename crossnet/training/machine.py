"""The machine that trains: its memory, and its description for the report."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from crossnet.engine.cpu.winograd_native import used
from crossnet.methods.base import Method
from crossnet.processes import peak_mib
from crossnet.training.schedule import Schedule

PACKAGES = ("torch", "lightning-fabric", "numpy", "pillow", "scikit-learn", "scikit-image", "mitsuba", "dvc", "dvclive")


class MemoryShortError(RuntimeError):
    """More memory is wanted than there is; the message is one line."""


@contextmanager
def enough_memory(device: torch.device, step: int) -> Iterator[None]:
    """Raise MemoryShortError where a step (counted from 1) does not fit into memory: what there is, what to lower."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, torch.OutOfMemoryError | MemoryError) and "can't allocate memory" not in str(error):
            raise
        if device.type == "cuda":
            there, where = torch.cuda.get_device_properties(device).total_memory, torch.cuda.get_device_name(device)
        else:
            there, where = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "this machine"
        raise MemoryShortError(
            f"not enough memory in step {step}: {where} has {there / 2**30:.1f} GiB, and this process may have less; "
            "lower batch, size or width of the scale"
        ) from error


def peak_memory_mib(device: torch.device) -> float:
    """The most memory taken so far, in MiB: of a GPU, CUDA graphs included, else of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device) / 2**20
    return peak_mib()


def kind(device: torch.device) -> str:
    """The name of a GPU, else the type of a device."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def summarise(run: str, method: Method, schedule: Schedule, seconds: float, threads: int) -> dict[str, Any]:
    """Summarise a finished training: time, speed, memory, parameters, device, versions that shape numbers.

    run: the name of its run directory.
    seconds: that it took, earlier starts included.
    threads: of the CPU.
    """
    images = schedule.steps * schedule.batch
    return {
        "run": run,
        "seconds": seconds,
        "steps": schedule.steps,
        "images_seen": images,
        "images_per_second": images / seconds,
        "peak_memory_mib": peak_memory_mib(method.device),
        "parameters": {name: sum(p.numel() for p in net.parameters()) for name, net in method.networks.items()},
        "device": kind(method.device),
        "processor": _processor(),
        "threads": threads,
        "convolutions": used(),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
