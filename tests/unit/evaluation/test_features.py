"""Features of image files, computed once, and the store that they are kept in."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.evaluation.features import Extract, Network, Store, gather

KEY = "ab" * 32


class Counting:
    """A network of two features, the mean and the width of an image, that counts what it computes."""

    def __init__(self) -> None:
        self.loaded, self.images = 0, 0

    def network(self, identity: str = "mean") -> Network:
        return Network("mean", identity, 2, self._load, batch=2)

    def _load(self) -> Extract:
        self.loaded += 1

        def extract(images: Sequence[np.ndarray]) -> np.ndarray:
            self.images += len(images)
            return np.array([[image.mean(), image.shape[1]] for image in images], dtype=np.float32)

        return extract


def saved(path: Path, level: int, edge: int = 8) -> Path:
    Image.new("RGB", (edge, edge), (level, level, level)).save(path)
    return path


def test_they_come_in_the_order_of_the_paths_and_are_computed_once(tmp_path: Path) -> None:
    counting, store = Counting(), Store(tmp_path / "store")
    paths = [saved(tmp_path / f"{level}.png", level) for level in (5, 3, 9)]
    again = saved(tmp_path / "same.png", 9)
    wanted = {"all": [[5, 8], [3, 8], [9, 8]], "same": [[9, 8]], "none": []}
    groups = {"all": paths, "same": [again], "none": []}
    for _ in range(2):
        found = gather(counting.network(), groups, 8, store)
        assert {name: values.tolist() for name, values in found.items()} == wanted
        assert found["none"].shape == (0, 2)
    assert (counting.loaded, counting.images) == (1, 3)


def test_another_content_network_or_size_is_computed_again(tmp_path: Path) -> None:
    counting, store = Counting(), Store(tmp_path / "store")
    path = saved(tmp_path / "a.png", 5)
    first = gather(counting.network(), {"": [path]}, 8, store)[""]
    saved(path, 6)
    second = gather(counting.network(), {"": [path]}, 8, store)[""]
    gather(counting.network("other weights"), {"": [path]}, 8, store)
    smaller = gather(counting.network(), {"": [path]}, 4, store)[""]
    assert (first.tolist(), second.tolist(), smaller.tolist()) == ([[5, 8]], [[6, 8]], [[6, 4]])
    assert counting.images == 4


def test_a_file_that_is_no_image_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(OSError, match=r"a\.png"):
        gather(Counting().network(), {"": [tmp_path / "a.png"]}, 8, Store(tmp_path / "store"))


def vector(seed: int, width: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=width).astype(np.float32)


def entry(folder: Path) -> Path:
    [path] = (path for path in folder.rglob("*") if path.is_file())
    return path


def test_a_stored_vector_is_read_to_the_bit(tmp_path: Path) -> None:
    store = Store(tmp_path / "features")
    assert store.get(KEY, 64) is None
    store.put(KEY, vector(0))
    found = store.get(KEY, 64)
    assert found is not None
    assert (found == vector(0)).all()
    assert store.get(KEY, 65) is None


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b""])
def test_a_broken_entry_counts_as_missing_and_can_be_stored_again(tmp_path: Path, spoil: object) -> None:
    store = Store(tmp_path)
    store.put(KEY, vector(0))
    path = entry(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    assert store.get(KEY, 64) is None
    store.put(KEY, vector(1))
    assert store.get(KEY, 64) is not None


def test_the_least_recently_used_are_removed_first(tmp_path: Path) -> None:
    keys = [f"{number:064x}" for number in range(10)]
    store = Store(tmp_path, max_bytes=10 * 288 - 1)  # bytes of ten entries, but one
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
        "import sys, numpy as np; from pathlib import Path; from crossnet.evaluation.features import Store\n"
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
