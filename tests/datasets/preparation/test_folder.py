"""A user's own images: any format in, square RGB out, what cannot be read told with its reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.datasets.layout import Ledger
from crossnet.datasets.preparation.folder import PreparationError, prepare

LOAD, SIZE = 28, 24
SIDES = ("trainA", "trainB", "testA", "testB")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Four sides of three noisy images each, 40x30."""
    for number, side in enumerate(SIDES):
        (tmp_path / "raw" / side).mkdir(parents=True)
        for i in range(3):
            pixels = np.random.default_rng([number, i]).integers(0, 256, (30, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "raw" / side / f"{i}.png")
    return tmp_path / "raw"


def run(raw: Path, refuse_above: float = 1.0) -> tuple[Path, Ledger]:
    prepared = raw.parent / "prepared"
    return prepared, prepare(raw, prepared, LOAD, SIZE, refuse_above)


def read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def test_train_sides_get_the_load_size_and_test_sides_the_size(raw: Path) -> None:
    prepared, ledger = run(raw)
    assert ledger.kept == dict.fromkeys(SIDES, 3)
    assert ledger.enlarged == {}
    for side in SIDES:
        edge = LOAD if side.startswith("train") else SIZE
        assert {read(path).shape for path in (prepared / side).iterdir()} == {(edge, edge, 3)}
    described = json.loads((prepared / "dataset.json").read_text())
    assert (described["paired"], described["counts"]) == (False, ledger.kept)


def test_an_image_smaller_than_it_has_to_be_is_enlarged_and_counted(raw: Path) -> None:
    Image.new("RGB", (50, 26)).save(raw / "trainA" / "low.png")
    Image.new("RGB", (50, 26)).save(raw / "testA" / "low.png")
    prepared, ledger = run(raw)
    assert ledger.enlarged == {"trainA": 1}
    assert read(prepared / "trainA" / "low.png").shape == (LOAD, LOAD, 3)


def paletted() -> Image.Image:
    image = Image.new("P", (30, 30), 0)
    image.putpalette([255, 0, 0])
    return image


@pytest.mark.parametrize(
    ("image", "name", "colour"),
    [
        pytest.param(Image.new("L", (30, 30), 90), "x.png", (90, 90, 90), id="grey"),
        pytest.param(paletted(), "x.gif", (255, 0, 0), id="palette"),
        pytest.param(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "x.tif", (255, 0, 0), id="CMYK"),
        pytest.param(Image.new("RGBA", (30, 30), (0, 0, 0, 51)), "x.webp", (204, 204, 204), id="alpha"),
        pytest.param(Image.fromarray(np.full((30, 30), 32896, np.uint16)), "x.png", (128, 128, 128), id="16 bit"),
        pytest.param(Image.new("RGB", (30, 30), (9, 8, 7)), "weiß und schön.bmp", (9, 8, 7), id="unicode name"),
        pytest.param(Image.new("RGB", (30, 30), (9, 8, 7)), "X.PNG", (9, 8, 7), id="upper case"),
    ],
)
def test_any_format_becomes_rgb_under_its_own_name(
    raw: Path, image: Image.Image, name: str, colour: tuple[int, int, int]
) -> None:
    image.save(raw / "trainB" / name, **({"lossless": True} if name.endswith("webp") else {}))
    prepared, ledger = run(raw)
    pixels = read(prepared / "trainB" / f"{Path(name).stem}.png")
    assert pixels.shape == (LOAD, LOAD, 3)
    assert pixels.mean((0, 1)) == pytest.approx(colour, abs=1)
    assert ledger.refused == {}


def test_the_orientation_of_exif_is_applied(raw: Path) -> None:
    top_black = np.full((40, 40, 3), 255, dtype=np.uint8)
    top_black[:20] = 0
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(top_black).save(raw / "testB" / "turned.png", exif=exif)
    pixels = read(run(raw)[0] / "testB" / "turned.png")
    assert pixels[:8].min() > 250
    assert pixels[-8:].max() < 5


BROKEN = {
    "empty.png": b"",
    "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
    "cut.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_left_out_with_its_reason(raw: Path, name: str) -> None:
    (raw / "trainA" / name).write_bytes(BROKEN[name])
    prepared, ledger = run(raw)
    assert list(ledger.refused) == [f"trainA/{name}"]
    assert ledger.refused[f"trainA/{name}"].strip()
    assert "\n" not in ledger.refused[f"trainA/{name}"]
    assert ledger.kept["trainA"] == len(list((prepared / "trainA").iterdir())) == 3
    assert ledger.report()["refused_count"] == 1


def test_a_large_file_that_is_cut_off_is_found_by_decoding_it_in_full(raw: Path) -> None:
    path = raw / "testA" / "0.png"
    path.write_bytes(path.read_bytes()[:-400])
    assert list(run(raw)[1].refused) == ["testA/0.png"]


@pytest.mark.parametrize(
    ("broken", "refuse_above", "stops"),
    [(1, 0.1, False), (2, 0.1, True), (1, 0.0, True), (3, 1.0, False), (3, 0.2, False)],
)
def test_too_large_a_share_of_broken_images_stops_it(raw: Path, broken: int, refuse_above: float, stops: bool) -> None:
    for number in range(broken):
        (raw / "trainA" / f"bad {number}.jpg").write_bytes(b"bad")
    if not stops:
        assert len(run(raw, refuse_above)[1].refused) == broken
        return
    message = (
        rf"^{broken} of {12 + broken} images cannot be read, .*refuse_above {refuse_above}.*trainA/bad 0.jpg: [^\n]+$"
    )
    with pytest.raises(PreparationError, match=message):
        run(raw, refuse_above)


def test_a_side_of_which_nothing_can_be_read_stops_it(raw: Path) -> None:
    for path in (raw / "testB").iterdir():
        path.write_bytes(b"")
    with pytest.raises(PreparationError, match=r"^testB: no image of it can be read$"):
        run(raw)


def test_two_images_of_one_name_stop_it(raw: Path) -> None:
    Image.new("RGB", (30, 30)).save(raw / "trainA" / "0.jpg")
    with pytest.raises(PreparationError, match="a second image of the name 0 in trainA"):
        run(raw)


@pytest.fixture
def masked(raw: Path) -> Path:
    """The same with masks for the three images of testA: white on the right half."""
    (raw / "masksA").mkdir()
    half = np.zeros((30, 40), dtype=np.uint8)
    half[:, 20:] = 255
    for i in range(3):
        Image.fromarray(half).save(raw / "masksA" / f"{i}.gif")
    return raw


def test_a_mask_is_resized_with_its_image_and_stays_black_and_white(masked: Path) -> None:
    prepared, ledger = run(masked)
    assert ledger.kept["masksA"] == 3
    found = read(prepared / "masksA" / "1.png")
    wanted = np.zeros((SIZE, SIZE), dtype=np.uint8)
    wanted[:, SIZE // 2 :] = 255
    assert np.array_equal(found, wanted)


def test_a_missing_mask_is_named(masked: Path) -> None:
    (masked / "masksA" / "1.gif").unlink()
    with pytest.raises(PreparationError, match=r"masksA/1: no mask of that name for testA/1\.png"):
        run(masked)


def test_an_image_that_is_refused_needs_no_mask(masked: Path) -> None:
    (masked / "masksA" / "1.gif").unlink()
    (masked / "testA" / "1.png").write_bytes(b"")
    prepared, _ = run(masked)
    names: list[Any] = [sorted(path.stem for path in (prepared / side).iterdir()) for side in ("testA", "masksA")]
    assert names == [["0", "2"], ["0", "2"]]
