"""What goes wrong with images, injected into files on the disk, and what the user then gets."""

import csv
import io
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import register_heif_opener
from ruamel.yaml import YAML

from crossnet.data.layout import Records, read_names, translation_names
from crossnet.data.preparation.checks import Overlap, PreparationError, RefusedError
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.report import report
from crossnet.data.preparation.sides import prepare
from crossnet.data.preparation.splits import ValidationSplit
from crossnet.data.preparation.target import Fit, Target
from crossnet.params import load_params
from crossnet.training.batches import Batches, load_images
from stages.prepare import prepare as prepare_stage
from tests.support.committed import PARAMS
from tests.support.tiny import method, tiny_schedule, trained, weights_of

LOAD, SIZE = 28, 24
SIDES = ("trainA", "trainB", "testA", "testB")


def noise(*seed: int, size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))


def make(raw: Path, count: int = 3) -> Path:
    for number, side in enumerate(SIDES):
        (raw / side).mkdir(parents=True)
        for i in range(count):
            noise(number, i).save(raw / side / f"{i}.png")
    return raw


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Four sides of three images each."""
    return make(tmp_path / "raw")


def run(raw: Path, max_unreadable: float = 1.0, fit: Fit = "stretch", overlap: Overlap = "stop") -> Records:
    dataset = Description("folder", {"a": "images of A", "b": "images of B"}, max_unreadable, overlap)
    return prepare(raw, Target(raw.parent / "prepared", LOAD, SIZE, fit), dataset, ValidationSplit(0, 0))


def prepared(raw: Path, file: str) -> NDArray[np.uint8]:
    """What a file has become."""
    side = file.split("/")[0]
    [id_] = [id_ for id_, source in read_names(raw.parent / "prepared", side).items() if source == file]
    with Image.open(raw.parent / "prepared" / side / f"{id_}.png") as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def stopped(raw: Path, **options: Any) -> str:
    """The message of a preparation that stops, which is one line."""
    with pytest.raises(PreparationError) as caught:
        run(raw, **options)
    assert "\n" not in str(caught.value)
    assert not (raw.parent / "prepared" / "dataset.json").exists()
    return str(caught.value)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("how", ["missing", "empty", "hidden files alone"])
def test_a_side_that_is_missing_or_empty_stops_with_its_path_and_the_layout(raw: Path, side: str, how: str) -> None:
    for path in (raw / side).iterdir():
        path.unlink()
    if how == "missing":
        (raw / side).rmdir()
    elif how != "empty":
        (raw / side / ".DS_Store").touch()
    told = stopped(raw)
    assert told.startswith(f"{raw / side}: no {'such folder' if how == 'missing' else 'images'}; ")
    assert ("; there is 1 file that is no image: 1 hidden; " in told) == (how == "hidden files alone")
    assert told.endswith("/{trainA,trainB,testA,testB} and, if there are any, masksA")


def test_one_image_on_a_side_trains(tmp_path: Path) -> None:
    assert run(make(tmp_path / "raw", 1)).kept == dict.fromkeys(SIDES, 1)
    a, b = (load_images(tmp_path / "prepared" / side) for side in ("trainA", "trainB"))
    made = method("crossnet")
    before = weights_of(made)
    trained(made, Batches(a, b, 1, SIZE, True, 0), tiny_schedule(images=1, batch=1))
    assert any((before[name] != after).any() for name, after in weights_of(made).items())


@pytest.mark.parametrize("size", [(27, 40), (40, 27), (1, 1), (1, 300)])
@pytest.mark.parametrize("fit", ["stretch", "crop"])
def test_what_is_smaller_than_the_crop_is_resized_up_and_counted(raw: Path, size: tuple[int, int], fit: str) -> None:
    noise(9, size=size).save(raw / "trainA" / "small.png")
    records = run(raw, fit=fit)
    assert prepared(raw, "trainA/small.png").shape == (LOAD, LOAD, 3)
    assert records.report()["enlarged"] == {"trainA": 1}
    width, height = size if fit == "stretch" else (min(size), min(size))
    noted = [row.file for row in records.rows if row.note.endswith(f"enlarged from {width}x{height}")]
    assert noted == ["trainA/small.png"]


def jpeg() -> bytes:
    stream = io.BytesIO()
    noise(5, size=(64, 64)).save(stream, "JPEG")
    return stream.getvalue()


def broken_off(form: str, keeps_its_size: bool) -> bytes:
    """Two thirds of a whole file, and zeros where room was set aside for the rest."""
    stream = io.BytesIO()
    register_heif_opener()
    noise(6, size=(64, 64)).save(stream, form)
    whole = stream.getvalue()
    kept = whole[: len(whole) * 2 // 3]
    return kept.ljust(len(whole), b"\0") if keeps_its_size else kept


@pytest.mark.parametrize(
    ("form", "keeps_its_size"),
    [(form, False) for form in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF")]
    + [(form, True) for form in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF")],  # a TIFF's zeros are black pixels
)
def test_what_broke_off_is_found_in_every_format(raw: Path, form: str, keeps_its_size: bool) -> None:
    (raw / "testA" / f"x.{form.lower()}").write_bytes(broken_off(form, keeps_its_size))
    [(name, reason)] = run(raw, 0.1).refused.items()
    assert name == f"testA/x.{form.lower()}"
    assert re.fullmatch(r"[^\n]*copy or download it again[^\n]*", reason)


def test_what_a_camera_fills_up_after_the_end_is_whole(raw: Path) -> None:
    (raw / "testA" / "x.jpg").write_bytes(jpeg() + bytes(500))
    assert run(raw, 0.1).refused == {}


BROKEN = {
    "truncated": lambda whole: whole[: len(whole) * 2 // 3],
    "zero bytes": lambda whole: b"",
    "zeros": lambda whole: bytes(len(whole)),
    "HTML": lambda whole: b"<!DOCTYPE html><html><body>403 Forbidden</body></html>",
    "text": lambda whole: b"please ask me for the picture\n",
}


@pytest.mark.parametrize("damage", BROKEN)
def test_what_is_no_whole_image_is_quarantined_with_the_reason(raw: Path, damage: str) -> None:
    (raw / "testA" / "x.jpg").write_bytes(BROKEN[damage](jpeg()))
    records = run(raw, 0.1)
    assert list(records.refused) == ["testA/x.jpg"]
    assert re.fullmatch(r"[^\n]{10,}", records.refused["testA/x.jpg"])
    assert "x" not in read_names(raw.parent / "prepared", "testA")
    report(records, raw.parent / "prepared", raw.parent / "data")
    assert (
        f"testA,testA/x.jpg,x,no,{records.refused['testA/x.jpg'][:10]}" in (raw.parent / "data/prepare.csv").read_text()
    )


def test_past_a_share_that_cannot_be_read_it_stops(raw: Path) -> None:
    for number in range(3):
        (raw / "trainB" / f"bad {number}.jpg").write_bytes(BROKEN["HTML"](b""))
    assert len(run(raw, 0.2).refused) == 3
    told = stopped(raw, max_unreadable=0.19)
    assert told.startswith(
        "3 of 15 files cannot be read or used, above the share max_unreadable 0.19; the first: trainB/bad"
    )


def test_when_it_stops_the_table_of_all_that_was_refused_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage itself: DVC removes reports/data before a run, not after one that failed."""
    sides = make(tmp_path / "data/fetched/folder")
    for name in ("IMG 1.HEIC", "IMG 2.HEIC"):
        (sides / "trainA" / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500))
    (sides / "testB" / "line\nbreak.jpg").write_bytes(BROKEN["HTML"](b""))
    values = YAML().load(PARAMS) | {"task": "folder", "scale": "smoke"}
    YAML().dump(values, tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        PreparationError, match=r"^3 of 15 files .*; the first: trainA/IMG 1\.HEIC: a HEIC photo"
    ) as told:
        prepare_stage(load_params(Path("params.yaml")))
    assert str(told.value).isprintable()
    assert str(told.value).endswith(
        "; all that was left out, and why: reports/data/refused.csv; "
        "files that you mend are copied again by: dvc repro --force --single-item fetch"
    )
    with Path("reports/data/refused.csv").open(newline="", encoding="utf-8") as stream:
        table = [(row["side"], row["source"], row["reason"].split(";")[0]) for row in csv.DictReader(stream)]
    assert table == [
        ("trainA", "trainA/IMG 1.HEIC", "a HEIC photograph that is not whole"),
        ("trainA", "trainA/IMG 2.HEIC", "a HEIC photograph that is not whole"),
        ("testB", "testB/line\\nbreak.jpg", "a web page"),
    ]
    assert not Path("data/prepared/folder/dataset.json").exists()


