"""Where DVC would lose experiments, the user hears of it before any is run."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.params import load_params
from crossnet.params.user_files import UserFilesError
from stages.check import check
from tests.support.cloned import run
from tests.support.committed import PARAMS


def clone(folder: Path, *words: str) -> Path:
    """A clone of a small repository that has params.yaml."""
    (folder / "first").mkdir()
    run(folder / "first", "git", "init", "--quiet")
    (folder / "first/params.yaml").write_bytes(PARAMS.read_bytes())
    for message in ("one", "two"):
        run(folder / "first", "git", "add", "-A")
        run(folder / "first", "git", "commit", "--quiet", "--allow-empty", "-m", message)
    place = folder / "no #1" if "#" in words else folder / "clone"
    depth = [word for word in words if word != "#"]
    run(folder, "git", "clone", "--quiet", *depth, f"file://{folder / 'first'}", str(place))
    return place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--depth=1",), "is a shallow clone, and there DVC loses the experiments of the queue and of --temp; "
                         "`git fetch --unshallow` first"),
        (("#",), "has # in its path, and there DVC's queue and --temp fail; move the clone"),
    ],
)  # fmt: skip
def test_ablation_refuses_and_check_warns_and_stops_what_would_be_lost(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(clone(tmp_path, *words))
    monkeypatch.delenv("DVC_ROOT", raising=False)
    result = CliRunner().invoke(app, ["ablation", "--dry-run"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {Path.cwd()}: {said}\n"
    check(load_params(PARAMS))
    assert capsys.readouterr().err == f"warning: {Path.cwd()}: {said}\n"
    assert Path("data/checked").exists()
    monkeypatch.setenv("DVC_ROOT", str(Path.cwd()))
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")  # as --temp and the queue do
    with pytest.raises(UserFilesError, match=re.escape(said)):
        check(load_params(PARAMS))
    assert not Path("data").exists()


def test_a_whole_clone_and_a_folder_without_git_are_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    for folder in (clone(tmp_path), tmp_path):
        monkeypatch.chdir(folder)
        check(load_params(PARAMS))
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: (_ for _ in ()).throw(FileNotFoundError()))
    check(load_params(PARAMS))
    assert capsys.readouterr().err == ""
