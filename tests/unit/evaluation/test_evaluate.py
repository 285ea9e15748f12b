"""The evaluate stage on random translations: what it writes, and what it leaves out."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from crossnet.data.layout import BOTH_WAYS, FROM_WHITE
from crossnet.evaluation.chroma import chroma_correlation
from crossnet.evaluation.failure_modes import copying, luminance_correlation
from crossnet.evaluation.foreground import scores
from crossnet.evaluation.paired import psnr_ssim
from crossnet.evaluation.roc import auc_per_image, rank
from crossnet.evaluation.testset import evaluation_set
from tests.support.evaluated import PARAMS, TRANSLATED, evaluated

CURVES = [f"reports/plots/roc/{name}.csv" for name in ("translation", "input", "constant")]
COLUMNS = [
    "direction", "name", "auc", "iou", "psnr", "psnr_object", "psnr_background", "ssim", "copying", "correlation",
    "nearest",
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


def test_every_metric_is_written_and_nothing_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = evaluated(3, 2, masks=True, train=5)
    assert set(metrics) == {"kid_efflite0", "fd_efflite0", "foreground", "grabcut", "signs"}
    assert {"to_b", "to_a"} <= metrics["kid_efflite0"].keys() & metrics["fd_efflite0"].keys()
    counts = {"to_b": (3, 2, 2), "to_a": (2, 3, 3)}  # of the training images as many as are tested
    for name, wanted in counts.items():
        block = metrics["fd_efflite0"]
        assert tuple(block[f"{name}_{count}"] for count in ("n", "n_real", "n_train")) == wanted
    floors = ("input", "constant", "permuted", "border_mean", "border_nearest")
    areas = ("auc", "auc_per_image", "auc_within_place")
    assert {f"{area}_{floor}" for area in areas for floor in floors} <= metrics["foreground"].keys()
    assert {"auc", "auc_low", "auc_per_image_high", "iou", "f1_constant"} <= metrics["foreground"].keys()
    assert {"to_b_inverted", "to_a_copying", "to_b_spread"} <= metrics["signs"].keys()
    for curve in CURVES:
        assert len(Path(curve).read_text().splitlines()) > 2
    assert "left out" not in capsys.readouterr().err


def test_the_table_has_a_row_for_every_translation() -> None:
    evaluated(3, 2, masks=True)
    table = pd.read_csv("reports/plots/images.csv", dtype={"name": str})
    assert list(table.columns) == COLUMNS
    assert table[["direction", "name"]].to_numpy().tolist() == [
        *(["to_b", str(number)] for number in range(3)), *(["to_a", str(number)] for number in range(2)),
    ]  # fmt: skip
    test = evaluation_set(Path("data/prepared") / PARAMS.task, TRANSLATED, "test")["to_b"]
    wanted = copying(test.translated, test.inputs, test.targets)
    assert table["copying"][:3].to_numpy() == pytest.approx(wanted, rel=1e-5)
    masks = [np.asarray(Image.open(f"data/prepared/{PARAMS.task}/masksA/{i}.png")) >= 128 for i in range(3)]
    assert table["auc"][:3].to_numpy() == pytest.approx(auc_per_image(rank(scores(test.translated)), masks), rel=1e-5)
    assert table["auc"][3:].isna().all()
    assert table[["psnr", "ssim"]].isna().all(axis=None)
    assert table["nearest"].between(-1, 1).all()


def test_pairs_are_measured_against_their_truths_both_ways_with_the_inputs() -> None:
    found = evaluated(3, 3, masks=True, truth=BOTH_WAYS)["paired"]
    parts, values = ("", "_object", "_background"), ("psnr", "ssim", "chroma")
    names = [f"{way}_{value}{part}" for way in ("to_b", "to_a") for value in values for part in parts]
    changed = {f"{way}_background_changed" for way in ("to_b", "to_a")}
    assert found.keys() == {*names, *(f"{name}_input" for name in names), *changed, "background_levels", "n"}
    table = pd.read_csv("reports/plots/images.csv").groupby("direction").mean(numeric_only=True)
    for way in ("to_b", "to_a"):
        for name in ("psnr", "psnr_object", "psnr_background", "ssim"):
            assert found[f"{way}_{name}"] == pytest.approx(table.loc[way, name], rel=1e-5)
    test = evaluation_set(Path("data/prepared") / PARAMS.task, TRANSLATED, "test")["to_a"]
    masks = [np.asarray(Image.open(f"data/prepared/{PARAMS.task}/masksA/{i}.png")) >= 128 for i in range(3)]
    of_input = psnr_ssim(test.inputs, test.targets, {"object": masks})
    assert found["to_a_psnr_object_input"] == pytest.approx(of_input["psnr_object"].mean())
    correlated = [float(np.mean(luminance_correlation(test.translated, test.inputs, masks)))]
    assert table.loc[["to_a"], "correlation"].to_list() == pytest.approx(correlated, rel=1e-5)
    assert found["to_a_chroma_object"] == chroma_correlation(test.translated, test.targets, masks)
    assert found["n"] == 3


def test_towards_scenery_the_object_alone_has_a_truth() -> None:
    found = evaluated(3, 3, masks=True, truth=FROM_WHITE)["paired"]
    assert {key for key in found if key.startswith("to_a")} == {
        "to_a_psnr_object", "to_a_psnr_object_input", "to_a_chroma_object", "to_a_chroma_object_input",
        "to_a_background_changed",
    }  # fmt: skip
    assert {"to_b_psnr", "to_b_psnr_background", "to_b_ssim_object", "to_b_chroma_object"} <= found.keys()
    assert "to_b_chroma_background" not in found


def test_where_b_is_not_on_white_luminance_is_no_score_of_the_foreground() -> None:
    (TRANSLATED / "scores").mkdir(parents=True)
    for number in range(2):
        np.save(TRANSLATED / "scores" / f"{number}.npy", np.eye(16))
    metrics = evaluated(2, 2, masks=True, train=3, white=False)
    assert "foreground" not in metrics
    assert "auc_within_place" in metrics["foreground_scores"]
    assert pd.read_csv("reports/plots/images.csv")[["auc", "iou"]].isna().all(axis=None)
    assert [Path(curve).read_text() for curve in CURVES] == ["fpr,tpr,threshold\n"] * 3


def test_score_maps_and_codes_of_the_method_are_measured() -> None:
    evaluated(2, 2, masks=True)
    for name, array in (("scores", np.eye(16)), ("codes/to_b", np.ones((4, 2, 2), np.float16))):
        (TRANSLATED / name).mkdir(parents=True)
        for number in range(2):
            np.save(TRANSLATED / name / f"{number}.npy", array)
    metrics = evaluated(2, 2, masks=True)
    assert metrics["signs"]["to_b_code_norm"] == 2
    assert (metrics["signs"]["to_b_code_rank"], metrics["signs"]["to_b_code_channels"]) == (1, 4)
    assert "to_a_code_norm" not in metrics["signs"]
    assert metrics["foreground_scores"]["auc"] != metrics["foreground"]["auc"]
    assert len(Path("reports/plots/roc/scores.csv").read_text().splitlines()) == 4


def test_without_masks_the_curves_are_their_headers() -> None:
    assert "foreground" not in evaluated(2, 2, masks=False)
    assert [Path(curve).read_text() for curve in CURVES] == ["fpr,tpr,threshold\n"] * 3


def test_masks_without_an_object_leave_the_foreground_out_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    masks = Path("data/prepared") / PARAMS.task / "masksA"
    masks.mkdir(parents=True)
    for number in range(2):
        Image.new("L", (16, 16)).save(masks / f"{number}.png")
    metrics = evaluated(2, 2, masks=False, truth=BOTH_WAYS)
    assert metrics.keys() == {"kid_efflite0", "fd_efflite0", "paired", "signs"}
    assert [Path(curve).read_text() for curve in CURVES] == ["fpr,tpr,threshold\n"] * 3
    assert pd.read_csv("reports/plots/images.csv")[["auc", "iou"]].isna().all(axis=None)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "left out: foreground; every pixel of all 2 masks is background, wanted both kinds; look at masksA, where "
        "small objects may be lost in resizing"
    ]


def test_a_second_time_the_features_are_found_and_the_numbers_are_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evaluated(2, 2, masks=False)
    assert "features of efflite0" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)  # an import of it is an error
    assert evaluated(2, 2, masks=False) == first
    assert capsys.readouterr().err == ""


def test_with_one_image_on_a_side_the_distances_are_left_out_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = evaluated(3, 1, masks=True)
    counts = {"to_b_n": 3, "to_b_n_real": 1, "to_b_n_train": 0, "to_a_n": 1, "to_a_n_real": 3, "to_a_n_train": 0}
    assert metrics["kid_efflite0"] == metrics["fd_efflite0"] == counts
    assert metrics["foreground"]["n"] == 3
    assert capsys.readouterr().err.splitlines()[1:] == [
        "left out: fd_efflite0.to_b, kid_efflite0.to_b; 3 translated and 1 real test images; a distance needs at least "
        "2 of each",
        "left out: fd_efflite0.to_a, kid_efflite0.to_a; 1 translated and 3 real test images; a distance needs at least "
        "2 of each",
    ]


def test_a_task_that_wants_fid_and_has_no_weights_stops_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSNET_FID_WEIGHTS", str(tmp_path / "none.pth"))
    with pytest.raises(OSError, match=r"none\.pth: weights of Inception cannot be read"):
        evaluated(2, 2, masks=False, fid=True)
    assert not Path("reports").exists()
