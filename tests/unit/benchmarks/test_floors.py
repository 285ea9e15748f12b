"""The bounds that a run is held to, as continuous integration checks them."""

from pathlib import Path

import pytest

from benchmarks.floors import Bound, main, outside, read, worse
from tests.support.paths import ROOT

BOUNDS = {
    "foreground.auc": Bound(0.86, 1.0, 0.03, lower_is_better=False),
    "foreground.auc_input": Bound(0.45, 0.55, None, lower_is_better=False),
    "fid.to_b": Bound(None, None, 5, lower_is_better=True),
}


def metrics(auc: object = 0.9, auc_input: object = 0.5, fid: object = 100.0) -> dict[str, object]:
    return {"foreground": {"auc": auc, "auc_input": auc_input}, "fid": {"to_b": fid}}


def test_a_run_within_its_bounds_passes() -> None:
    assert outside(metrics(auc=0.86), BOUNDS) == []


@pytest.mark.parametrize("auc", [float("nan"), None, "0.9", True])
def test_what_is_no_number_is_named(auc: object) -> None:
    assert outside(metrics(auc), BOUNDS) == ["foreground.auc: no number, wanted 0.86 to 1"]


def test_what_is_missing_is_named() -> None:
    assert len(outside({}, BOUNDS)) == 2


def test_it_is_said_by_how_much_a_bound_is_passed() -> None:
    assert outside(metrics(auc=0.85, auc_input=0.57), BOUNDS) == [
        "foreground.auc: 0.85 is 0.01 below the least of 0.86",
        "foreground.auc_input: 0.57 is 0.02 above the most of 0.55",
    ]


def test_what_is_a_little_worse_than_before_or_better_passes() -> None:
    assert worse(metrics(auc=0.875, fid=104.9), metrics(), BOUNDS) == []
    assert worse(metrics(auc=0.99, auc_input=0.0, fid=10.0), metrics(), BOUNDS) == []


def test_it_is_said_by_how_much_a_metric_is_worse_than_it_may_be() -> None:
    assert worse(metrics(auc=0.86, fid=107.5), metrics(), BOUNDS) == [
        "foreground.auc: 0.86 is 0.04 worse than 0.9 before, 0.01 more than the 0.03 that it may be",
        "fid.to_b: 107.5 is 7.5 worse than 100 before, 2.5 more than the 5 that it may be",
    ]


def test_a_metric_that_is_gone_is_worse_and_a_new_one_is_not() -> None:
    assert worse(metrics(fid=None), metrics(), BOUNDS) == ["fid.to_b: no number, it was 100"]
    assert worse(metrics(), metrics(fid=None), BOUNDS) == []


def test_the_bounds_of_the_default_task_are_read() -> None:
    bounds = read(ROOT / "benchmarks/floors.yaml")
    assert bounds["kid_efflite0.to_b"].lower_is_better
    assert not bounds["paired.to_b_psnr_object"].lower_is_better
    assert bounds["paired.to_b_psnr_object_input"].worse_by is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "found nothing; wanted a bound a metric"),
        ("{}", "found {}; wanted a bound a metric"),
        ("[1]", "found [1]; wanted a bound a metric"),
        ("x: {", "no YAML (while parsing"),
        ("x: 1\nx: 2", "no YAML (while constructing"),
        ("x:", "x: found nothing; wanted some of within"),
        ("x: [0, 1]", "x: found [0, 1]; wanted some of within"),
        ("x: {}", "x: found {}; wanted some of within"),
        ("x: {most: 1}", "x: found {'most': 1}; wanted some of within"),
        ("x: {within: 3}", "x: within: found 3; wanted two numbers"),
        ("x: {within: [1, 0]}", "x: within: found [1, 0]; wanted two numbers"),
        ("x: {within: [a, .nan]}", "x: within: found ['a', nan]; wanted two numbers"),
        ("x: {better: higher, worse_by: lots}", "x: worse_by: found 'lots'; wanted a number"),
        ("x: {better: higher, worse_by: -1}", "x: worse_by: found -1; wanted a number"),
        ("x: {better: larger, worse_by: 1}", "x: better: found 'larger'; wanted higher or lower"),
        ("x: {better: lower}", "x: better without worse_by; wanted both"),
        ("x: {worse_by: 1}", "x: worse_by without better; wanted both"),
    ],
)
def test_bounds_that_are_none_are_told_in_a_line_with_what_was_wanted(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "floors.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="floors") as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {told}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("metrics", "bounds", "told"),
    [
        ("{}", "{}", "floors.yaml: found {}; wanted a bound a metric"),
        ("[1]", "x: {within: [0, 1]}", "metrics.json: found [1]; wanted metrics"),
        ("{", "x: {within: [0, 1]}", "metrics.json: no JSON"),
    ],
)
def test_a_file_that_cannot_be_used_fails_with_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    metrics: str,
    bounds: str,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("metrics.json").write_text(metrics)
    Path("floors.yaml").write_text(bounds)
    monkeypatch.setattr("sys.argv", ["floors", "metrics.json", "floors.yaml"])
    assert main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"error: {told}")
