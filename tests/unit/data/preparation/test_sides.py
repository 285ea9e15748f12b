"""A user's own images: any format in, square RGB out, what cannot be read told with its reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.layout import Records, read_names
from crossnet.data.preparation.checks import Overlap, PreparationError, RefusedError
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.sides import prepare
from crossnet.data.preparation.splits import ValidationSplit
from crossnet.data.preparation.target import Fit, Target

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


def run(
    raw: Path,
    max_unreadable: float = 1.0,
    fit: Fit = "stretch",
    paired: bool = False,
    overlap: Overlap = "stop",
    valid: int = 0,
) -> tuple[Path, Records]:
    prepared = raw.parent / "prepared"
    dataset = Description("folder", {"a": "images of A", "b": "images of B"}, max_unreadable, overlap)
    return prepared, prepare(raw, Target(prepared, LOAD, SIZE, fit), dataset, ValidationSplit(valid, 0), paired)


def read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def test_train_sides_get_the_load_size_and_test_sides_the_size(raw: Path) -> None:
    prepared, records = run(raw)
    assert records.kept == dict.fromkeys(SIDES, 3)
    assert records.enlarged == {}
    for side in SIDES:
        edge = LOAD if side.startswith("train") else SIZE
        assert {read(path).shape for path in (prepared / side).iterdir()} == {(edge, edge, 3)}
    described = json.loads((prepared / "dataset.json").read_text())
    assert (described["paired"], described["counts"]) == (False, records.kept)


def test_an_image_smaller_than_it_has_to_be_is_enlarged_and_counted(raw: Path) -> None:
    Image.new("RGB", (50, 26)).save(raw / "trainA" / "low.png")
    Image.new("RGB", (50, 26), "red").save(raw / "testA" / "low.png")
    prepared, records = run(raw)
    assert records.enlarged == {"trainA": 1}
    assert [row.note for row in records.rows if row.note] == ["enlarged from 50x26"]
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
def test_any_format_becomes_rgb_and_its_name_is_kept(
    raw: Path, image: Image.Image, name: str, colour: tuple[int, int, int]
) -> None:
    image.save(raw / "trainB" / name, **({"lossless": True} if name.endswith("webp") else {}))
    prepared, records = run(raw)
    [id_] = [id_ for id_, source in read_names(prepared, "trainB").items() if source == f"trainB/{name}"]
    pixels = read(prepared / "trainB" / f"{id_}.png")
    assert pixels.shape == (LOAD, LOAD, 3)
    assert pixels.mean((0, 1)) == pytest.approx(colour, abs=1)
    assert records.refused == {}


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
    "IMG_1.HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
    "notes.jpg": b"which of these are mine?",
    "no extension": b"\x89PNG\r\n\x1a\n of which no more came",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_left_out_with_its_reason(raw: Path, name: str) -> None:
    (raw / "trainA" / name).write_bytes(BROKEN[name])
    prepared, records = run(raw)
    assert list(records.refused) == [f"trainA/{name}"]
    assert records.refused[f"trainA/{name}"].strip()
    assert "\n" not in records.refused[f"trainA/{name}"]
    assert records.kept["trainA"] == len(list((prepared / "trainA").iterdir())) == 3
    assert records.report()["refused_count"] == 1


def test_an_image_is_known_by_its_content_whatever_its_name(raw: Path) -> None:
    (raw / "trainA" / "0.png").rename(raw / "trainA" / "0.jpg_large")
    (raw / "trainA" / "1.png").rename(raw / "trainA" / "no extension")
    prepared, records = run(raw)
    assert records.refused == {}
    assert set(read_names(prepared, "trainA").values()) == {"trainA/0.jpg_large", "trainA/no extension", "trainA/2.png"}


def test_a_hidden_file_is_no_image_and_is_not_counted(raw: Path) -> None:
    (raw / "trainA" / ".DS_Store").touch()
    _, records = run(raw)
    assert (records.refused, records.kept["trainA"]) == ({}, 3)


def test_float_values_are_refused_with_what_to_do(raw: Path) -> None:
    Image.fromarray(np.full((30, 30), 0.5, dtype=np.float32)).save(raw / "trainA" / "depth.tif")
    _, records = run(raw)
    assert "float values" in records.refused["trainA/depth.tif"]
    assert "convert it to 8- or 16-bit integers" in records.refused["trainA/depth.tif"]


def test_a_large_file_that_is_cut_off_is_found_by_decoding_it_in_full(raw: Path) -> None:
    path = raw / "testA" / "0.png"
    path.write_bytes(path.read_bytes()[:-400])
    assert list(run(raw)[1].refused) == ["testA/0.png"]


@pytest.mark.parametrize(
    ("broken", "max_unreadable", "stops"),
    [(1, 0.1, False), (2, 0.1, True), (1, 0.0, True), (3, 1.0, False), (3, 0.2, False)],
)
def test_too_large_a_share_of_broken_images_stops_it(
    raw: Path, broken: int, max_unreadable: float, stops: bool
) -> None:
    for number in range(broken):
        (raw / "trainA" / f"bad {number}.heic").write_bytes(b"bad")
    if not stops:
        assert len(run(raw, max_unreadable)[1].refused) == broken
        return
    message = (
        rf"^{broken} of {12 + broken} files cannot be read or used, .*{max_unreadable}.*trainA/bad 0.heic: [^\n]+$"
    )
    with pytest.raises(PreparationError, match=message):
        run(raw, max_unreadable)


def test_a_side_of_which_nothing_can_be_read_stops_it(raw: Path) -> None:
    for path in (raw / "testB").iterdir():
        path.write_bytes(b"")
    with pytest.raises(PreparationError, match=r"^testB: no image of it is left; the first of 3: testB/0.png: [^\n]+$"):
        run(raw)


def test_two_images_of_one_name_are_told_apart(raw: Path) -> None:
    Image.new("RGB", (30, 30)).save(raw / "trainA" / "0.jpg")
    prepared, records = run(raw)
    assert records.kept["trainA"] == len(list((prepared / "trainA").iterdir())) == 4


def test_two_images_that_could_have_one_mask_stop_it(masked: Path) -> None:
    Image.new("RGB", (40, 30)).save(masked / "testA" / "0.jpg")
    with pytest.raises(PreparationError, match="a second image of the name 0 in testA; rename one"):
        run(masked)


def test_the_square_in_the_middle_is_kept_with_its_mask(masked: Path) -> None:
    columns = np.broadcast_to(np.arange(40, dtype=np.uint8)[None, :, None], (30, 40, 3))
    Image.fromarray(columns).save(masked / "testA" / "0.png")
    prepared, records = run(masked, 0.0, "crop")
    found = read(prepared / "testA" / "0.png")
    assert (found.min(), found.max()) == (5, 34)
    assert np.array_equal(read(prepared / "masksA" / "0.png")[0] > 0, found[0, :, 0] >= 20)
    assert {row.note for row in records.rows if row.id == "0" and row.side != "masksA"} == {
        "cropped to the square in the middle"
    }


def test_pairs_go_together(raw: Path) -> None:
    def paired() -> Records:
        return run(raw, paired=True)[1]

    assert paired().kept == dict.fromkeys(SIDES, 3)
    (raw / "testA" / "1.png").write_bytes(b"")
    records = paired()
    assert (records.kept["testA"], records.kept["testB"]) == (2, 2)
    assert records.refused["testB/1.png"] == "its image of testA is left out"
    assert not (raw.parent / "prepared" / "testB" / "1.png").exists()
    (raw / "testB" / "0.png").unlink()
    with pytest.raises(PreparationError, match=r"testA/0\.png: no image of that name in \S+testB, and these are pairs"):
        paired()


def test_the_two_of_a_pair_may_be_the_same(raw: Path) -> None:
    (raw / "testB" / "0.png").write_bytes((raw / "testA" / "0.png").read_bytes())
    _, records = run(raw, 0.0, paired=True)
    assert records.kept == dict.fromkeys(SIDES, 3)


def test_what_an_earlier_preparation_left_goes(raw: Path) -> None:
    run(raw)
    (raw / "trainA" / "1.png").unlink()
    (raw.parent / "prepared" / "trainA" / ".2.png.partial").touch()
    prepared, records = run(raw)
    assert sorted(path.name for path in (prepared / "trainA").iterdir()) == ["0.png", "2.png"]
    assert records.kept["trainA"] == 2


def test_all_that_has_no_other_of_its_pair_is_counted(raw: Path) -> None:
    for name in ("testA/0.png", "testB/2.png"):
        (raw / name).unlink()
    with pytest.raises(PreparationError, match=r"testA/2\.png: no image of that name in .* remove this; so is 1 more$"):
        run(raw, paired=True)


def test_a_name_is_the_same_however_its_letters_are_composed(masked: Path) -> None:
    """macOS stores e and an accent, other systems one letter."""
    composed, apart = "caf\u00e9", "cafe\u0301"
    (masked / "testA" / "1.png").rename(masked / "testA" / f"{composed}.png")
    (masked / "testB" / "1.png").rename(masked / "testB" / f"{apart}.png")
    (masked / "masksA" / "1.gif").rename(masked / "masksA" / f"{apart}.gif")
    prepared, records = run(masked, 0.0, paired=True)
    assert records.refused == {}
    names = [{path.name for path in (prepared / side).iterdir()} for side in ("testA", "testB", "masksA")]
    assert names[0] == names[1] == names[2]
    (masked / "testA" / f"{apart}.png").write_bytes((masked / "testA" / "0.png").read_bytes())
    with pytest.raises(PreparationError, match="a second image of the name"):
        run(masked)


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
    prepared, records = run(masked)
    assert records.kept["masksA"] == 3
    found = read(prepared / "masksA" / "1.png")
    wanted = np.zeros((SIZE, SIZE), dtype=np.uint8)
    wanted[:, SIZE // 2 :] = 255
    assert np.array_equal(found, wanted)


def test_a_missing_mask_is_named(masked: Path) -> None:
    (masked / "masksA" / "1.gif").unlink()
    with pytest.raises(PreparationError, match=r"masksA/1: no mask of that name for testA/1\.png"):
        run(masked)


def test_all_masks_that_do_not_fit_are_told_at_once(masked: Path) -> None:
    (masked / "masksA" / "0.gif").unlink()
    (masked / "masksA" / "1.gif").write_bytes(b"<html>")
    Image.fromarray(RIGHT.T).save(masked / "masksA" / "2.gif")
    with pytest.raises(
        RefusedError, match=r"masksA/0: no mask of that name for testA/0\.png; and 2 more masks$"
    ) as told:
        run(masked)
    reasons = [row.note for row in told.value.records.rows if not row.kept]
    assert len(reasons) == 3
    for reason, wanted in zip(reasons, ("no mask of that name", "cannot be read: a web page", "of 30x40"), strict=True):
        assert wanted in reason


def test_an_image_that_is_refused_needs_no_mask(masked: Path) -> None:
    (masked / "masksA" / "1.gif").unlink()
    (masked / "testA" / "1.png").write_bytes(b"")
    prepared, _ = run(masked)
    names: list[Any] = [sorted(path.stem for path in (prepared / side).iterdir()) for side in ("testA", "masksA")]
    assert names == [["0", "2"], ["0", "2"]]


RIGHT = np.repeat(np.arange(40)[None] >= 20, 30, axis=0)  # (30, 40)


def layered(mode: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> Image.Image:
    """An image of one colour on the right half, of another on the left."""
    return Image.fromarray(np.where(RIGHT[..., None], inside, outside).astype(np.uint8), mode=mode)


def cut_out(colour: int) -> Image.Image:
    """A palette's image with its left half transparent, the rest of one grey."""
    image = Image.fromarray(RIGHT.astype(np.uint8), mode="P")
    image.putpalette([0, 255, 0, colour, colour, colour])
    image.info["transparency"] = 0
    return image


