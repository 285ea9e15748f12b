"""Runs put into rows: which belong together, what a row is called, and which are left out."""

from pathlib import Path

import pytest

from crossnet.analysis import rows as module
from crossnet.analysis.revisions import RunsError
from crossnet.analysis.rows import group, mixed_code, read, said
from crossnet.analysis.runs import Run
from crossnet.analysis.settings import Settings
from tests.unit.analysis.made import PARAMS


def made(method: str, seed: int, data: str = "d", **settings: object) -> Run:
    return Run(f"{method}-{seed}", f"{seed}", method, seed, {**settings}, data, {}, 60.0, "code")


def test_rows_have_the_papers_order_and_other_data_their_own() -> None:
    full: Settings = {"lambda_zid": 6, "lambda_ctc": 3, "lambda_zcyc": 6}
    runs = [made("cyclegan", 0, cycle=10)]
    runs += [made("crossnet", 1, **full), made("crossnet", 0, **full)]
    runs += [
        made("crossnet", 0, **(full | {"lambda_zcyc": 3})),
        made("crossnet", 0, **(full | {"lambda_zcyc": 0})),
    ]
    runs += [made("crossnet", 2, data="0123456789", **full)]
    rows = group(runs, {"crossnet": full, "cyclegan": {"cycle": 10}})
    assert [each.name for each in rows] == ["+CTC", "CrossNet", "lambda_zcyc=3", "CycleGAN", "CrossNet, data 0123456"]
    assert rows[1].seeds == [0, 1]
    assert mixed_code(runs) == []


def test_a_mean_is_said_with_its_spread() -> None:
    assert said([0.5, 0.7]) == "0.600 ± 0.141"
    assert said([123.44]) == "123.4"


def test_seeds_for_choices_and_seeds_for_results_are_never_in_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [made("crossnet", seed, split="test" if seed < 100 else "valid") for seed in (0, 99, 100, 101)]
    runs += [made("crossnet", 1, split="valid"), made("crossnet", 102, split="test")]
    monkeypatch.setattr(module, "read_runs", lambda root, found, task, scale: (runs[:], []))
    monkeypatch.setattr(module, "revisions", lambda root: {})
    monkeypatch.setattr(module, "read_params", lambda root, commit: PARAMS)
    results, choices = (read(Path(), "tiny", "small", [], choices) for choices in (False, True))
    told = "(choices have seeds from 100 on, or split=valid)"
    assert [(row.name, row.seeds) for row in results.rows] == [("CrossNet", [0, 99])]
    assert results.notes == [f"left out: 4 runs for choices {told}"]
    assert {row.name: row.seeds for row in choices.rows} == {"CrossNet": [1, 100, 101], "split=test": [102]}
    assert choices.notes == [f"left out: 2 runs for results {told}"]
    del runs[2:]
    with pytest.raises(RunsError, match=r"no finished experiment .*2 runs for results"):
        read(Path(), "tiny", "small", [], choices=True)
