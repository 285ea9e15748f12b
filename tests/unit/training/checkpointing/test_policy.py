"""A run is saved by the clock, and less often where saving takes long."""

import time
from pathlib import Path
from typing import Any

import pytest

from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.devices import start


class Slow:
    """Checkpoints that take their time, by a clock of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: float):
        self.now, self.takes, self.saved = 0.0, takes, []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def save(self, step: int, *state: Any) -> None:
        self.saved.append(step)
        self.now += self.takes


@pytest.mark.parametrize(
    ("every", "share", "takes", "wanted"),
    [
        (10, 0.02, 0.125, [10, 20, 30, 40]),  # quick: by the clock
        (10, 0.1, 2.0, [10, 28]),  # 2 s of every 20
        (0, 1.0, 5.0, list(range(1, 46))),  # whatever it takes
    ],
)
def test_it_saves_by_the_clock_and_within_its_share(
    every: float, share: float, takes: float, wanted: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow: Any = Slow(monkeypatch, takes)
    with CheckpointPolicy(tmp_path, start("cpu", 1, 1, "32-true"), 2, every, share) as policy:
        policy.checkpoints = slow
        for step in range(1, 46):
            slow.now += 1
            policy.save_if_due(step, lambda: ({}, {}))
    assert slow.saved == wanted


@pytest.mark.parametrize(("every", "wanted"), [(60.0, [7]), (float("inf"), [])])
def test_it_saves_the_end_where_it_saves_at_all(
    every: float, wanted: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow: Any = Slow(monkeypatch, 0.0)
    with CheckpointPolicy(tmp_path, start("cpu", 1, 1, "32-true"), 2, every, 1.0) as policy:
        policy.checkpoints = slow
        policy.save_last(7, lambda: ({}, {}))
    assert slow.saved == wanted
