"""The evaluate stage on made-up translations: what it writes, and what it leaves out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crossnet.params import load_params
from stages.evaluate import evaluate

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
CURVES = ("reports/plots/roc/translation.csv", "reports/plots/roc/input.csv")


def evaluated(a: int, b: int, masks: bool) -> dict[str, Any]:
    """Metrics of `a` and `b` random test images and as many translations, in the working folder."""
    prepared = Path("data/prepared") / PARAMS.task
    for folder, count in (
        (prepared / "testA", a), (prepared / "testB", b), (Path("data/translated/to_b"), a),
        (Path("data/translated/to_a"), b), (prepared / "masksA", a if masks else 0),
    ):  # fmt: skip
        for number in range(count):
            folder.mkdir(parents=True, exist_ok=True)
            picture = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(picture[..., 0] // 128 * 255 if folder.name == "masksA" else picture).save(
                folder / f"{number}.png"
            )
    (prepared / "dataset.json").write_text(json.dumps({"paired": False}))
    evaluate(PARAMS)
    metrics: dict[str, Any] = json.loads(Path("reports/metrics.json").read_text())
    return metrics


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_metric_is_written_and_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = evaluated(3, 2, masks=True)
    assert set(metrics) == {"kid_efflite0", "fd_efflite0", "foreground"}
    assert {"to_b", "to_a"} <= metrics["kid_efflite0"].keys() & metrics["fd_efflite0"].keys()
    assert (metrics["fd_efflite0"]["to_b_n"], metrics["fd_efflite0"]["to_b_n_real"]) == (3, 2)
    assert (metrics["fd_efflite0"]["to_a_n"], metrics["fd_efflite0"]["to_a_n_real"]) == (2, 3)
    for curve in CURVES:
        assert len(Path(curve).read_text().splitlines()) > 3
    assert capsys.readouterr().err == ""


def test_without_masks_the_curves_are_their_headers() -> None:
    assert "foreground" not in evaluated(2, 2, masks=False)
    assert [Path(curve).read_text() for curve in CURVES] == ["fpr,tpr,threshold\n"] * 2


def test_with_one_image_on_a_side_the_distances_are_left_out_and_it_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = evaluated(3, 1, masks=True)
    counts = {"to_b_n": 3, "to_b_n_real": 1, "to_a_n": 1, "to_a_n_real": 3}
    assert metrics["kid_efflite0"] == metrics["fd_efflite0"] == counts
    assert metrics["foreground"]["n"] == 3
    assert capsys.readouterr().err == (
        "left out of kid_efflite0 and fd_efflite0: to_b (3 translated, 1 real), to_a (1 translated, 3 real); "
        "a distance needs at least 2 test images a side\n"
    )
