"""What shapes the numbers of a run, and its fingerprint: runs of one fingerprint may resume from each other's state.

The code counts as Python's syntax tree without docstrings, so that no comment and no formatting changes a fingerprint.
Of the engine only what a run uses counts: a change of a module for GPUs voids no checkpoint of a CPU.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import crossnet
from crossnet.engine.cpu.winograd_native import used
from crossnet.source_code import reached
from crossnet.training.machine import kind

Identity = Mapping[str, Any]  # plain values by name

SHAPES_NUMBERS = ("crossnet/models/", "crossnet/methods/", "crossnet/engine/", "crossnet/training/", "stages/train.py")
SHAPES_NONE = ("crossnet/training/checkpointing/", "crossnet/training/logging.py")
ON_CUDA = {  # a key of params.yaml's training -> modules of the engine that it switches on
    "cuda_graphs": ("crossnet/engine/cuda_graph.py", "crossnet/engine/cuda_streams.py"),
    "compile": ("crossnet/engine/torch_compile.py",),
}
ON_CPU = ("crossnet/engine/cpu/", "crossnet/engine/threads.py")  # winograd.cpp is in `convolutions`


def run_identity(
    settings: Mapping[str, Any],
    data: str,
    device: torch.device,
    processes: int,
    threads: int,
    root: Path = Path(crossnet.__file__).parents[1],
) -> Identity:
    """Everything that shapes a run.

    settings: the parameters, `method` among them.
    data: digest of the images.
    device, processes, threads: what the run computes on.
    root: the folder that holds the packages crossnet and stages.
    """
    training, fast = settings.get("training", {}), settings.get("engine") != "reference"
    used_on_cuda = {key for key in ON_CUDA if fast and device.type == "cuda" and training.get(key)}
    unused = SHAPES_NONE + (() if fast and device.type == "cpu" else ON_CPU)
    unused += tuple(module for key, modules in ON_CUDA.items() if key not in used_on_cuda for module in modules)
    if device.type != "cuda":
        settings = {**settings, "training": {key: value for key, value in training.items() if key not in ON_CUDA}}
    entries = ("stages/train.py", f"crossnet/methods/{settings['method']}.py")
    code = {
        file: hashlib.sha256(syntax.encode()).hexdigest()[:16]
        for file, syntax in sorted(reached(root, *entries))
        if file.startswith(SHAPES_NUMBERS) and not file.startswith(unused)
    }
    where = {"device": kind(device), "processes": processes, "threads": threads, "convolutions": used()}
    where |= {library: version(library) for library in ("torch", "numpy")}
    return {"settings": settings, "data": data, "code": code} | where


def fingerprint(identity: Identity) -> str:
    """Sixteen hexadecimal digits of everything in an identity but the number of threads, which changes last bits."""
    return hashlib.sha256(json.dumps(_shaping(identity), sort_keys=True).encode()).hexdigest()[:16]


def differing(one: Identity, other: Identity) -> list[str]:
    """The dotted keys in which two identities differ."""
    first, second = _flat(_shaping(one)), _flat(_shaping(other))
    return sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))


def _shaping(identity: Identity) -> Identity:
    return {key: value for key, value in identity.items() if key != "threads"}


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {prefix.removesuffix("."): values}
    return {key: value for name in values for key, value in _flat(values[name], f"{prefix}{name}.").items()}
