"""Runs that were broken off, as they lie on the disk."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from crossnet.training.checkpointing.run_directory import claimed, identify

SETTINGS = {"method": "crossnet", "task": "t", "seed": 0, "weights": {"zcyc": 6, "id": 3}, "training": {"lr": 1e-3}}


def identity(
    data: str = "d",
    device: str = "cpu",
    processes: int = 1,
    threads: int = 1,
    stage: Path = Path(__file__),
    **changed: Any,
) -> Any:
    return identify(SETTINGS | changed, data, torch.device(device), processes, threads, stage)


def broken_off(of: Any, steps: tuple[int, ...] = (3,)) -> Path:
    """A run that was interrupted after saving."""
    with suppress(KeyboardInterrupt), claimed(of, True) as folder:
        for step in steps:
            (folder / f"step-{step:09d}").mkdir()
            (folder / f"step-{step:09d}" / "rank-0.safetensors").write_bytes(b"x" * 100)
        raise KeyboardInterrupt
    return folder