def test_every_picture_of_both_training_and_the_test_is_told_at_once(raw: Path) -> None:
    for name in ("0", "2"):
        same(raw / "trainA" / f"{name}.png", raw / "testA" / f"copy {name}.png", "file")
    same(raw / "trainB" / "1.png", raw / "testB" / "copy.png", "file")
    with pytest.raises(RefusedError, match=r"^trainA/0\.png: the same picture as testA/copy 0.*; and 2 more") as told:
        run(raw)
    assert told.value.records.refused == {
        "trainA/0.png": "the same picture as testA/copy 0.png",
        "trainA/2.png": "the same picture as testA/copy 2.png",
        "trainB/1.png": "the same picture as testB/copy.png",
    }


def palette() -> Image.Image:
    image = Image.new("P", (30, 30), 1)
    image.putpalette([0, 0, 255, 255, 0, 0])
    return image


@pytest.mark.parametrize(
    ("image", "name", "colour"),
    [
        pytest.param(Image.new("L", (30, 30), 90), "x.jpg", (90, 90, 90), id="grey"),
        pytest.param(Image.new("1", (30, 30), 1), "x.png", (255, 255, 255), id="bilevel"),
        pytest.param(palette(), "x.png", (255, 0, 0), id="palette"),
        pytest.param(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "x.jpg", (255, 0, 0), id="CMYK JPEG"),
        pytest.param(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "x.tif", (255, 0, 0), id="CMYK TIFF"),
        pytest.param(Image.new("RGBA", (30, 30), (0, 0, 0, 51)), "x.png", (204, 204, 204), id="alpha"),
        pytest.param(Image.new("LA", (30, 30), (0, 0)), "x.png", (255, 255, 255), id="grey with alpha"),
        pytest.param(Image.fromarray(np.full((30, 30), 32896, np.uint16)), "x.png", (128, 128, 128), id="16 bit"),
        pytest.param(Image.fromarray(np.full((30, 30), 65535, np.uint16)), "x.tif", (255, 255, 255), id="16 bit TIFF"),
    ],
)
def test_any_mode_becomes_rgb_of_the_right_colours(
    raw: Path, image: Image.Image, name: str, colour: tuple[int, int, int]
) -> None:
    image.save(raw / "trainB" / name)
    assert run(raw).refused == {}
    assert prepared(raw, f"trainB/{name}").mean((0, 1)) == pytest.approx(colour, abs=2)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from(["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"]),
    form=st.sampled_from(["png", "tiff", "jpg", "webp", "gif", "bmp"]),
    width=st.integers(1, 70),
    height=st.integers(1, 70),
    fit=st.sampled_from(["stretch", "crop"]),
)
def test_any_size_and_mode_is_prepared(raw: Path, mode: str, form: str, width: int, height: int, fit: Any) -> None:
    for old in raw.glob("*/odd.*"):
        old.unlink()
    image = Image.new(mode, (width, height))
    if mode == "P":
        image.putpalette(range(6))  # without colours Pillow 12 writes BMP files that nothing can read
    try:
        image.save(raw / "testB" / f"odd.{form}")
    except (OSError, ValueError, KeyError):  # this form has no such mode
        noise(width, height, 0, size=(width, height)).save(raw / "testB" / "odd.png")
    records = run(raw, fit=fit)
    assert records.refused == {}
    [name] = [path.name for path in raw.glob("testB/odd.*") if path.stat().st_size]
    assert prepared(raw, f"testB/{name}").shape == (SIZE, SIZE, 3)
    assert records.enlarged.get("testB", 0) == (min(width, height) < SIZE)


