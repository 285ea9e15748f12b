"""Ctrl-C while a stage still imports, which for torch takes seconds."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.committed import PARAMS
from tests.faults.stage import ENVIRONMENT, TRAIN


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what a process has loaded on Linux alone")
def test_ctrl_c_while_torch_is_imported_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(PARAMS.read_bytes())
    process = subprocess.Popen(TRAIN, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    maps, deadline = Path(f"/proc/{process.pid}/maps"), time.monotonic() + 60
    while "libtorch" not in maps.read_text() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert told == "error: SIGINT: interrupted before the stage began; the same command begins it\n"
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]
