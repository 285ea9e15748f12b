"""Photographs with masks: dealt out, cut out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.layout import Records, read_names
from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.cutouts import prepare
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit
from crossnet.data.preparation.target import Target

LOAD, SIZE, COUNT = 28, 24, 20


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Photographs of 48x36 with a mask each, of half of that size: white on the right half."""
    rng = np.random.default_rng(0)
    for name in ("photos", "masks"):
        (tmp_path / "raw" / name).mkdir(parents=True)
    mask = np.repeat(np.arange(24)[None] >= 12, 18, axis=0)
    for number in range(COUNT):
        photo = Image.fromarray(rng.integers(0, 200, (36, 48, 3), dtype=np.uint8))
        photo.save(tmp_path / "raw" / "photos" / f"{number:02d}.png")
        Image.fromarray(mask).save(tmp_path / "raw" / "masks" / f"{number:02d}.png")
    return tmp_path / "raw"


def run(
    raw: Path, name: str = "prepared", seed: int = 0, max_unreadable: float = 0.0, valid: int = 0
) -> tuple[Path, Records]:
    prepared = raw.parent / name
    dataset = Description("horses", {"a": "photographs", "b": "foregrounds"}, max_unreadable, "drop")
    return prepared, prepare(
        raw, Target(prepared, LOAD, SIZE, "stretch"), dataset, TrainTestSplit(0.2, seed), ValidationSplit(valid, 0)
    )


def read(folder: Path) -> dict[str, NDArray[np.uint8]]:
    return {path.stem: np.asarray(Image.open(path)) for path in sorted(folder.iterdir())}


def test_every_photograph_is_on_one_side(raw: Path) -> None:
    prepared, records = run(raw)
    assert records.kept == {"testA": 4, "testB": 4, "masksA": 4, "trainA": 8, "trainB": 8, "trainAB": 8}
    names = {side: set(read_names(prepared, side).values()) for side in ("trainA", "trainB", "testA", "testB")}
    assert names["testA"] == names["testB"]
    assert len(names["trainA"] | names["trainB"] | names["testA"]) == COUNT


def test_foregrounds_are_on_white_and_the_test_has_both_and_the_mask(raw: Path) -> None:
    prepared, _ = run(raw)
    a, b, masks = (read(prepared / side) for side in ("testA", "testB", "masksA"))
    assert a.keys() == b.keys() == masks.keys()
    for name in a:
        assert np.array_equal(masks[name] > 0, np.repeat(np.arange(SIZE)[None] >= SIZE // 2, SIZE, axis=0))
        assert (b[name][:, : SIZE // 2 - 2] >= 254).all()
        assert np.array_equal(b[name][:, SIZE // 2 + 2 :], a[name][:, SIZE // 2 + 2 :])
        assert a[name].max() < 210
    for side, light in (("trainA", False), ("trainB", True)):
        assert all((picture[:, : LOAD // 2 - 2] >= 254).all() == light for picture in read(prepared / side).values())
    train, pairs = read(prepared / "trainA"), read(prepared / "trainAB")
    assert train.keys() == pairs.keys()
    for name in train:
        assert (pairs[name][:, : LOAD // 2 - 2] >= 254).all()
        assert np.array_equal(pairs[name][:, LOAD // 2 + 2 :], train[name][:, LOAD // 2 + 2 :])


def test_the_seed_deals_them_out(raw: Path) -> None:
    first, again, other = (
        read_names(run(raw, name, seed)[0], "trainA") for name, seed in (("1", 0), ("2", 0), ("3", 1))
    )
    assert first == again != other


def test_what_has_no_mask_is_left_out_with_its_reason(raw: Path) -> None:
    (raw / "masks" / "03.png").unlink()
    with pytest.raises(
        PreparationError, match=r"^1 of 20 files cannot be read or used, .*photos/03\.png: no mask masks/03"
    ):
        run(raw)
    _, records = run(raw, max_unreadable=0.05)
    assert records.refused == {"photos/03.png": "no mask masks/03.*"}
    assert sum(records.kept[side] for side in ("testA", "trainA", "trainB")) == COUNT - 1


def test_what_has_a_mask_of_no_use_is_left_out_with_its_reason(raw: Path) -> None:
    (raw / "masks" / "03.png").write_bytes(b"%PDF-1.4")
    Image.new("L", (24, 18), 0).save(raw / "masks" / "07.png")
    Image.fromarray(np.indices((24, 18))[0] > 9).save(raw / "masks" / "11.png")
    with pytest.raises(PreparationError, match=r"^3 of 20 files cannot be read or used, .*a PDF document; take its"):
        run(raw)
    _, records = run(raw, max_unreadable=0.15)
    reasons = ["a mask that cannot be read: a PDF document", "levels 0 to 0", "a mask of 18x24, but its image"]
    for name, reason in zip(("03", "07", "11"), reasons, strict=True):
        assert reason in records.refused[f"photos/{name}.png"]
    assert sum(records.kept[side] for side in ("testA", "trainA", "trainB")) == COUNT - 3


def test_the_same_photograph_is_kept_once_and_for_the_test(raw: Path) -> None:
    for number in range(7):
        (raw / "photos" / f"{number:02d}.png").write_bytes((raw / "photos" / f"{number + 7:02d}.png").read_bytes())
    _, records = run(raw)
    kept = [row.digest for row in records.rows if row.kept and row.side in ("trainA", "trainB", "testA")]
    assert len(kept) == len(set(kept)) == COUNT - 7
    tested = {row.digest for row in records.rows if row.side == "testA"}
    assert {row.digest for row in records.rows if row.kept and row.side == "testA"} == tested


@pytest.mark.parametrize("missing", ["photos", "masks"])
def test_a_folder_that_is_missing_or_empty_stops_it(raw: Path, missing: str) -> None:
    for path in (raw / missing).iterdir():
        path.unlink()
    with pytest.raises(
        PreparationError, match=rf"{missing}: no images; expected \S+raw/{{photos/<name>.jpg and masks/"
    ):
        run(raw)
    (raw / missing).rmdir()
    with pytest.raises(PreparationError, match=rf"{missing}: no such folder; expected"):
        run(raw)


def test_held_back_photographs_have_what_the_test_has(raw: Path) -> None:
    prepared, records = run(raw, valid=5)
    without = run(raw, "without")[1].kept
    held = records.kept.get("validA", 0)
    assert held == min(5, without["trainA"] // 10)
    assert [records.kept.get(side, 0) for side in ("validB", "validMasksA")] == [held, held]
    assert records.kept["trainA"] == without["trainA"] - held
    assert (prepared / "validA").is_dir() is bool(held)
