"""Products on white: dealt out by model or folder, some of them set into scenery."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from crossnet.data.base import Group
from crossnet.data.layout import Records, read_names
from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.compose import Crops, Placing
from crossnet.data.preparation.products import Most, prepare
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit
from crossnet.data.preparation.target import Target

LOAD, SIZE, EDGE = 56, 48, 40
CROPS = Crops((0.3, 0.9), (0.4, 0.5))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """16 models of three photographs each in two folders; scenery: green to train on, red to validate, blue to test."""
    for model in range(16):
        for view in range(3):
            path = tmp_path / "raw/products/Shoes" / ("Boots" if model % 2 else "Oxfords") / f"{model}.{view}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            shoe = Image.new("RGB", (EDGE, EDGE), "white")
            ImageDraw.Draw(shoe).ellipse((8, 10 + view, 31, 28), fill=(150, 10 * model, 0))
            shoe.save(path, quality=95)
    for split, channel in (("train", 1), ("valid", 0), ("test", 2)):
        picture = np.zeros((60, 160, 3), dtype=np.uint8)
        picture[..., channel] = np.random.default_rng(0).integers(90, 160, (60, 160))
        (tmp_path / "raw/scenery" / split).mkdir(parents=True)
        Image.fromarray(picture).save(tmp_path / "raw/scenery" / split / "place.png")
    return tmp_path / "raw"


def run(
    raw: Path,
    name: str = "prepared",
    seed: int = 0,
    most: Most = Most(100, 100),  # noqa: B008 - frozen
    group: Group = "model",
    max_unreadable: float = 0.0,
    valid: int = 0,
    placing: Placing | None = None,
) -> tuple[Path, Records]:
    target = Target(raw.parent / name, LOAD, SIZE, "stretch")
    dataset = Description("shoes", {"a": "shoes on scenery", "b": "shoes on white"}, max_unreadable, "drop")
    return target.folder, prepare(
        raw, target, dataset, TrainTestSplit(0.25, seed), most, group, 12, CROPS, ValidationSplit(valid, 0), placing
    )


def read(folder: Path) -> dict[str, NDArray[np.uint8]]:
    return {path.stem: np.asarray(Image.open(path)).astype(np.int16) for path in sorted(folder.iterdir())}


def models(prepared: Path, side: str) -> set[str]:
    return {source.split("/")[-1].split(".")[0] for source in read_names(prepared, side).values()}


def test_a_model_is_on_one_side(raw: Path) -> None:
    prepared, records = run(raw)
    assert records.kept == {"testA": 12, "testB": 12, "masksA": 12, "trainA": 18, "trainB": 18, "trainAB": 18}
    test, a, b = (models(prepared, side) for side in ("testA", "trainA", "trainB"))
    assert not test & a | test & b | a & b
    assert (len(test), len(a), len(b)) == (4, 6, 6)
    assert records.enlarged == {"testA": 12, "testB": 12, "trainA": 18, "trainB": 18, "trainAB": 18}


def test_a_folder_is_on_one_side(raw: Path) -> None:
    with pytest.raises(PreparationError, match=r"^2 groups of images that belong together, for the 3 parts"):
        run(raw, group="folder")
    for model in (1, 3):
        for view in range(3):
            path = raw / f"products/Shoes/Sandals/{model}.{view}.jpg"
            path.parent.mkdir(exist_ok=True)
            (raw / f"products/Shoes/Boots/{model}.{view}.jpg").rename(path)
    prepared, _ = run(raw, group="folder")
    folders = [
        {Path(s).parent.name for s in read_names(prepared, side).values()} for side in ("testA", "trainA", "trainB")
    ]
    assert sorted(map(len, folders)) == [1, 1, 1]
    assert len(set.union(*folders)) == 3


def test_a_side_has_at_most_so_many(raw: Path) -> None:
    prepared, records = run(raw, most=Most(5, 2))
    assert records.kept == {"testA": 2, "testB": 2, "masksA": 2, "trainA": 5, "trainB": 5, "trainAB": 5}
    assert len(models(prepared, "trainA")) > 2


def test_the_white_is_replaced_and_the_mask_follows(raw: Path) -> None:
    prepared, _ = run(raw)
    a, b, masks = (read(prepared / side) for side in ("testA", "testB", "masksA"))
    assert a.keys() == b.keys() == masks.keys()
    for name in a:
        inside, outside = masks[name] == 255, masks[name] == 0
        far = ~_grown(inside, 3)
        assert np.abs(a[name] - b[name])[~_grown(outside, 3)].max() <= 2
        assert b[name][far].min() > 240
        assert a[name][far][:, 2].min() > a[name][far][:, :2].max()
    for picture in read(prepared / "trainA").values():
        assert picture[:4, :4, 1].min() > picture[:4, :4, 2].max()
    for side in ("trainB", "trainAB"):
        for picture in read(prepared / side).values():
            assert picture[:4, :4].min() > 240
    train, pairs = read(prepared / "trainA"), read(prepared / "trainAB")
    assert train.keys() == pairs.keys()
    middle = slice(LOAD // 2 - 2, LOAD // 2 + 2)
    assert all(np.abs(train[name] - pairs[name])[middle, middle].max() <= 2 for name in train)


def _grown(flags: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    padded = np.pad(flags, by)
    shape = flags.shape
    return np.any([padded[i : i + shape[0], j : j + shape[1]] for i in range(2 * by + 1) for j in range(2 * by + 1)], 0)


def test_scenery_depends_on_the_file_and_the_seed_alone(raw: Path) -> None:
    first, again, other = (run(raw, name, seed=seed)[0] for name, seed in (("1", 0), ("2", 0), ("3", 1)))
    assert (first / "names.csv").read_text() == (again / "names.csv").read_text() != (other / "names.csv").read_text()
    a, b = read(first / "trainA"), read(again / "trainA")
    assert all(np.array_equal(a[name], b[name]) for name in a)
    corners = {picture[:4, :4].tobytes() for picture in a.values()}
    assert len(corners) == len(a)


def test_what_is_not_on_white_is_left_out_with_its_reason(raw: Path) -> None:
    Image.new("RGB", (EDGE, EDGE), "grey").save(raw / "products/Shoes/Boots/1.0.jpg")
    (raw / "products/Shoes/Boots/3.0.jpg").write_bytes(b"<html>")
    with pytest.raises(PreparationError, match=r"^2 of 48 files cannot be read or used"):
        run(raw)
    _, records = run(raw, max_unreadable=0.1)
    assert "not a product on white" in records.refused["products/Shoes/Boots/1.0.jpg"]
    assert "a web page; download the image itself" in records.refused["products/Shoes/Boots/3.0.jpg"]


def test_the_same_product_twice_is_kept_once(raw: Path) -> None:
    for model in range(16):
        folder = raw / "products/Shoes" / ("Boots" if model % 2 else "Oxfords")
        (folder / f"{model}.1.jpg").write_bytes((folder / f"{model}.0.jpg").read_bytes())
    _, records = run(raw)
    assert records.kept == {"testA": 8, "testB": 8, "masksA": 8, "trainA": 12, "trainB": 12, "trainAB": 12}


@pytest.mark.parametrize("missing", ["products", "scenery"])
def test_what_is_missing_is_told_with_the_layout(raw: Path, missing: str) -> None:
    for path in (raw / missing).rglob("*.*"):
        path.unlink()
    with pytest.raises(
        PreparationError, match=rf"{missing}(/train)?: no images; expected \S+/{{products/\*\*/<name>.jpg on white"
    ):
        run(raw)


def test_scenery_that_cannot_be_read_stops_it(raw: Path) -> None:
    (raw / "scenery" / "test" / "place.png").write_bytes(b"")
    with pytest.raises(PreparationError, match=r"scenery/test/place\.png: scenery that cannot be read: "):
        run(raw)


def test_held_back_products_have_what_the_test_has_and_share_no_model(raw: Path) -> None:
    for model in range(16, 60):
        for view in range(3):
            shoe = Image.new("RGB", (EDGE, EDGE), "white")
            ImageDraw.Draw(shoe).ellipse((8, 10 + view, 31, 28), fill=(150, 3 * model, 90))
            shoe.save(raw / f"products/Shoes/Boots/{model}.{view}.jpg", quality=95)
    prepared, records = run(raw, valid=6)
    kept = records.kept
    assert (kept["validA"], kept["validB"], kept["validMasksA"]) == (6, 6, 6)
    assert not models(prepared, "validA") & models(prepared, "trainA")
    for picture in read(prepared / "validA").values():
        assert picture[:4, :4, 0].min() > picture[:4, :4, 1:].max()  # scenery of its own


def test_placed_products_keep_their_shape_and_are_where_the_mask_is(raw: Path) -> None:
    prepared, _ = run(raw, placing=Placing((0.3, 0.7), 0))
    a, b, masks = (read(prepared / side) for side in ("testA", "testB", "masksA"))
    places = set()
    for name in masks:
        rows, columns = (np.flatnonzero((masks[name] == 255).any(axis)) for axis in (1, 0))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert 0.25 * SIZE < width < 0.75 * SIZE
        assert width / height == pytest.approx(24 / 18, abs=0.2)
        places.add((rows[0], columns[0]))
        assert b[name][masks[name] == 0].mean() > 235
        assert np.abs(a[name] - b[name])[~_grown(masks[name] == 0, 2)].max() <= 8
    assert len(places) > len(masks) / 2