@pytest.mark.parametrize(
    ("mask", "name"),
    [
        pytest.param(layered("RGBA", (255, 255, 255, 255), (255, 255, 255, 0)), "1.png", id="white on transparent"),
        pytest.param(layered("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)), "1.png", id="black on transparent"),
        pytest.param(layered("RGBA", (9, 90, 9, 200), (250, 250, 250, 20)), "1.png", id="half transparent"),
        pytest.param(layered("LA", (255, 255), (0, 0)), "1.png", id="grey and alpha"),
        pytest.param(cut_out(255), "1.png", id="transparent colour of a PNG"),
        pytest.param(cut_out(20), "1.gif", id="transparent colour of a GIF"),
        pytest.param(layered("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)), "1.png", id="opaque all over"),
        pytest.param(layered("RGBA", (255, 255, 255, 250), (0, 0, 0, 255)), "1.png", id="nearly opaque all over"),
        pytest.param(layered("RGB", (130, 130, 130), (120, 120, 120)), "1.png", id="greys about half"),
        pytest.param(Image.fromarray(RIGHT), "1.png", id="bilevel"),
    ],
)
@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")
def test_a_mask_is_its_alpha_where_there_is_one_and_its_lightness_elsewhere(
    masked: Path, mask: Image.Image, name: str
) -> None:
    (masked / "masksA" / "1.gif").unlink()
    mask.save(masked / "masksA" / name)
    prepared, _ = run(masked)
    wanted = np.repeat(np.arange(SIZE)[None] >= SIZE // 2, SIZE, axis=0)
    assert np.array_equal(read(prepared / "masksA" / "1.png"), wanted * np.uint8(255))


@pytest.mark.parametrize(
    ("size", "fits"), [((20, 15), True), ((200, 150), True), ((141, 105), True), ((30, 40), False), ((41, 30), False)]
)
def test_a_mask_has_the_proportions_of_its_image(masked: Path, size: tuple[int, int], fits: bool) -> None:
    Image.fromarray(RIGHT).resize(size).save(masked / "masksA" / "1.gif")
    if fits:
        assert run(masked)[1].kept["masksA"] == 3
        return
    found = f"masksA/1.gif: a mask of {size[0]}x{size[1]}, but its image [^\n]*testA/1.png has 40x30, [^\n]*$"
    with pytest.raises(PreparationError, match=found):
        run(masked)


@pytest.mark.parametrize(("size", "fits"), [((30, 40), True), ((40, 30), False)])
def test_a_mask_is_of_its_image_as_exif_turns_it(masked: Path, size: tuple[int, int], fits: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(masked / "testA" / "1.png", exif=exif)
    Image.fromarray(RIGHT).resize(size).save(masked / "masksA" / "1.gif")
    if fits:
        assert run(masked)[1].kept["masksA"] == 3
        return
    with pytest.raises(PreparationError, match=r"a mask of 40x30, but its image [^\n]* has 30x40"):
        run(masked)


def test_a_mask_that_cannot_be_read_is_named(masked: Path) -> None:
    (masked / "masksA" / "1.gif").rename(masked / "masksA" / "1.heic")
    (masked / "masksA" / "1.heic").write_bytes(b"bad")
    with pytest.raises(PreparationError, match=r"^[^\n]*masksA/1\.heic: a mask that cannot be read: [^\n]+$"):
        run(masked)


def test_a_second_mask_of_a_name_stops_it(masked: Path) -> None:
    (masked / "masksA" / "1.jpeg").write_bytes(b"")
    with pytest.raises(PreparationError, match=r"masksA/1\.jpeg: a second mask of the name 1; remove or rename one"):
        run(masked)


@pytest.mark.parametrize("level", [0, 255])
def test_a_mask_without_foreground_or_background_stops_it(masked: Path, level: int) -> None:
    Image.new("L", (40, 30), level).save(masked / "masksA" / "1.gif")
    with pytest.raises(PreparationError, match=rf"masksA/1\.gif: a mask with levels {level} to {level}, so"):
        run(masked)


def noise(path: Path, seed: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.random.default_rng([9, seed]).integers(0, 256, (30, 40, 3), dtype=np.uint8)).save(path)


def many(raw: Path, count: int = 40) -> None:
    for number in range(count):
        for place, side in enumerate(("trainA", "trainB")):
            noise(raw / side / f"more {number}.png", 1000 * place + number)


@pytest.mark.parametrize(("valid", "kept"), [(0, 0), (2, 2), (100, 4)])
def test_images_are_held_back_from_training_and_never_more_than_a_tenth(raw: Path, valid: int, kept: int) -> None:
    many(raw)
    prepared, records = run(raw, valid=valid)
    for side in "AB":
        assert (records.kept.get(f"valid{side}", 0), records.kept[f"train{side}"]) == (kept, 43 - kept)
        trained, held = (set(read_names(prepared, f"{split}{side}").values()) for split in ("train", "valid"))
        assert not trained & held
        assert len(trained | held) == 43
        assert (prepared / f"valid{side}").is_dir() is bool(kept)
    assert records.kept["testA"] == 3
    if kept:
        assert {read(path).shape for path in (prepared / "validA").iterdir()} == {(SIZE, SIZE, 3)}


def test_a_few_more_images_change_little_of_what_is_held_back(raw: Path) -> None:
    many(raw)
    before = set(read_names(run(raw, valid=4)[0], "validA").values())
    noise(raw / "trainA" / "one more.png", 5000)
    after = set(read_names(run(raw, valid=4)[0], "validA").values())
    assert len(before & after) >= 3


def test_validation_sides_of_the_users_own_are_taken_and_none_is_held_back(raw: Path) -> None:
    many(raw)
    for place, side in enumerate(("validA", "validB")):
        for number in range(2):
            noise(raw / side / f"{number}.png", 7000 + 10 * place + number)
    (raw / "validMasksA").mkdir()
    for number in range(2):
        mask = np.zeros((30, 40), dtype=np.uint8)
        mask[:15] = 255
        Image.fromarray(mask).save(raw / "validMasksA" / f"{number}.png")
    prepared, records = run(raw, valid=4)
    counts = {side: records.kept[side] for side in ("validA", "validB", "validMasksA", "trainA")}
    assert counts == {"validA": 2, "validB": 2, "validMasksA": 2, "trainA": 43}
    assert not (prepared / "masksA").exists()


def test_a_picture_of_training_and_of_the_users_validation_is_a_leak(raw: Path) -> None:
    for side in ("validA", "validB"):
        noise(raw / side / "0.png", len(side) + ord(side[-1]))
    (raw / "trainA" / "copy.png").write_bytes((raw / "validA" / "0.png").read_bytes())
    with pytest.raises(PreparationError, match="of the test or of the validation"):
        run(raw)
    _, records = run(raw, overlap="drop")
    assert (records.kept["validA"], records.kept["trainA"]) == (1, 3)


def test_a_picture_twice_in_training_is_kept_once_whatever_is_held_back(raw: Path) -> None:
    """Also with overlap "stop": neither of the two comes from the test."""
    many(raw)
    for number in range(40):
        (raw / "trainA" / f"twin {number}.png").write_bytes((raw / "trainA" / f"more {number}.png").read_bytes())
    _, records = run(raw, valid=8)
    assert records.kept["trainA"] + records.kept["validA"] == 43
    assert {row.verdict for row in records.rows if not row.kept} == {"repeated"}


def noisy(path: Path, seed: int) -> None:
    path.parent.mkdir(exist_ok=True)
    pixels = np.random.default_rng([9, seed]).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def test_images_of_train_a_have_their_pairs_by_name(raw: Path) -> None:
    for number, name in enumerate(("0.jpg", "2.png", "5.png")):
        noisy(raw / "trainAB" / name, number)
    prepared, records = run(raw)
    ids = {source: id_ for id_, source in read_names(prepared, "trainA").items()}
    wanted = {ids["trainA/0.png"]: "trainAB/0.jpg", ids["trainA/2.png"]: "trainAB/2.png"}
    assert read_names(prepared, "trainAB") == wanted
    assert records.kept["trainAB"] == 2
    assert {read(path).shape for path in (prepared / "trainAB").iterdir()} == {(LOAD, LOAD, 3)}


def test_a_pair_goes_with_its_image_of_train_a_and_not_the_other_way_round(raw: Path) -> None:
    for number in range(3):
        noisy(raw / f"trainAB/{number}.png", number)
    (raw / "trainA/0.png").write_bytes(b"")
    (raw / "trainAB/1.png").write_bytes(b"")
    prepared, records = run(raw)
    assert (records.kept["trainA"], records.kept["trainAB"]) == (2, 1)
    assert [path.name for path in (prepared / "trainAB").iterdir()] == ["2.png"]
    assert records.refused["trainAB/0.png"] == "its image of trainA is left out"


def test_what_is_held_back_for_validation_is_in_no_pair(raw: Path) -> None:
    for number in range(20):
        for side, seed in (("trainA", 100), ("trainB", 200), ("trainAB", 300)):
            noisy(raw / f"{side}/{number}.png", seed + number)
    prepared, records = run(raw, valid=2)
    assert records.kept["validA"] == 2
    names = {side: {path.name for path in (prepared / side).iterdir()} for side in ("trainA", "trainAB")}
    assert len(names["trainA"]) == 18
    assert names["trainA"] == names["trainAB"]
