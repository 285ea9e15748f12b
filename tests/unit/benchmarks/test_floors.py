"""The bounds that a run is held to, as continuous integration checks them."""

from pathlib import Path

import pytest

from benchmarks.floors import Bound, main, outside, read, worse
from tests.support.paths import ROOT

BOUNDS = {
    "foreground.auc": Bound(within=(0.86, 1.0), worse_by=0.03),
    "foreground.auc_input": Bound(within=(0.45, 0.55)),
    "fid.to_b": Bound(worse_by=5),
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


def test_a_line_says_by_how_much_a_bound_is_passed() -> None:
    assert outside(metrics(auc=0.85, auc_input=0.57), BOUNDS) == [
        "foreground.auc: 0.85 is 0.01 below the least of 0.86",
        "foreground.auc_input: 0.57 is 0.02 above the most of 0.55",
    ]


def test_what_is_a_little_worse_than_before_or_better_passes() -> None:
    assert worse(metrics(auc=0.875, fid=104.9), metrics(), BOUNDS) == []
    assert worse(metrics(auc=0.99, auc_input=0.0, fid=10.0), metrics(), BOUNDS) == []


def test_a_line_says_by_how_much_a_metric_is_worse_than_it_may_be() -> None:
    assert worse(metrics(auc=0.86, fid=107.5), metrics(), BOUNDS) == [
        "foreground.auc: 0.86 is 0.04 worse than 0.9 before, 0.01 more than the 0.03 that it may be",
        "fid.to_b: 107.5 is 7.5 worse than 100 before, 2.5 more than the 5 that it may be",
    ]


def test_a_metric_that_is_gone_is_worse_and_a_new_one_is_not() -> None:
    assert worse(metrics(fid=None), metrics(), BOUNDS) == ["fid.to_b: no number, it was 100"]
    assert worse(metrics(), metrics(fid=None), BOUNDS) == []


def test_the_bounds_of_the_default_task_are_read() -> None:
    bounds = read(ROOT / "benchmarks/floors.yaml")
    assert bounds["paired.to_b_psnr"].within == (12.0, 54.2)
    assert bounds["foreground.auc_constant"].worse_by is None
    assert worse({}, {}, bounds) == []


def test_a_metric_without_a_better_direction_cannot_be_worse() -> None:
    with pytest.raises(ValueError, match=r"^signs\.to_b_code_rank: worse_by: the metric has no better direction"):
        worse({}, {}, {"signs.to_b_code_rank": Bound(worse_by=1)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found None: Input should be a valid dictionary"),
        ("{}", "found None: Input should be a valid dictionary"),
        ("[1]", "found [1]: Input should be a valid dictionary"),
        ("x: {", "no YAML (while parsing"),
        ("x: 1\nx: 2", "no YAML (while constructing"),
        ("x:", "x: found None: Input should be"),
        ("x: [0, 1]", "x: found [0, 1]: Input should be"),
        ("x: {}", "x: found {}: Value error, neither within nor worse_by"),
        ("x: {most: 1}", "x: most: found 1: Extra inputs are not permitted"),
        ("x: {within: 3}", "x: within: found 3: Input should be a valid tuple"),
        ("x: {within: [1, 0]}", "x: found {'within': [1, 0]}: Value error, the least is above the most"),
        ("x: {within: [a, 1]}", "x: within: 0: found 'a': Input should be a valid number"),
        ("x: {within: [0, .nan]}", "x: within: 1: found nan: Input should be a finite number"),
        ("x: {worse_by: lots}", "x: worse_by: found 'lots': Input should be a valid number"),
        ("x: {worse_by: -1}", "x: worse_by: found -1: Input should be greater than or equal to 0"),
    ],
)
def test_bounds_that_cannot_be_read_are_an_error_of_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "floors.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="floors") as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("metrics", "bounds", "message"),
    [
        ("{}", "{}", "floors.yaml: found None: Input should be"),
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
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("metrics.json").write_text(metrics)
    Path("floors.yaml").write_text(bounds)
    monkeypatch.setattr("sys.argv", ["floors", "metrics.json", "floors.yaml"])
    assert main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"error: {message}")
