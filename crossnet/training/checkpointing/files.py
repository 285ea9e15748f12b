"""Checkpoints of one run: written atomically, checked when they are read, the last few kept.

A checkpoint is a folder `step-000001200` with a safetensors file for each process, `rank-0.safetensors` and so on, and
the SHA-256 of each. It is written under another name, flushed to the disk, and renamed at the end: a process that is
killed at any moment, also while it writes, leaves the earlier checkpoints as they were.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from crossnet.files import fsync_folder, write_all_atomically
from crossnet.terminal import echo

if TYPE_CHECKING:
    from lightning_fabric import Fabric

State = tuple[dict[str, Tensor], dict[str, Any]]  # tensors by name, and facts that JSON can hold


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written; the message is one line."""


class Checkpoints:
    """The last `keep` checkpoints of a run, in a folder that this run alone writes to; each process has an instance."""

    def __init__(self, folder: Path, keep: int, fabric: "Fabric"):
        self._folder, self._keep, self._fabric = folder, keep, fabric
        self._writer = str(
            fabric.broadcast(os.getpid())
        )  # a process left over from an earlier start writes to another folder
        if fabric.is_global_zero:
            folder.mkdir(parents=True, exist_ok=True)
            for leftover in folder.glob(".partial-*/"):
                shutil.rmtree(leftover)
        fabric.barrier()

    def steps(self) -> list[int]:
        """The steps after which there is a checkpoint, the newest first."""
        return sorted(steps_in(self._folder), reverse=True)

    def save(self, step: int, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Write the state of this process after a step, and delete checkpoints older than the last `keep`.

        Raises CheckpointError where it cannot be written (a full disk, say); earlier checkpoints stay.
        """
        final, partial = self._folder / f"step-{step:09d}", self._folder / f".partial-{step:09d}-{self._writer}"
        if self._fabric.broadcast(final.exists()):  # as the first process sees it, which renames
            return
        try:
            partial.mkdir(parents=True, exist_ok=True)
            _write_checked(partial / self._file, save(dict(_contiguous(tensors)), {"facts": json.dumps(facts)}))
            self._fabric.barrier()
            if self._fabric.is_global_zero:
                partial.rename(final)
                fsync_folder(self._folder)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise CheckpointError(
                f"{final}: cannot be written ({error.strerror}); earlier checkpoints are kept: make room, and the same "
                "command goes on from the last one"
            ) from error
        if self._fabric.is_global_zero:
            keep_newest(self._keep, self._folder)

    def newest(self) -> tuple[int, State] | None:
        """The step of the newest checkpoint that every process can read, and this process's state; None for none.

        Warns of newer ones that are broken, and deletes them: else the next checkpoint, of an earlier step, would be
        deleted as the older one.
        """
        steps = self._fabric.broadcast(self.steps())
        for place, step in enumerate(steps):
            path = self._folder / f"step-{step:09d}" / self._file
            state = _read(path)
            all_can = self._fabric.all_reduce(
                torch.tensor(float(state is not None), device=self._fabric.device), reduce_op="min"
            )
            if state is not None and all_can == 1:
                self._delete(steps[:place])
                return step, state
            if state is None:
                then = "the one before it is tried" if step != steps[-1] else "there is none before it: a fresh start"
                echo(f"warning: {path}: a broken checkpoint; {then}")
        self._delete(steps)
        return None

    def _delete(self, steps: Sequence[int]) -> None:
        """Delete checkpoints, after every process has read what it needs."""
        if not steps:
            return
        self._fabric.barrier()
        if self._fabric.is_global_zero:
            for step in steps:
                shutil.rmtree(self._folder / f"step-{step:09d}")
        self._fabric.barrier()

    @property
    def _file(self) -> str:
        return f"rank-{self._fabric.global_rank}.safetensors"


def steps_in(folder: Path) -> list[int]:
    """The steps of the checkpoints in a run's folder, in no order; none where there is no such folder."""
    try:
        names = [path.name for path in folder.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return []
    return [int(found[1]) for name in names if (found := re.fullmatch(r"step-(\d{9,})", name))]


def keep_newest(count: int, folder: Path) -> None:
    """Delete all checkpoints of a run's folder but the last few."""
    for old in sorted(steps_in(folder), reverse=True)[count:]:
        shutil.rmtree(folder / f"step-{old:09d}")


def _contiguous(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def _write_checked(path: Path, payload: bytes) -> None:
    digest = f"{hashlib.sha256(payload).hexdigest()}  {path.name}\n"
    write_all_atomically({path: payload, path.with_suffix(".sha256"): digest}, lasting=True)


def _read(path: Path) -> State | None:
    """A file's tensors and facts; None where it is not what was written."""
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if path.with_suffix(".sha256").read_text().split()[:1] != [digest]:
            return None
        with safe_open(path, framework="pt") as opened:
            facts = json.loads(opened.metadata()["facts"])
            return {name: opened.get_tensor(name) for name in opened.keys()}, facts  # noqa: SIM118
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
