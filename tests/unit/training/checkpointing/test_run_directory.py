"""Unfinished runs: found by what shaped them, and held by one writer."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from crossnet.engine.cpu import winograd_native
from crossnet.training.checkpointing.files import steps_in
from crossnet.training.checkpointing.run_directory import claimed, fingerprint, runs_folder, why_fresh
from crossnet.training.checkpointing.run_lock import BusyError
from tests.support import built
from tests.support.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


@pytest.mark.parametrize(
    "other",
    [
        {"data": "e"}, {"device": "mps"}, {"processes": 2}, {"seed": 1}, {"method": "cyclegan"},
        {"weights": {"zcyc": 0, "id": 3}}, {"training": {"lr": 2e-3}},
    ],
)  # fmt: skip
def test_anything_that_shapes_a_run_gives_it_another_name(other: dict[str, Any]) -> None:
    assert fingerprint(identity(**other)) != fingerprint(identity()) == fingerprint(identity())


def test_how_a_gpu_is_driven_shapes_a_run_on_one_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "A")
    for device, differ in (("cpu", False), ("cuda:0", True)):
        one, other = ({"lr": 1e-3, "compile": value} for value in (False, True))
        names = [fingerprint(identity(device=device, training=training)) for training in (one, other)]
        assert (names[0] != names[1]) == differ


def test_like_gpus_are_one_device_whatever_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {0: "A", 1: "A", 2: "B"}
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: names[device.index])
    first, like, other = (fingerprint(identity(device=f"cuda:{number}")) for number in names)
    assert first == like != other


@built.can_compile
def test_compiled_convolutions_are_not_torchs() -> None:
    first = identity()
    winograd_native.use(built.library())
    other = identity()
    assert fingerprint(first) != fingerprint(other)
    broken_off(first)
    assert why_fresh(runs_folder(), other) == (
        f"a fresh start: the checkpoints of {fingerprint(first)} are of another run (convolutions differ)"
    )


def test_other_code_gives_it_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import crossnet

    before = identity()["code"]
    package = tmp_path / "crossnet"
    for name in ("nn/a.py", "nn/a.cpp", "training/b.py", "methods/crossnet/c.py", "methods/cyclegan/d.py", "images.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("pass\n")
    monkeypatch.setattr(crossnet, "__file__", str(package / "__init__.py"))
    first = identity()["code"]
    assert first != before
    (package / "methods/cyclegan/d.py").write_text("pass  # another method\n")
    assert identity()["code"] == first
    for name in ("training/b.py", "nn/a.cpp"):
        before, _ = identity()["code"], (package / name).write_text("this one\n")
        assert identity()["code"] != before
    (stage := tmp_path / "stage.py").touch()
    assert identity(stage=stage)["code"] != identity()["code"]


def test_another_number_of_threads_goes_on_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    folder = broken_off(identity(threads=2))
    for threads, said in ((2, ""), (1, "threads: 1, but 2 when the run began: last bits will differ\n")):
        with suppress(KeyboardInterrupt), claimed(identity(threads=threads), True) as found:
            assert found == folder
            raise KeyboardInterrupt
        assert capsys.readouterr().err == said
    assert why_fresh(runs_folder(), identity(threads=1, seed=1)) == (
        f"a fresh start: the checkpoints of {folder.name} are of another run (settings.seed differ)"
    )


def test_a_run_that_breaks_off_leaves_all_and_one_that_ends_its_last_checkpoint() -> None:
    folder = broken_off(identity(), steps=(3, 20))
    assert sorted(steps_in(folder)) == [3, 20]
    with claimed(identity(), True) as again:
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
    with claimed(identity(seed=1), True):
        assert record.exists() == (left is not None)
    with claimed(identity(), True) as folder:
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
    with claimed(identity(), True) as folder:
        assert json.loads((folder / "run.json").read_text()) == identity()
    assert flushed == [(".run.json.partial", False), (folder.name, True)]


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
