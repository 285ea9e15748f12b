"""Unfinished runs are listed and deleted, also while others end theirs."""

import json
import os
import shutil
from pathlib import Path

import pytest

from crossnet.cli.checkpoints import checkpoints
from crossnet.training.checkpointing import cleanup
from crossnet.training.checkpointing.cleanup import delete_finished_run, delete_run, list_runs
from crossnet.training.checkpointing.run_directory import LockedError, run_directory, runs_directory
from tests.support.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    Path("params.yaml").touch()


def test_runs_are_listed_with_their_newest_step_and_deleted_if_nobody_trains_them() -> None:
    assert list_runs(runs_directory()) == []
    broken_off(identity(), steps=(3, 12))
    [run] = list_runs(runs_directory())
    assert (run.step, run.owner, run.identity["settings"]["seed"]) == (12, None, 0)
    assert run.size > 200
    with run_directory(identity(), True):
        [held] = list_runs(runs_directory())
        assert held.owner is not None
        assert f"process {os.getpid()}" in held.owner
        with pytest.raises(LockedError):
            delete_run(held.folder)
    broken_off(identity())
    [run] = list_runs(runs_directory())
    delete_run(run.folder)
    assert list_runs(runs_directory()) == []


@pytest.mark.parametrize("left", ["", None])
def test_a_run_whose_record_is_damaged_is_listed_and_can_be_deleted(
    left: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, folder = broken_off(identity(seed=1)), broken_off(identity(), steps=(7,))
    (folder / "run.json").unlink()
    if left is not None:
        (folder / "run.json").write_text(left)
    found = {run.folder: run for run in list_runs(runs_directory())}
    assert found.keys() == {whole, folder}
    assert found[folder].step == 7
    assert found[folder].identity["settings"]["task"] == "its run.json is damaged"
    checkpoints(prune=True)
    said = f"deleted {folder.name}  its run.json is damaged, method unknown, seed unknown: "
    assert said in capsys.readouterr().out
    assert not folder.exists()


def test_a_finished_run_is_deleted_by_the_summary_that_names_it(tmp_path: Path) -> None:
    folder, other, summary = broken_off(identity()), broken_off(identity(seed=1)), tmp_path / "summary.json"
    odd = ("", "[]", "{}", '{"run": 3}', '{"run": "../runs"}', '{"run": "0123456789abcdef"}')
    for content in (None, *odd, json.dumps({"run": folder.name})):
        assert folder.exists()
        if content is not None:
            summary.write_text(content)
        delete_finished_run(summary)
    assert not folder.exists()
    summary.write_text(json.dumps({"run": other.name}))
    with run_directory(identity(seed=1), True):
        delete_finished_run(summary)
        assert other.exists()


@pytest.mark.parametrize("gone", ["a file", "the run"])
def test_a_run_that_ends_while_it_is_listed_is_passed_over(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stays, ends = broken_off(identity(seed=1)), broken_off(identity(seed=2))
    recorded, walk = cleanup.recorded_runs, os.walk

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

    monkeypatch.setattr(cleanup, "recorded_runs", ends_after_its_record_is_read)
    monkeypatch.setattr(os, "walk", ends_after_its_files_are_named)
    assert {run.folder for run in list_runs(runs_directory())} == ({stays, ends} if gone == "a file" else {stays})
