"""One phone's patches are sides, its pairs are a list."""

import csv
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.base import Archive, SourceError
from tests.support.archived import archived, tree
from tests.support.datasets import dataset, run_at

TRAIN, TEST = range(40), range(5)


def patches(phone: str) -> dict[str, bytes]:
    """Files that say what they are; the last of the telephone's has no counterpart."""
    root = f"dped/{phone}"
    found = {
        f"{root}/{place}/{by}/{n}.jpg": f"{place} {by} {n}".encode()
        for place, numbers in (("training_data", TRAIN), ("test_data/patches", TEST))
        for by in (phone, "canon")
        for n in numbers
    }
    return found | {f"{root}/training_data/{phone}/999.jpg": b"alone"}


def fetch(raw: Path, store: Path, archives: list[Archive], phone: str, disjoint: bool, seed: int) -> None:
    named = {Path(archive.url).name.partition(".")[0]: archive for archive in archives}
    options = dataset("iphone2dslr", archives=named, phone=phone, disjoint=disjoint, seed=seed)
    options.fetch(raw, run_at(store, task="iphone2dslr"))


@pytest.fixture
def archives(tmp_path: Path) -> list[Archive]:
    """The training data in one, the test and what is of no use in another."""
    iphone = patches("iphone")
    other = {"dped/iphone/test_data/full_size_test_images/1.jpg": b"", "dped/iphone/training_data/canon/.3.jpg": b""}
    files = [
        {name: content for name, content in iphone.items() if "training" in name},
        {name: content for name, content in iphone.items() if "training" not in name} | other | patches("sony"),
    ]
    return [archived(tmp_path / "there" / f"dped_{i}.tar.gz", each) for i, each in enumerate(files)]


@pytest.fixture
def fetched(tmp_path: Path, archives: list[Archive]) -> Callable[[bool, int], dict[str, bytes]]:
    def call(disjoint: bool, seed: int = 0) -> dict[str, bytes]:
        raw = tmp_path / f"raw-{disjoint}-{seed}"
        fetch(raw, tmp_path / "store", archives, "iphone", disjoint, seed)
        return tree(raw)

    return call


def side(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {Path(path).name: content for path, content in files.items() if path.startswith(f"{name}/")}


def pairs(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(files["pairs.csv"].decode().splitlines()))


def test_all_patches_of_the_phone_are_on_their_sides(fetched: Callable[..., dict[str, bytes]]) -> None:
    files = fetched(False)
    assert side(files, "trainA") == {f"{n}.jpg": f"training_data iphone {n}".encode() for n in TRAIN} | {
        "999.jpg": b"alone"
    }
    assert side(files, "trainB") == {f"{n}.jpg": f"training_data canon {n}".encode() for n in TRAIN}
    for name, by in (("testA", "iphone"), ("testB", "canon")):
        assert side(files, name) == {f"{n}.jpg": f"test_data/patches {by} {n}".encode() for n in TEST}
    assert {path.split("/")[0] for path in files} == {"trainA", "trainB", "testA", "testB", "pairs.csv"}


@pytest.mark.parametrize("disjoint", [False, True])
def test_pairs_are_listed_in_full_and_their_files_are_there(
    fetched: Callable[..., dict[str, bytes]], disjoint: bool
) -> None:
    files = fetched(disjoint)
    shown = [(row["set"], files[row["phone"]].decode(), files[row["canon"]].decode()) for row in pairs(files)]
    assert sorted(shown) == sorted(
        [("train", f"training_data iphone {n}", f"training_data canon {n}") for n in TRAIN]
        + [("test", f"test_data/patches iphone {n}", f"test_data/patches canon {n}") for n in TEST]
    )


def test_disjoint_sides_share_no_number_and_have_about_half_each(fetched: Callable[..., dict[str, bytes]]) -> None:
    files = fetched(True)
    a, b = (set(side(files, name)) - {"999.jpg"} for name in ("trainA", "trainB"))
    assert not a & b
    assert a | b == {f"{n}.jpg" for n in TRAIN}
    assert min(len(a), len(b)) > 10
    assert all(content.startswith((b"training_data iphone", b"alone")) for content in side(files, "trainA").values())
    assert all(content.startswith(b"training_data canon") for content in side(files, "trainB").values())


def test_a_seed_decides(fetched: Callable[..., dict[str, bytes]], tmp_path: Path, archives: list[Archive]) -> None:
    first, other = fetched(True), fetched(True, 1)
    assert set(side(first, "trainA")) != set(side(other, "trainA"))
    fetch(tmp_path / "again", tmp_path / "store", archives, "iphone", True, 0)
    assert tree(tmp_path / "again") == first


def test_a_phone_that_is_not_there_is_named_with_what_is(tmp_path: Path, archives: list[Archive]) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path / "raw", tmp_path / "store", archives, "blackberry", False, 0)
    message = str(caught.value)
    assert "no trainA, no trainB, no testA, no testB, no pairs of train, no pairs of test; expected" in message
    assert "dped/blackberry/{training_data,test_data/patches}/{blackberry,canon}/<number>.jpg" in message
    assert "41 dped/iphone/training_data/iphone/*.jpg" in message
    assert "\n" not in message


