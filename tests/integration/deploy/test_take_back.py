"""What the return of a node's runs would replace has to be saved first."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cloned import ROOT, commit, environment, run

PIPELINE = "stages:\n  train:\n    cmd: mkdir -p data/model && echo made > data/model/made\n    outs: [data/model]\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One in which `dvc repro` has run, and all is committed."""
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, "dvc", "init", "--quiet")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "reports/plots").mkdir(parents=True)
    (tmp_path / "reports/plots/kept").touch()
    run(tmp_path, "dvc", "repro", "--quiet")
    commit(tmp_path, "a run")
    return tmp_path


@pytest.mark.parametrize(
    ("mine", "said"),
    [
        ("data/model/mine", "error: data/model/: DVC has not saved what is in it, and it would be replaced"),
        ("reports/plots/mine", "error: the working tree has changes (reports/plots/mine); commit or undo them first"),
        ("dvc.yaml", "error: the working tree has changes (dvc.yaml); commit or undo them first"),
    ],
)
def test_what_dvc_or_git_has_not_saved_stops_it_and_stays(mine: str, said: str, repository: Path) -> None:
    with (repository / mine).open("a") as file:
        file.write("# mine\n")
    before = (repository / mine).read_text()
    done = subprocess.run(
        [sys.executable, "-m", "deploy.airgapped.take_back", str(repository)],
        cwd=repository, env=environment() | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert (repository / mine).read_text() == before
