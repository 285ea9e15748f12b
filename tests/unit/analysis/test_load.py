"""Runs grouped into variants: which belong together, in which order, and which are left out."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossnet.analysis import load as module
from crossnet.analysis.load import COLUMNS, by_variant, group, load, margin
from crossnet.analysis.repository import ExperimentError
from crossnet.analysis.variants import Settings
from tests.support.experiments import PARAMS, record


def seeds(runs: pd.DataFrame) -> dict[str, list[int]]:
    return {variant: [*each["seed"]] for variant, each in by_variant(runs).items()}


def test_variants_have_the_papers_order_and_other_images_make_their_own() -> None:
    full: Settings = {"lambda_zid": 6, "lambda_ctc": 3, "lambda_zcyc": 6}
    runs = [record("cyclegan", 0, settings={"cycle": 10})]
    runs += [record("crossnet", seed, settings=full) for seed in (1, 0)]
    runs += [record("crossnet", 0, settings=full | {"lambda_zcyc": value}) for value in (3, 0)]
    runs += [record("crossnet", 2, settings=full, data="0123456789")]
    found, notes = group(pd.DataFrame(runs), {"crossnet": full, "cyclegan": {"cycle": 10}})
    assert seeds(found) == {
        "+CTC": [0], "CrossNet": [0, 1], "lambda_zcyc=3": [0], "CycleGAN": [0], "CrossNet, data 0123456": [2],
    }  # fmt: skip
    assert notes == []


def test_a_second_run_of_a_variant_and_seed_is_left_out_with_a_note() -> None:
    older, newer = record("crossnet", 0, settings={"a": 1}), record("crossnet", 0, settings={"a": 1, "b": 2})
    found, notes = group(pd.DataFrame([newer, older | {"experiment": "old"}]), {"crossnet": {"a": 1, "b": 2}})
    assert seeds(found) == {"CrossNet": [0]}
    assert notes == ["left out: old: a second run of CrossNet with seed 0"]


def test_seeds_for_choices_and_seeds_for_results_are_never_in_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def split(seed: int, split: str) -> dict[str, Any]:
        return record("crossnet", seed, settings={"split": split})

    runs = [split(seed, "test" if seed < 100 else "valid") for seed in (0, 99, 100, 101)]
    runs += [split(1, "valid"), split(102, "test")]
    monkeypatch.setattr(module, "read_runs", lambda root, commits, task, scale: (pd.DataFrame(runs), []))
    monkeypatch.setattr(module, "experiments", lambda root: {})
    monkeypatch.setattr(module, "read_params", lambda root, commit: PARAMS)
    results, choices = (load(Path(), "tiny", "small", [], choices) for choices in (False, True))
    said = "(choices have seeds from 100 on, or split=valid)"
    assert seeds(results.runs) == {"CrossNet": [0, 99]}
    assert results.notes == [f"left out: 4 runs for choices {said}"]
    assert seeds(choices.runs) == {"CrossNet": [1, 100, 101], "split=test": [102]}
    assert choices.notes == [f"left out: 2 runs for results {said}"]
    del runs[2:]
    with pytest.raises(ExperimentError, match=r"no finished experiment .*2 runs for results"):
        load(Path(), "tiny", "small", [], choices=True)


@pytest.mark.parametrize("runs", [[], [record("crossnet", 0)]])
def test_results_of_no_run_are_refused_with_the_command_that_queues_some(
    runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(runs, columns=None if runs else COLUMNS)
    monkeypatch.setattr(module, "read_runs", lambda root, commits, task, scale: (frame, []))
    monkeypatch.setattr(module, "experiments", lambda root: {})
    with pytest.raises(ExperimentError, match=r"^tiny, small: no finished experiment.*`crossnet ablation --task tiny"):
        load(Path(), "tiny", "small", [], choices=True)


def test_versions_of_the_code_are_counted_by_method(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [record("crossnet", seed, code="old" if seed else "new") for seed in range(3)] + [record("cyclegan", 0)]
    monkeypatch.setattr(module, "read_runs", lambda root, commits, task, scale: (pd.DataFrame(runs), []))
    monkeypatch.setattr(module, "experiments", lambda root: {})
    monkeypatch.setattr(module, "read_params", lambda root, commit: PARAMS)
    assert load(Path(), "tiny", "small", []).notes == [
        "note: crossnet: its runs come from 2 versions of the code (2, 1 runs)"
    ]


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [
        ("fid.to_b", 5),
        ("kid.to_a", 0.005),
        ("kid_efflite0.to_a", 0.02),
        ("foreground.auc_within_place", 0.1),
        ("paired.to_a_psnr_object", 0.5),
        ("fd_efflite0.to_b", None),
    ],
)
def test_a_margin_is_found_by_the_kind_of_metric(metric: str, wanted: float | None) -> None:
    assert margin(metric, {"fid": 5, "kid": 0.005, "kid_efflite0": 0.02, "auc": 0.1, "psnr": 0.5}) == wanted
