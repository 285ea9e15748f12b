"""The floors that a run has to reach, as continuous integration checks them."""

import json
from pathlib import Path

import pytest

from benchmarks.floors import main, outside

BOUNDS = {"foreground.auc": [0.86, 1.0], "foreground.auc_input": [0.45, 0.55]}


def test_a_run_within_its_bounds_passes() -> None:
    assert outside({"foreground": {"auc": 0.86, "auc_input": 0.5}}, BOUNDS) == []


@pytest.mark.parametrize("auc", [0.85, float("nan"), None, "0.9"])
def test_what_is_below_or_no_number_is_named(auc: object) -> None:
    assert outside({"foreground": {"auc": auc, "auc_input": 0.5}}, BOUNDS) == [
        f"foreground.auc: {auc} is not within 0.86 to 1.0"
    ]


def test_what_is_missing_is_named() -> None:
    assert len(outside({}, BOUNDS)) == 2


def test_the_exit_status_says_so(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps({"foreground": {"auc": 0.5, "auc_input": 0.5}}))
    (tmp_path / "bounds.yaml").write_text("foreground.auc: [0.86, 1.0]\n")
    assert main(tmp_path / "metrics.json", tmp_path / "bounds.yaml") == 1
    (tmp_path / "bounds.yaml").write_text("foreground.auc: [0.4, 1.0]\n")
    assert main(tmp_path / "metrics.json", tmp_path / "bounds.yaml") == 0
