"""Runs that were broken off, as they lie on the disk."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from crossnet.training.checkpointing.fingerprint import run_identity
from crossnet.training.checkpointing.run_directory import run_directory
from tests.support.paths import ROOT

SETTINGS = {"method": "crossnet", "task": "t", "seed": 0, "weights": {"zcyc": 6, "id": 3}, "training": {"lr": 1e-3}}


def identity(
    data: str = "d",
    device: str = "cpu",
    processes: int = 1,
    threads: int = 1,
    root: Path = ROOT,
    **changed: Any,
) -> Any:
    return run_identity(SETTINGS | changed, data, torch.device(device), processes, threads, root)


def broken_off(of: Any, steps: tuple[int, ...] = (3,)) -> Path:
    """A run that was interrupted after saving."""
    with suppress(KeyboardInterrupt), run_directory(of, True) as folder:
        for step in steps:
            (folder / f"step-{step:09d}").mkdir()
            (folder / f"step-{step:09d}" / "rank-0.safetensors").write_bytes(b"x" * 100)
        raise KeyboardInterrupt
    return folder