def test_the_orientation_of_exif_is_applied_once(raw: Path) -> None:
    stored = np.full((60, 90, 3), 255, dtype=np.uint8)
    stored[:, :30] = 0  # of a camera on its side: what is left in the file is on top
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(stored).save(raw / "testA" / "turned.jpg", exif=exif, quality=95)
    run(raw)
    found = prepared(raw, "testA/turned.jpg")
    assert found[: SIZE // 3 - 1].max() < 20
    assert found[SIZE // 3 + 1 :].min() > 235
    with Image.open(raw.parent / "prepared/testA/turned.png") as image:
        assert not image.getexif()


@pytest.mark.parametrize(
    "block", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_a_broken_exif_block_does_no_harm(raw: Path, block: bytes) -> None:
    Image.new("RGB", (40, 40), (10, 90, 200)).save(raw / "testA" / "x.jpg", exif=block)
    with warnings.catch_warnings(action="ignore"):
        assert run(raw).refused == {}
    assert prepared(raw, "testA/x.jpg").mean((0, 1)) == pytest.approx((10, 90, 200), abs=3)


@pytest.mark.parametrize("form", ["gif", "webp", "png", "tiff"])
def test_of_an_animation_it_is_the_first_frame(raw: Path, form: str) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if form == "webp" else {}
    frames[0].save(raw / "trainA" / f"x.{form}", save_all=True, append_images=frames[1:], **options)
    run(raw)
    assert (prepared(raw, f"trainA/x.{form}") == (255, 0, 0)).all()


def test_a_decompression_bomb_is_refused(raw: Path) -> None:
    """80 kB that would be 1.4 GiB."""
    Image.new("1", (22000, 22000)).save(raw / "trainA" / "bomb.png")
    assert (raw / "trainA" / "bomb.png").stat().st_size < 10**5
    records = run(raw, 0.1)
    assert list(records.refused) == ["trainA/bomb.png"]
    assert records.refused["trainA/bomb.png"] == "22000x22000 is more than 178956970 pixels; export it smaller"


def same(one: Path, other: Path, how: str) -> None:
    """The same picture once more: the same file, or the same pixels written otherwise."""
    if how == "file":
        other.write_bytes(one.read_bytes())
    else:
        with Image.open(one) as image:
            image.save(other.with_suffix(".bmp"))


@pytest.mark.parametrize("how", ["file", "pixels"])
@pytest.mark.parametrize("side", SIDES)
def test_of_the_same_picture_twice_one_is_kept(raw: Path, side: str, how: str) -> None:
    same(raw / side / "1.png", raw / side / "copy.png", how)
    records = run(raw, 0.0)
    copy = f"{side}/copy.{'png' if how == 'file' else 'bmp'}"
    assert records.refused == {copy: f"the same picture as {side}/1.png"}
    assert records.kept == dict.fromkeys(SIDES, 3)
    assert len(list((raw.parent / "prepared" / side).iterdir())) == 3


def test_of_the_same_picture_in_both_domains_one_is_kept(raw: Path) -> None:
    same(raw / "trainA" / "1.png", raw / "trainB" / "copy.png", "file")
    assert run(raw).refused == {"trainB/copy.png": "the same picture as trainA/1.png"}


@pytest.mark.parametrize("train", ["trainA", "trainB"])
@pytest.mark.parametrize("test", ["testA", "testB"])
@pytest.mark.parametrize("how", ["file", "pixels"])
def test_the_same_picture_in_training_and_in_the_test_stops(raw: Path, train: str, test: str, how: str) -> None:
    same(raw / train / "1.png", raw / test / "copy.png", how)
    copy = f"{test}/copy.{'png' if how == 'file' else 'bmp'}"
    assert stopped(raw).startswith(f"{train}/1.png: the same picture as {copy}, which is of the test")
    records = run(raw, overlap="drop")
    assert records.refused == {f"{train}/1.png": f"the same picture as {copy}"}
    assert not (raw.parent / "prepared" / train / "1.png").exists()


def test_the_mask_of_a_picture_that_goes_goes_with_it(raw: Path) -> None:
    (raw / "masksA").mkdir()
    for number in range(3):
        Image.fromarray(np.indices((30, 40))[1] > 10 + number).save(raw / "masksA" / f"{number}.png")
    (raw / "testA" / "2.png").write_bytes((raw / "testA" / "0.png").read_bytes())
    records = run(raw)
    assert {row.file for row in records.rows if not row.kept} == {"testA/2.png", "masksA/2.png"}
    names = [{path.stem for path in (raw.parent / "prepared" / side).iterdir()} for side in ("testA", "masksA")]
    assert names == [{"0", "1"}, {"0", "1"}]


NAMES = [
    "weiß und schön.png",
    "馬 🐎.png",
    "a.b.c.png",
    "x.png",
    "X.png",
    "x.bmp",
    "-rf.png",
    "'\"$(id)`.png",
    "ü" * 120 + ".png",
]


def test_any_name_has_a_stable_ascii_id_and_a_translation_has_the_sources(raw: Path) -> None:
    for number, name in enumerate(NAMES):
        noise(7, number).save(raw / "testA" / name)
    run(raw)
    once = read_names(raw.parent / "prepared", "testA")
    for path in (raw / "testA").glob("?.png"):
        if path.stem.isdigit():
            path.unlink()
    run(raw)
    found = read_names(raw.parent / "prepared", "testA")
    assert found.items() <= once.items()
    assert set(found.values()) == {f"testA/{name}" for name in NAMES}
    assert all(id_.isascii() and re.fullmatch(r"\w[\w.-]*", id_) for id_ in found)
    assert len({id_.lower() for id_ in found}) == len(NAMES)
    assert {path.name for path in (raw.parent / "prepared/testA").iterdir()} == {f"{id_}.png" for id_ in found}
    named = translation_names(raw.parent / "prepared", "testA")
    for name in ("weiß und schön", "馬 🐎", "a.b.c", "ü" * 120):
        assert [found[id_] for id_, own in named.items() if own == name] == [f"testA/{name}.png"]
    assert {found[id_] for id_, own in named.items() if own == id_} == {
        "testA/a.b.c.png", "testA/x.png", "testA/X.png", "testA/x.bmp",
    }  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
            lambda name: name[0] != "."
        ),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_any_names_lead_back(raw: Path, names: list[str]) -> None:
    for path in (raw / "trainA").iterdir():
        path.unlink()
    for number, name in enumerate(names):
        (raw / "trainA" / name).write_bytes(png(8, number))
    assert run(raw).kept["trainA"] == len(names)
    found = read_names(raw.parent / "prepared", "trainA")
    assert set(found.values()) == {f"trainA/{name}" for name in names}
    for number, name in enumerate(names):
        wanted = noise(8, number).resize((LOAD, LOAD), Image.Resampling.BICUBIC)
        assert np.array_equal(prepared(raw, f"trainA/{name}"), np.asarray(wanted))


def png(*seed: int) -> bytes:
    stream = io.BytesIO()
    noise(*seed).save(stream, "PNG")
    return stream.getvalue()


def test_a_name_that_is_no_unicode_is_prepared_too(raw: Path) -> None:
    name = "caf\udce9.png"  # Latin-1 bytes, as Python reads them from a disk
    try:
        (raw / "testB" / name).write_bytes(png(8, 8))
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    records = run(raw)
    assert records.kept["testB"] == 4
    report(records, raw.parent / "prepared", raw.parent / "data")
    assert json.loads((raw.parent / "data/prepare.json").read_text())["kept"]["testB"] == 4
    assert "testB/caf\\udce9.png" in read_names(raw.parent / "prepared", "testB").values()
