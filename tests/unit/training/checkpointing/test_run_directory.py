"""Unfinished runs: found by what shaped them, and held by one writer."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from crossnet.training.checkpointing.files import steps_in
from crossnet.training.checkpointing.fingerprint import fingerprint
from crossnet.training.checkpointing.run_directory import (
    LockedError,
    explain_fresh_start,
    run_directory,
    runs_directory,
)
from tests.support.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


def test_another_number_of_threads_goes_on_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    folder = broken_off(identity(threads=2))
    for threads, said in ((2, ""), (1, "threads: 1, but 2 when the run began: last bits will differ\n")):
        with suppress(KeyboardInterrupt), run_directory(identity(threads=threads), True) as found:
            assert found == folder
            raise KeyboardInterrupt
        assert capsys.readouterr().err == said
    assert explain_fresh_start(runs_directory(), identity(threads=1, seed=1)) == (
        f"a fresh start: the checkpoints of {folder.name} are of another run (settings.seed differ)"
    )


def test_a_run_that_breaks_off_leaves_all_and_one_that_ends_its_last_checkpoint() -> None:
    folder = broken_off(identity(), steps=(3, 20))
    assert sorted(steps_in(folder)) == [3, 20]
    with run_directory(identity(), True) as again:
        assert again == folder
    assert steps_in(folder) == [20]


@pytest.mark.parametrize("left", ["", "\0" * 9, "[]", "{}", None])
def test_a_damaged_record_is_written_anew_by_its_run_and_stops_no_other(
    left: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    record = broken_off(identity()) / "run.json"
    whole = record.read_text()
    record.unlink()
    if left is not None:
        record.write_text(left)
    with run_directory(identity(seed=1), True):
        assert record.exists() == (left is not None)
    with run_directory(identity(), True) as folder:
        assert record.read_text() == whole
        assert steps_in(folder) == [3]
    assert capsys.readouterr().err == ""


def test_a_record_is_on_the_disk_before_it_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[tuple[str, bool]] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        flushed.append((path.name, (path if path.is_dir() else path.parent).joinpath("run.json").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with run_directory(identity(), True) as folder:
        assert json.loads((folder / "run.json").read_text()) == identity()
    assert flushed == [(".run.json.partial", False), (folder.name, True)]


def test_an_experiments_copy_finds_the_runs_of_its_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = broken_off(identity()).resolve()
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert (runs_directory() / fingerprint(identity())).resolve() == folder


def test_a_fresh_start_says_what_the_nearest_other_run_differs_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_fresh_start(runs_directory(), identity()) is None
    broken_off(identity(seed=3, data="other"))
    near = broken_off(identity(weights={"zcyc": 0, "id": 3}))
    capsys.readouterr()
    with run_directory(identity(), True):
        pass
    said = f"a fresh start: the checkpoints of {near.name} are of another run (settings.weights.zcyc differ)\n"
    assert capsys.readouterr().err == said


def test_a_run_is_held_by_one_writer_who_is_named() -> None:
    said = rf"is being written by process {os.getpid()} on "
    with run_directory(identity(), True), pytest.raises(LockedError, match=said), run_directory(identity(), True):
        pass
    with run_directory(identity(), True), run_directory(identity(), False):  # another process of the same run
        pass


def test_a_working_folder_is_held_by_one_writer_whatever_it_trains() -> None:
    said = r"^\.crossnet: is being written by"
    with run_directory(identity(), True), pytest.raises(LockedError, match=said), run_directory(identity(seed=1), True):
        pass
