"""`crossnet checkpoints`: what is left is listed, and deleted if nobody trains it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.training.checkpointing.run_directory import run_directory
from tests.support.broken_off import broken_off, identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    Path("params.yaml").touch()


def test_it_lists_runs_and_who_trains_them() -> None:
    assert CliRunner().invoke(app, ["checkpoints"]).output == "no unfinished runs in .crossnet/runs\n"
    folder = broken_off(identity(seed=4), steps=(70,))
    [line] = CliRunner().invoke(app, ["checkpoints"]).output.splitlines()
    assert line.startswith(f"{folder.name}  t, crossnet, seed 4: step 70, 0 MiB, 0.0 h ago")
    with run_directory(identity(seed=4), True):
        assert ", trained by process " in CliRunner().invoke(app, ["checkpoints"]).output


def test_it_deletes_the_named_or_all_but_none_that_is_trained() -> None:
    first, second, third = (broken_off(identity(seed=seed)) for seed in (1, 2, 3))
    assert CliRunner().invoke(app, ["checkpoints", first.name, "--prune"]).exit_code == 0
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)
    with run_directory(identity(seed=2), True):
        result = CliRunner().invoke(app, ["checkpoints", "--prune"])
        assert f"left alone: {second.relative_to(Path.cwd()) if second.is_absolute() else second}" in result.stderr
        assert (second.exists(), third.exists()) == (True, False)


def test_what_is_no_run_is_told_and_left_alone(tmp_path: Path) -> None:
    run, runs = broken_off(identity(seed=1)), Path(".crossnet/runs")
    strays = [runs / "my-notes/a.txt", runs / "deadbeef/step-000000001/model.bin", runs / ".DS_Store"]
    strays += [run / "notes.txt", run / "pictures/._8.png", run / "pictures/mine.png"]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.touch()
    (run / "pictures/8.png").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").touch()
    (runs / ("0" * 16)).symlink_to(tmp_path / "elsewhere")
    result = CliRunner().invoke(app, ["checkpoints", "--prune"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"deleted {run.name}  ")
    assert result.stdout.count("\n") == 1
    told = [f"{runs / name}: is no run" for name in (".DS_Store", "0" * 16, "deadbeef", "my-notes")]
    told += [f"{path}: was not written by the run" for path in sorted(strays[3:])]
    assert result.stderr.splitlines() == [f"left alone: {line}" for line in told]
    assert all(stray.exists() for stray in [*strays, tmp_path / "elsewhere/file"])
    assert sorted(path for path in run.rglob("*") if path.is_file()) == sorted(strays[3:])
    again = CliRunner().invoke(app, ["checkpoints", "--prune"])
    assert again.stdout == "no unfinished runs in .crossnet/runs\n"
    assert f"left alone: {run}: is no run\n" in again.stderr
    assert all(stray.exists() for stray in strays)


def test_a_name_that_is_not_there_is_one_line() -> None:
    result = CliRunner().invoke(app, ["checkpoints", "nothing", "--prune"])
    assert result.exit_code == 2
    assert result.stderr == "error: nothing: no such run in .crossnet/runs; `crossnet checkpoints` lists them\n"


@pytest.mark.parametrize("name", [".crossnet", ".crossnet/runs"])
def test_a_file_in_the_folders_place_is_one_line(name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).touch()
    result = CliRunner().invoke(app, ["checkpoints"])
    assert result.exit_code == 2
    assert result.stderr == f"error: {name}: is a file, wanted the folder that holds unfinished runs; move it away\n"


def test_outside_of_the_repositorys_root_it_says_so() -> None:
    Path("params.yaml").unlink()
    result = CliRunner().invoke(app, ["checkpoints"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: params.yaml: No such file; run from the root of the repository\n"
