"""Rendered objects, set into scenery for training, validation and test."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.layout import Records
from tests.support.datasets import dataset, run_at

LOAD, SIZE, BACKGROUNDS = 28, 24, 2
TESTS = {"testA": 2, "testB": 2, "masksA": 2, "validA": 1, "validB": 1, "validMasksA": 1}
COUNTS = {"trainA": 3 * BACKGROUNDS, "trainB": 3, "trainAB": 3 * BACKGROUNDS} | TESTS
CHANNELS = {"train": 0, "valid": 1, "test": 2}  # of a split's scenery: no other has any of it


def disc(size: int, level: int) -> NDArray[np.uint8]:
    """A grey disc of a soft edge on nothing, (size, size, 4)."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    alpha = ((size / 3 - np.hypot(x, y)) * 100 + 128).clip(0, 255)
    return np.concatenate([np.full((size, size, 3), level), alpha[..., None]], -1).astype(np.uint8)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Two objects to test, one to validate, three for each train side; scenery of one colour for each split."""
    folder = tmp_path / "raw"
    for side, numbers, size in (
        ("testA", range(2), SIZE),
        ("trainA", range(2, 5), LOAD),
        ("trainB", range(5, 8), LOAD),
        ("validA", range(8, 9), SIZE),
    ):
        (folder / "objects" / side).mkdir(parents=True)
        for number in numbers:
            Image.fromarray(disc(size, 20 * number)).save(folder / "objects" / side / f"{number:05d}.png")
    for split, channel in CHANNELS.items():
        picture = np.zeros((60, 160, 3), dtype=np.uint8)
        picture[..., channel] = np.random.default_rng(0).integers(90, 160, (60, 160))
        (folder / "scenery" / split).mkdir(parents=True)
        Image.fromarray(picture).save(folder / "scenery" / split / "place.png")
    return folder


@pytest.fixture
def striped(raw: Path) -> Path:
    """The same, with another version of each object to test and to validate, and of those of train A."""
    for of, version, size in (("testA", "testB", SIZE), ("validA", "validB", SIZE), ("trainA", "trainAB", LOAD)):
        (raw / "objects" / version).mkdir()
        for path in (raw / "objects" / of).iterdir():
            Image.fromarray(disc(size, 230)).save(raw / "objects" / version / path.name)
    return raw


def run(raw: Path, name: str = "prepared", seed: int = 0, task: str = "sculptures") -> tuple[Path, Records]:
    options = dataset(task, seed=seed, scenery_reduction=[0.3, 0.9], scenery_luminance=[0.4, 0.5])
    prepared = raw.parent / name
    return prepared, options.prepare(
        raw, prepared, run_at(raw / "store", task=task, load_size=LOAD, size=SIZE, backgrounds=BACKGROUNDS)
    )


def read(folder: Path) -> dict[str, NDArray[np.uint8]]:
    pictures = {}
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            pictures[path.stem] = np.asarray(image)
    return pictures


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_side_has_its_count_and_size(raw: Path) -> None:
    prepared, records = run(raw)
    assert records.report() == {"kept": COUNTS, "enlarged": {}, "refused_count": 0, "refused": {}}
    for side, count in COUNTS.items():
        pictures = read(prepared / side)
        edge = LOAD if side.startswith("train") else SIZE
        assert len(pictures) == count
        assert {picture.shape for picture in pictures.values()} == {(edge, edge) if "asks" in side else (edge, edge, 3)}
    described = json.loads((prepared / "dataset.json").read_text())
    assert described["counts"] == COUNTS
    assert described["paired"] is described["valid_paired"] is True
    assert described["truth"] == {"to_b": "image", "to_a": "object"}
    assert (described["load_size"], described["size"]) == (LOAD, SIZE)


def test_train_a_and_train_b_share_no_object(raw: Path) -> None:
    prepared, _ = run(raw)
    a, b = ({path.stem.split("-")[0] for path in (prepared / side).iterdir()} for side in ("trainA", "trainB"))
    assert (len(a), len(b)) == (3, 3)
    assert not a & b


def test_the_test_side_has_both_versions_and_the_mask(raw: Path) -> None:
    prepared, _ = run(raw)
    a, b, masks = (read(prepared / side) for side in ("testA", "testB", "masksA"))
    assert a.keys() == b.keys() == masks.keys()
    for name, number in (("00000", 0), ("00001", 1)):
        opaque, empty = (disc(SIZE, 0)[..., 3] == level for level in (255, 0))
        assert np.unique(masks[name]).tolist() == [0, 255]
        assert (masks[name][opaque] == 255).all()
        assert (masks[name][empty] == 0).all()
        assert (b[name][empty] == 255).all()
        assert (a[name][opaque] == 20 * number).all()
        assert (b[name][opaque] == 20 * number).all()
        assert (a[name][empty] < 255).all()


def test_train_a_is_there_on_white_for_supervised_methods(raw: Path) -> None:
    prepared, _ = run(raw)
    opaque, empty = (disc(LOAD, 0)[..., 3] == level for level in (255, 0))
    train, pairs = (read(prepared / side) for side in ("trainA", "trainAB"))
    assert train.keys() == pairs.keys()
    for name in train:
        assert np.array_equal(pairs[name][opaque], train[name][opaque])
        assert (pairs[name][empty] == 255).all()


def test_a_striped_object_of_train_a_has_the_scenery_of_its_plain_version(striped: Path) -> None:
    prepared, _ = run(striped, task="stripes")
    opaque, empty = (disc(LOAD, 0)[..., 3] == level for level in (255, 0))
    train, pairs = (read(prepared / side) for side in ("trainA", "trainAB"))
    assert train.keys() == pairs.keys()
    assert len({picture.tobytes() for picture in pairs.values()}) == 3 * BACKGROUNDS
    for name in train:
        assert np.array_equal(pairs[name][empty], train[name][empty])
        assert (pairs[name][opaque] == 230).all()
        assert (train[name][opaque] < 100).all()


@pytest.mark.parametrize("side", ["trainA", "validA", "testA"])
def test_the_scenery_of_a_split_is_of_its_own_photographs(raw: Path, side: str) -> None:
    prepared, _ = run(raw)
    empty = disc(LOAD if side == "trainA" else SIZE, 0)[..., 3] == 0
    own = CHANNELS[side[:-1]]
    for picture in read(prepared / side).values():
        assert picture[empty][:, own].min() > picture[empty][:, [each for each in range(3) if each != own]].max()


def test_a_striped_object_has_the_scenery_of_its_plain_version(striped: Path) -> None:
    prepared, records = run(striped, task="stripes")
    assert records.kept == COUNTS | {"trainB": 3 * BACKGROUNDS}
    opaque, empty = (disc(SIZE, 0)[..., 3] == level for level in (255, 0))
    for split in ("test", "valid"):
        a, b = (read(prepared / f"{split}{domain}") for domain in "AB")
        assert a.keys() == b.keys()
        for name in a:
            assert np.array_equal(a[name][empty], b[name][empty])
            assert np.ptp(a[name][empty]) > 20
            assert (b[name][opaque] == 230).all()
            assert (a[name][opaque] < 230).all()
    assert json.loads((prepared / "dataset.json").read_text())["truth"] == {"to_b": "image", "to_a": "image"}
    assert not any((picture == 255).all(-1).any() for picture in read(prepared / "trainB").values())


def test_without_objects_to_validate_there_are_no_such_sides(raw: Path) -> None:
    (raw / "objects/validA/00008.png").unlink()
    (raw / "objects/validA").rmdir()
    prepared, records = run(raw)
    assert not {name for name in records.kept if name.startswith("valid")}
    assert not list(prepared.glob("valid*"))
    assert json.loads((prepared / "dataset.json").read_text())["valid_paired"] is False


def test_each_background_of_an_object_is_another(raw: Path) -> None:
    pictures = read(run(raw)[0] / "trainA")
    assert not np.array_equal(pictures["00002-0"], pictures["00002-1"])


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_scenery(raw: Path) -> None:
    first, again, other = (files(run(raw, name, seed)[0]) for name, seed in (("1", 0), ("2", 0), ("3", 1)))
    assert first == again
    changed = {name.split("/")[0] for name in first if first[name] != other[name]}
    assert changed == {"trainA", "testA", "validA"}


def test_a_render_of_another_size_is_refused_with_the_remedy(raw: Path) -> None:
    Image.fromarray(disc(LOAD, 0)).save(raw / "objects" / "testA" / "00000.png")
    with pytest.raises(ValueError, match=r"00000\.png: RGBA \(28, 28\), wanted RGBA \(24, 24\); run `dvc repro"):
        run(raw)


def test_a_render_that_is_cut_off_is_an_error(raw: Path) -> None:
    path = raw / "objects" / "trainB" / "00006.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(OSError, match=r"\S"):
        run(raw)
