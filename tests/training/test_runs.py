"""Unfinished runs: found by what shaped them, and held by one writer."""

import os
from pathlib import Path
from typing import Any

import pytest

from crossnet.training.runs import claimed, fingerprint, runs_folder, why_fresh
from crossnet.training.writer import BusyError
from tests.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


@pytest.mark.parametrize(
    "other",
    [
        {"data": "e"}, {"device": "cuda:0"}, {"processes": 2}, {"seed": 1}, {"method": "cyclegan"},
        {"weights": {"zcyc": 0, "id": 3}}, {"training": {"lr": 2e-3}},
    ],
)  # fmt: skip
def test_anything_that_shapes_a_run_gives_it_another_name(other: dict[str, Any]) -> None:
    assert fingerprint(identity(**other)) != fingerprint(identity()) == fingerprint(identity())


def test_other_code_gives_it_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import crossnet

    before = identity()["code"]
    package = tmp_path / "crossnet"
    for name in ("nn/a.py", "training/b.py", "methods/crossnet/c.py", "methods/cyclegan/d.py", "images.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("pass\n")
    monkeypatch.setattr(crossnet, "__file__", str(package / "__init__.py"))
    first = identity()["code"]
    assert first != before
    (package / "methods/cyclegan/d.py").write_text("pass  # another method\n")
    assert identity()["code"] == first
    (package / "training/b.py").write_text("pass  # this one\n")
    assert identity()["code"] != first


def test_a_run_that_ends_leaves_nothing_and_one_that_breaks_off_its_folder() -> None:
    with claimed(identity(), True) as folder:
        assert folder.is_dir()
    assert not folder.exists()
    assert broken_off(identity()) == folder
    assert (folder / "step-000000003").is_dir()


def test_an_experiments_copy_finds_the_runs_of_its_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = broken_off(identity()).resolve()
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert (runs_folder() / fingerprint(identity())).resolve() == folder


def test_a_fresh_start_says_what_the_nearest_other_run_differs_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert why_fresh(runs_folder(), identity()) is None
    broken_off(identity(seed=3, data="other"))
    near = broken_off(identity(weights={"zcyc": 0, "id": 3}))
    capsys.readouterr()
    with claimed(identity(), True):
        pass
    said = f"a fresh start: the checkpoints of {near.name} are of another run (settings.weights.zcyc differ)\n"
    assert capsys.readouterr().err == said


def test_a_run_is_held_by_one_writer_who_is_named() -> None:
    said = rf"is being written by process {os.getpid()} on "
    with claimed(identity(), True), pytest.raises(BusyError, match=said), claimed(identity(), True):
        pass
    with claimed(identity(), True), claimed(identity(), False):  # another process of the same run
        pass


def test_a_working_folder_is_held_by_one_writer_whatever_it_trains() -> None:
    said = r"^\.crossnet: is being written by"
    with claimed(identity(), True), pytest.raises(BusyError, match=said), claimed(identity(seed=1), True):
        pass
