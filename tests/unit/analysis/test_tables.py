"""The tables of variants, for people, for programs and for the report of a run; and what they may replace."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossnet.analysis.load import Experiments
from crossnet.analysis.tables import OverwriteError, against_crossnet, refuse_loss, run_counts, write_tables
from crossnet.report.experiments import collect
from tests.support.experiments import record
from tests.support.paths import ROOT


def run(variant: str, seed: int, metrics: dict[str, float], **others: Any) -> dict[str, Any]:
    return record("crossnet", seed, metrics, variant=variant, differs={}, **others)


def experiments(*runs: dict[str, Any], notes: tuple[str, ...] = ()) -> Experiments:
    return Experiments("tiny", "small", pd.DataFrame(runs), notes)


NOTES = ("note: crossnet: its runs come from 2 versions of the code (3, 2 runs)", "left out: HEAD: not finished")


def test_what_a_reader_has_to_know_stands_in_the_tables(tmp_path: Path) -> None:
    write_tables(tmp_path, experiments(run("CrossNet", 0, {"foreground.auc": 0.9}), notes=NOTES), [])
    assert json.loads((tmp_path / "table.json").read_text())["notes"] == [*NOTES]
    assert (tmp_path / "table.md").read_text().endswith(f"\n\n- {NOTES[0]}\n- {NOTES[1]}\n")
    page = collect(tmp_path, {"method": "crossnet", "seed": 0}, {"foreground": {"auc": 0.9}})
    assert [(row["name"], row["own"]) for row in page["rows"]] == [("CrossNet", True)]


def test_a_metric_has_its_strongest_floor_and_its_ceiling(tmp_path: Path) -> None:
    """Floors of runs on other images say nothing of these rows."""
    metrics = {
        "foreground.auc": 0.9, "foreground.auc_input": 0.5, "foreground.auc_truth": 0.99,
        "kid_efflite0.to_b": 0.1, "kid_efflite0.to_b_source": 0.14, "kid_efflite0.to_b_real": 0.01,
        "signs.to_b_code_rank": 2.0, "signs.to_b_code_channels": 96.0,
    }  # fmt: skip
    runs = [run("CrossNet", seed, metrics | {"foreground.auc_permuted": 0.8 + seed / 10}) for seed in (0, 1)]
    other = run("other", 0, metrics | {"foreground.auc_input": 0.999}, data="e")
    write_tables(tmp_path, experiments(*runs, other), [])
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


def test_every_variant_is_compared_with_crossnet_by_the_metrics_that_both_have() -> None:
    runs = [run("+CTC", seed, {"kid.to_b": 0.3 + seed / 100}) for seed in range(3)]
    runs += [run("CrossNet", seed, {"kid.to_b": 0.2 + seed / 90, "kid.to_a": 0.1}) for seed in range(3)]
    runs += [run("CycleGAN", seed, {"kid.to_b": 0.4 + seed / 80}) for seed in range(3)]
    [first, second] = against_crossnet(pd.DataFrame(runs), {"kid": 0.005})
    assert [(each.first, each.second, each.metric) for each in (first, second)] == [
        ("+CTC", "CrossNet", "kid.to_b"), ("CycleGAN", "CrossNet", "kid.to_b"),
    ]  # fmt: skip
    assert first.margin == 0.005
    assert first.p_holm == max(first.p, 2 * second.p)
    assert against_crossnet(pd.DataFrame(runs[:3]), {}) == []


def test_committed_results_are_read_and_not_replaced_by_fewer_runs(tmp_path: Path) -> None:
    """They were written by version 0.1."""
    folder = tmp_path / "horse2zebra"
    shutil.copytree(ROOT / "reports/experiments/horse2zebra", folder)
    names = ("CrossNet", "lambda_ctc=0.3, lambda_zcyc=0.6", "CycleGAN")

    def found(*variants: str) -> Experiments:
        return Experiments("horse2zebra", "desktop", pd.DataFrame([run(variant, 0, {}) for variant in variants]))

    refuse_loss(folder, run_counts(found(*names)))
    for name in ("table.json", "claims.json", "figures/made_from.json"):
        with pytest.raises(OverwriteError) as refused:
            refuse_loss(folder, run_counts(found(*names[:2])))
        assert str(refused.value) == (
            f"{folder / name.split('/')[0]}: was made from 3 runs of horse2zebra at desktop (CrossNet: 1, "
            "lambda_ctc=0.3, lambda_zcyc=0.6: 1, CycleGAN: 1); it would be replaced by 2 runs of horse2zebra at "
            "desktop (CrossNet: 1, lambda_ctc=0.3, lambda_zcyc=0.6: 1)"
        )
        for file in [folder / name] if "/" in name else [*folder.glob(f"{Path(name).stem}.*")]:
            file.unlink()
        if "/" not in name:
            continue
        shutil.rmtree(folder / "figures")
    refuse_loss(folder, run_counts(found(names[0])))


def test_missing_values_are_empty_cells(tmp_path: Path) -> None:
    found = experiments(run("CrossNet", 0, {"kid.to_b": 0.5}), run("CrossNet", 1, {}, seconds=float("nan")))
    write_tables(tmp_path, found, [])
    heads, first, second = (line.split(",") for line in (tmp_path / "table.csv").read_text().splitlines())
    assert (heads[-2:], first[-2:], second[-2:]) == (["seconds", "kid.to_b"], ["60.0", "0.5"], ["", ""])
    assert "| kid.to_b ↓ | 0.500 (1) |" in (tmp_path / "table.md").read_text()
