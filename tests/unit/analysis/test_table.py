"""The table of rows, for people and for programs, and for the page of a run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crossnet.analysis.rows import Row
from crossnet.analysis.runs import Run
from crossnet.analysis.table import write
from crossnet.report.experiments import collect

RUN = Run("full-0", "c" * 40, "crossnet", 0, {}, "d", {"foreground.auc": 0.9}, 60.0, "")
ROWS = [Row("CrossNet", "crossnet", {}, "d", {0: RUN})]
NOTES = ["note: crossnet: its runs come from 2 versions of the code (3, 2 runs)", "left out: HEAD: not finished"]


def test_what_a_reader_has_to_know_stands_in_the_tables(tmp_path: Path) -> None:
    write(tmp_path, "tiny", "small", ROWS, [], NOTES)
    assert json.loads((tmp_path / "table.json").read_text())["notes"] == NOTES
    assert (tmp_path / "table.md").read_text().endswith(f"\n\n- {NOTES[0]}\n- {NOTES[1]}\n")
    page = collect(tmp_path, {"method": "crossnet", "seed": 0}, {"foreground": {"auc": 0.9}})
    assert [(row["name"], row["own"]) for row in page["rows"]] == [("CrossNet", True)]


def test_a_metric_stands_beside_its_strongest_floor_and_its_ceiling(tmp_path: Path) -> None:
    """Floors of runs on other images say nothing of these rows."""
    metrics = {
        "foreground.auc": 0.9, "foreground.auc_input": 0.5, "foreground.auc_truth": 0.99,
        "kid_efflite0.to_b": 0.1, "kid_efflite0.to_b_source": 0.14, "kid_efflite0.to_b_real": 0.01,
        "signs.to_b_code_rank": 2.0, "signs.to_b_code_channels": 96.0,
    }  # fmt: skip
    runs = [replace(RUN, seed=seed, metrics=metrics | {"foreground.auc_permuted": 0.8 + seed / 10}) for seed in (0, 1)]
    other = replace(RUN, data="e", metrics=metrics | {"foreground.auc_input": 0.999})
    rows = [Row("CrossNet", "crossnet", {}, "d", dict(enumerate(runs))), Row("other", "crossnet", {}, "e", {0: other})]
    write(tmp_path, "tiny", "small", rows, [])
    found = json.loads((tmp_path / "table.json").read_text())["bounds"]
    assert found["foreground.auc"] == {
        "floor": {"value": pytest.approx(0.85), "name": "other images’ masks"},
        "ceiling": {"value": 0.99, "name": "truth"},
        "floors": [
            {"value": 0.5, "name": "untranslated input"},
            {"value": pytest.approx(0.85), "name": "other images’ masks"},
        ],
    }
    assert found["kid_efflite0.to_b"]["floor"] == {"value": 0.14, "name": "untranslated input"}
    assert found["signs.to_b_code_rank"]["ceiling"] == {"value": 96.0, "name": "channels"}
    [line] = [line for line in (tmp_path / "table.md").read_text().splitlines() if line.startswith("| foreground.auc ")]
    assert line.endswith("| 0.850 (other images’ masks) | 0.990 (truth) |")
    assert line.startswith("| foreground.auc ↑ | 0.900 ± 0.000 | 0.900 |")
    page = collect(tmp_path, {"method": "crossnet", "seed": 0}, {})
    column = [key for key, *_ in page["columns"]].index("kid_efflite0.to_b")
    assert page["bounds"]["floor"][column] == "0.140 (untranslated input)"
    assert page["bounds"]["ceiling"][column] == "0.010 (real images)"
