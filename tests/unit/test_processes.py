"""The memory of a process, in the unit of each system."""

import resource
import sys
from types import SimpleNamespace

import pytest

from crossnet.processes import peak_mib


@pytest.mark.parametrize(("platform", "told"), [("linux", 300 * 2**10), ("darwin", 300 * 2**20)])
def test_the_peak_is_in_mib_on_every_system(platform: str, told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(resource, "getrusage", lambda whose: SimpleNamespace(ru_maxrss=told))
    assert peak_mib() == 300


def test_the_peak_of_this_process_is_of_a_plausible_size() -> None:
    before = peak_mib()
    block = bytearray(64 * 2**20)
    block[::4096] = b"x" * len(block[::4096])
    assert 10 < before <= peak_mib() < 2**20
