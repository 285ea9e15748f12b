"""Ctrl-C while a stage or a command still imports, which for torch takes seconds."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.stage import ENVIRONMENT, TRAIN
from tests.support.committed import PARAMS

CROSSNET = [sys.executable, "-c", "import sys; sys.argv[0] = 'crossnet'; from crossnet.cli import app; app()"]
on_linux = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="tells what a process has loaded on Linux alone"
)


@on_linux
def test_ctrl_c_while_torch_is_imported_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(PARAMS.read_bytes())
    status, told = interrupted_at("libtorch", TRAIN, tmp_path)
    assert told == "error: SIGINT: interrupted before the stage began; the same command begins it\n"
    assert status == 130
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@on_linux
@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        ("pydantic_core", "error: SIGINT: interrupted before the command began\n"),
        ("libtorch", "error: SIGINT: interrupted\n"),
    ],
)
def test_ctrl_c_while_a_command_imports_is_one_line(loaded: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "in.png").touch()
    words = ["translate", "in.png", "--to", "b", "--out", "out"]
    assert interrupted_at(loaded, [*CROSSNET, *words], tmp_path) == (130, said)
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


def interrupted_at(library: str, command: list[str], here: Path) -> tuple[int, str]:
    """Exit status and messages of a command that gets a SIGINT when it has loaded a library."""
    heeding = ["env", "--default-signal=INT", *command]  # a shell has what it starts with & ignore SIGINT
    process = subprocess.Popen(heeding, cwd=here, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    maps, deadline = Path(f"/proc/{process.pid}/maps"), time.monotonic() + 60
    while library not in maps.read_text() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    return process.returncode, told
