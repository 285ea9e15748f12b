"""A store of features: whole entries only, bounded, several writers."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crossnet.evaluation.store import Store

KEY = "ab" * 32


def vector(seed: int, width: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=width).astype(np.float32)


def entry(folder: Path) -> Path:
    [path] = (path for path in folder.rglob("*") if path.is_file())
    return path


def test_what_was_put_is_got_to_the_bit(tmp_path: Path) -> None:
    store = Store(tmp_path / "features")
    assert store.get(KEY, 64) is None
    store.put(KEY, vector(0))
    found = store.get(KEY, 64)
    assert found is not None
    assert (found == vector(0)).all()
    assert store.get(KEY, 65) is None


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b""])
def test_a_broken_entry_counts_as_none_and_is_made_anew(tmp_path: Path, spoil: object) -> None:
    store = Store(tmp_path)
    store.put(KEY, vector(0))
    path = entry(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    assert store.get(KEY, 64) is None
    store.put(KEY, vector(1))
    assert store.get(KEY, 64) is not None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    keys = [f"{number:064x}" for number in range(10)]
    store = Store(tmp_path, most_bytes=10 * 288 - 1)  # bytes of ten entries, but one
    for age, key in enumerate(reversed(keys[1:])):
        store.put(key, vector(age))
        os.utime(tmp_path / key[:2] / key, ns=(10**18 - 10**9 * (20 - age),) * 2)
    store.trim()
    assert all(store.get(key, 64) is not None for key in reversed(keys[1:]))
    os.utime(tmp_path / keys[9][:2] / keys[9], ns=(10**17, 10**17))
    store.put(keys[0], vector(0))
    store.trim()
    left = [key for key in keys if (tmp_path / key[:2] / key).exists()]
    assert keys[9] not in left
    assert keys[0] in left
    assert len(left) >= 8


def test_two_processes_write_the_same_entries_and_every_read_is_whole(tmp_path: Path) -> None:
    script = (
        "import sys, numpy as np; from pathlib import Path; from crossnet.evaluation.store import Store\n"
        "store = Store(Path(sys.argv[1]), 40_000)\n"
        "for number in range(400):\n"
        "    key = f'{number % 20:064x}'\n"
        "    found = store.get(key, 512)\n"
        "    assert found is None or (found == number % 20).all()\n"
        "    store.put(key, np.full(512, number % 20, np.float32)); store.trim()\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 42_100
