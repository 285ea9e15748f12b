"""Features by content: computed once, whatever a file is called."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.evaluation.features import Extract, Network, gather
from crossnet.evaluation.store import Store


class Counting:
    """A network of two features, the mean and the width of an image, that knows what it was asked."""

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


def test_another_content_network_or_size_is_computed_anew(tmp_path: Path) -> None:
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
