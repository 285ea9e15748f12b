"""Checkpoints of several processes are written by all of them or by none."""

from pathlib import Path

import pytest

from crossnet.training.checkpoint import Checkpoints
from crossnet.training.devices import start


def test_whether_a_step_is_saved_already_is_for_the_first_process_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fabric = start("cpu", 1, 1, "32-true")
    checkpoints = Checkpoints(tmp_path, 2, fabric)
    monkeypatch.setattr(fabric, "broadcast", lambda mine: True)  # it has renamed its step, which is not seen here yet
    checkpoints.save(4, {}, {})
    assert list(tmp_path.iterdir()) == []