def test_sides_without_a_pair_are_refused(tmp_path: Path) -> None:
    files = {f"dped/iphone/training_data/{by}/{n}.jpg": b"" for n, by in enumerate(("iphone", "canon"))}
    files |= {f"dped/iphone/test_data/patches/{by}/0.jpg": b"" for by in ("iphone", "canon")}
    with pytest.raises(SourceError, match=r"^[^\n]*dped\.tar\.gz: no pairs of train; [^\n]*$"):
        fetch(tmp_path / "raw", tmp_path / "store", [archived(tmp_path / "dped.tar", files)], "iphone", False, 0)


def test_the_same_files_in_two_archives_are_refused(tmp_path: Path) -> None:
    two = [archived(tmp_path / f"{i}.tar", patches("iphone")) for i in range(2)]
    with pytest.raises(SourceError, match=r"^[^\n]*1\.tar\.gz: has 0\.jpg for [^\n]*, which is there already[^\n]*$"):
        fetch(tmp_path / "raw", tmp_path / "store", two, "iphone", False, 0)


@pytest.mark.parametrize("disjoint", [False, True])
def test_pairs_of_train_a_are_prepared_for_supervised_methods(tmp_path: Path, disjoint: bool) -> None:
    def picture(level: int) -> bytes:
        file = BytesIO()
        noise = np.random.default_rng(level).integers(0, 20, (30, 30, 3), dtype=np.uint8)
        Image.fromarray(noise + np.uint8(level)).save(file, "PNG")
        return file.getvalue()

    root = "dped/iphone"
    files = {
        f"{root}/{place}/{by}/{n}.jpg": picture(first + shift + 2 * n)
        for place, count, first in (("training_data", 20, 0), ("test_data/patches", 2, 60))
        for by, shift in (("iphone", 0), ("canon", 100))
        for n in range(count)
    }
    raw, prepared = tmp_path / "raw", tmp_path / "prepared"
    fetch(raw, tmp_path / "store", [archived(tmp_path / "dped.tar", files)], "iphone", disjoint, 0)
    options = dataset("iphone2dslr", phone="iphone", disjoint=disjoint, seed=0)
    records = options.prepare(raw, prepared, run_at(tmp_path / "store", valid=0))
    assert records.kept["trainAB"] == records.kept["trainA"] < 20 + 1 * (not disjoint)
    for path in (prepared / "trainA").iterdir():
        phone, camera = (np.asarray(Image.open(prepared / side / path.name)).mean() for side in ("trainA", "trainAB"))
        assert camera - phone == pytest.approx(100, abs=2)
