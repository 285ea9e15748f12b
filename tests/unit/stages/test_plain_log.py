"""What is written without dvclive is what dvclive writes, byte for byte."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from stages import live
from tests.support.cloned import hashes


def logged(folder: Path, picture: Path) -> dict[str, str]:
    with live.live_log(folder, True) as (log, show):
        for done in (0, 4, 8):
            log("loss/gan", 0.1 + done / 3, done)
            log("learning_rate", 1e-05, done)
            log("code_rank/z_a", float("nan") if done == 4 else 2.0, done)
        show(picture, 8)
        log("loss/id", 1, 9)
    return hashes(folder)


def test_a_training_logs_the_same_without_dvclive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "8.png")
    wanted: Any = logged(tmp_path / "dvclive", tmp_path / "8.png")
    monkeypatch.setattr(live, "Live", None)
    (tmp_path / "plain/plots/metrics").mkdir(parents=True)
    (tmp_path / "plain/plots/metrics/learning_rate.tsv").write_text("of a run that was cut off")
    assert logged(tmp_path / "plain", tmp_path / "8.png") == wanted
    assert len(wanted) == 6
