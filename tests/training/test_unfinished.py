"""Unfinished runs are listed and deleted, also while others end theirs."""

import os
import shutil
from pathlib import Path

import pytest

from crossnet.training import unfinished
from crossnet.training.runs import claimed, runs_folder
from crossnet.training.unfinished import listing, remove
from crossnet.training.writer import BusyError
from tests.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


def test_runs_are_listed_with_their_newest_step_and_deleted_if_nobody_trains_them() -> None:
    assert listing(runs_folder()) == []
    broken_off(identity(), steps=(3, 12))
    [run] = listing(runs_folder())
    assert (run.step, run.holder, run.identity["settings"]["seed"]) == (12, None, 0)
    assert run.size > 200
    with claimed(identity(), True):
        [held] = listing(runs_folder())
        assert held.holder is not None
        assert f"process {os.getpid()}" in held.holder
        with pytest.raises(BusyError):
            remove(held)
    broken_off(identity())
    [run] = listing(runs_folder())
    remove(run)
    assert listing(runs_folder()) == []


@pytest.mark.parametrize("gone", ["a file", "the run"])
def test_a_run_that_ends_while_it_is_listed_is_passed_over(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stays, ends = broken_off(identity(seed=1)), broken_off(identity(seed=2))
    recorded, walk = unfinished.recorded, os.walk

    def ends_after_its_record_is_read(folder: Path) -> object:
        for path, of in recorded(folder):
            if path == ends and gone == "the run":
                shutil.rmtree(path)
            yield path, of

    def ends_after_its_files_are_named(folder: Path) -> object:
        for parent, folders, names in walk(folder):
            if Path(parent) == ends / "step-000000003" and gone == "a file":
                shutil.rmtree(parent)
            yield parent, folders, names

    monkeypatch.setattr(unfinished, "recorded", ends_after_its_record_is_read)
    monkeypatch.setattr(os, "walk", ends_after_its_files_are_named)
    assert {run.folder for run in listing(runs_folder())} == ({stays, ends} if gone == "a file" else {stays})
