"""A command that is started in a folder that was deleted."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = "import os, sys; os.rmdir(os.getcwd()); from crossnet.cli import app; app(sys.argv[1:])"


@pytest.mark.parametrize(
    "words",
    [
        ["translate", "photo.png", "--to", "b", "--out", "out"],
        ["export", "data/model", "out", "--data", "d", "--licence", "l"],
        ["checkpoints"],
    ],
    ids=lambda words: words[0],
)
def test_a_deleted_folder_is_one_line(tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", RUN, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: the current folder was deleted; change to another one\n"
