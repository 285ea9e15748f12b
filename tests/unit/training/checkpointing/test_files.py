"""Checkpoints of several processes are written by all of them or by none."""

import os
from pathlib import Path

import pytest

from crossnet.training.checkpointing.files import Checkpoints, steps_in
from crossnet.training.devices import start


def test_whether_a_step_is_saved_already_is_for_the_first_process_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fabric = start("cpu", 1, 1, "32-true")
    checkpoints = Checkpoints(tmp_path, 2, fabric)
    monkeypatch.setattr(fabric, "broadcast", lambda mine: True)  # it has renamed its step, which is not seen here yet
    checkpoints.save(4, {}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_on_the_disk_before_it_has_its_name_and_so_is_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[str, bool]] = []
    fsync, checkpoints = os.fsync, Checkpoints(tmp_path, 2, start("cpu", 1, 1, "32-true"))

    def note(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").resolve().name
        flushed.append((name, (tmp_path / "step-000000004").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    checkpoints.save(4, {}, {})
    partial = f".partial-000000004-{os.getpid()}"
    named = [(name, False) for name in (".rank-0.safetensors.partial", ".rank-0.sha256.partial", partial)]
    assert flushed == [*named, (tmp_path.name, True)]


def test_other_names_are_no_checkpoints(tmp_path: Path) -> None:
    for name in ("step-000000004", "step-foo", "step-000000005.bak", "step-4"):
        (tmp_path / name).mkdir()
    assert steps_in(tmp_path) == [4]
