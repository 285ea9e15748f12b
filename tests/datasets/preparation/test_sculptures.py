"""The default task, laid out for training."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.datasets.layout import Ledger
from crossnet.datasets.preparation.compose import Crops
from crossnet.datasets.preparation.sculptures import prepare

LOAD, SIZE, BACKGROUNDS = 28, 24, 2
COUNTS = {"trainA": 3 * BACKGROUNDS, "trainB": 3, "testA": 2, "testB": 2, "masksA": 2}


def disc(size: int, level: int) -> NDArray[np.uint8]:
    """A grey disc of a soft edge on nothing, (size, size, 4)."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    alpha = ((size / 3 - np.hypot(x, y)) * 100 + 128).clip(0, 255)
    return np.concatenate([np.full((size, size, 3), level), alpha[..., None]], -1).astype(np.uint8)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Two objects to test, three for each train side; scenery red on the left, blue on the right."""
    folder = tmp_path / "raw"
    for side, numbers, size in (
        ("testA", range(2), SIZE),
        ("trainA", range(2, 5), LOAD),
        ("trainB", range(5, 8), LOAD),
    ):
        (folder / "objects" / side).mkdir(parents=True)
        for number in numbers:
            Image.fromarray(disc(size, 20 * number)).save(folder / "objects" / side / f"{number:05d}.png")
    (folder / "scenery").mkdir()
    picture = np.random.default_rng(0).integers(90, 160, (60, 160, 3), dtype=np.uint8)
    picture[:, :120, 2] = picture[:, 120:, 0] = 0
    Image.fromarray(picture).save(folder / "scenery" / "place.png")
    return folder


def run(raw: Path, name: str = "prepared", seed: int = 0) -> tuple[Path, Ledger]:
    prepared = raw.parent / name
    return prepared, prepare(raw, prepared, LOAD, SIZE, BACKGROUNDS, Crops((0.3, 0.9), (0.4, 0.5)), seed)


def read(folder: Path) -> dict[str, NDArray[np.uint8]]:
    pictures = {}
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            pictures[path.stem] = np.asarray(image)
    return pictures


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_side_has_its_count_and_size(raw: Path) -> None:
    prepared, ledger = run(raw)
    assert ledger.report() == {"kept": COUNTS, "enlarged": {}, "refused_count": 0, "refused": {}}
    for side, count in COUNTS.items():
        pictures = read(prepared / side)
        edge = LOAD if side.startswith("train") else SIZE
        assert len(pictures) == count
        assert {picture.shape for picture in pictures.values()} == {
            (edge, edge) if side == "masksA" else (edge, edge, 3)
        }
    described = json.loads((prepared / "dataset.json").read_text())
    assert described["counts"] == COUNTS
    assert described["paired"] is True
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


def test_scenery_of_the_test_side_is_never_seen_in_training(raw: Path) -> None:
    prepared, _ = run(raw)
    empty = {size: disc(size, 0)[..., 3] == 0 for size in (LOAD, SIZE)}
    for side, size, missing in (("trainA", LOAD, 2), ("testA", SIZE, 0)):
        for picture in read(prepared / side).values():
            assert picture[empty[size]][:, missing].max() < picture[empty[size]][:, 2 - missing].min()


def test_each_background_of_an_object_is_another(raw: Path) -> None:
    pictures = read(run(raw)[0] / "trainA")
    assert not np.array_equal(pictures["00002-0"], pictures["00002-1"])


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_scenery(raw: Path) -> None:
    first, again, other = (files(run(raw, name, seed)[0]) for name, seed in (("1", 0), ("2", 0), ("3", 1)))
    assert first == again
    changed = {name.split("/")[0] for name in first if first[name] != other[name]}
    assert changed == {"trainA", "testA"}


def test_a_render_of_another_size_is_refused_with_the_remedy(raw: Path) -> None:
    Image.fromarray(disc(LOAD, 0)).save(raw / "objects" / "testA" / "00000.png")
    with pytest.raises(ValueError, match=r"00000\.png: RGBA \(28, 28\), wanted RGBA \(24, 24\); run `dvc repro"):
        run(raw)


def test_a_render_that_is_cut_off_is_an_error(raw: Path) -> None:
    path = raw / "objects" / "trainB" / "00006.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(OSError, match=r"\S"):
        run(raw)
