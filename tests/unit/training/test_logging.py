"""The log: its writers, its replay, and the means that it has."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from crossnet.training.devices import start
from crossnet.training.logging import RunningMeans, TrainingLog, live_writer
from tests.support.cloned import hashes


class Writer:
    """Remembers what is written."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    def metric(self, name: str, value: float, done: int) -> None:
        self.written.append((name, value, done))

    def image(self, path: Path, done: int) -> None:
        self.written.append((path, done))


def test_replay_writes_rows_and_images_up_to_a_step_in_their_order(tmp_path: Path) -> None:
    first, again = Writer(), Writer()
    log = TrainingLog(tmp_path, first)
    for done in (1, 2, 3):
        log.metric("x", done / 3, done)
        if done > 1:
            log.image(np.full((2, 2, 3), done, dtype=np.uint8), done)
    for foreign in ("._2.png", "mine.png", "\u00b2.png"):
        (tmp_path / foreign).touch()
    replayed = TrainingLog(tmp_path, again)
    replayed.replay([row for row in log.rows if row[2] <= 2], 2)
    assert again.written == first.written[:3]
    assert replayed.rows == log.rows[:2]
    assert np.asarray(Image.open(again.written[2][0]))[0, 0, 0] == 2


def test_means_are_over_the_steps_that_have_a_value_and_begin_again_when_read() -> None:
    means, fabric = RunningMeans(), start("cpu", 1, 1, "32-true")
    means.update({"x": torch.tensor(1.0), "y": torch.tensor(5.0)})
    means.update({"x": torch.tensor(3.0)})
    assert means.compute(fabric) == {"x": 2, "y": 5}
    means.update({"x": torch.tensor(7.0)})
    assert means.compute(fabric) == {"x": 7}


def test_means_keep_the_order_of_their_names_when_tensors_are_loaded_sorted() -> None:
    means, again = RunningMeans(), RunningMeans()
    means.update({"y": torch.tensor(5.0), "x": torch.tensor(1.0)})
    state = means.state_dict()
    again.load_state_dict({"totals": dict(sorted(state["totals"].items())), "counts": state["counts"]})
    assert list(again.compute(start("cpu", 1, 1, "32-true"))) == ["y", "x"]


def written(folder: Path, image: Path) -> dict[str, str]:
    with live_writer(folder) as writer:
        assert writer
        for done in (0, 4, 8):
            writer.metric("loss/gan", 0.1 + done / 3, done)
            writer.metric("learning_rate", 1e-05, done)
            writer.metric("code_rank/z_a", float("nan") if done == 4 else 2.0, done)
        writer.image(image, 8)
        writer.metric("loss/id", 1, 9)
    return hashes(folder)


def test_without_dvclive_the_same_files_are_written_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "8.png")
    wanted: Any = written(tmp_path / "dvclive", tmp_path / "8.png")
    monkeypatch.setitem(sys.modules, "dvclive.live", None)  # import raises ModuleNotFoundError
    (tmp_path / "plain/plots/metrics").mkdir(parents=True)
    (tmp_path / "plain/plots/metrics/learning_rate.tsv").write_text("of a run that was interrupted")
    assert written(tmp_path / "plain", tmp_path / "8.png") == wanted
    assert len(wanted) == 6


def test_a_process_that_is_not_the_first_writes_nothing(tmp_path: Path) -> None:
    with live_writer(tmp_path / "log", enabled=False) as writer:
        assert writer is None
    assert list(tmp_path.iterdir()) == []
