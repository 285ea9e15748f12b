"""How much memory some work takes at its peak, beyond what this process has already (Linux)."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest


def peak_bytes(work: Callable[[], object]) -> int:
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins again
    except OSError:
        pytest.skip("this system does not tell a process's peak")
    before = _bytes("VmRSS")
    work()
    return _bytes("VmHWM") - before


def _bytes(name: str) -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) * 1024
