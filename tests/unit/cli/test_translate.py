"""The command: `crossnet translate`."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from numpy.typing import NDArray
from PIL import Image, ImageCms
from typer.testing import CliRunner

from crossnet import photographs
from crossnet.cli import app
from crossnet.model import load_model, padded, save_model, style_of, translate
from tests.support.littered import litter
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method


def saved(folder: Path, **described: int) -> Path:
    """A model in a folder, whose config.json also has what describes it."""
    config = {
        "method": "crossnet",
        "networks": NETWORKS,
        "weights": dict(WEIGHTS["crossnet"]),
        "image_pool": IMAGE_POOL,
    }
    save_model(folder, method("crossnet"), config | described)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    return saved(folder)


@pytest.fixture(scope="module")
def sized_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose config.json says that it was trained on images of 8x8 pixels."""
    folder = tmp_path_factory.mktemp("sized")
    return saved(folder, size=8)


def picture(path: Path, seed: int = 0, height: int = 37, width: int = 51) -> NDArray[np.uint8]:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


def read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def run(model: Path, source: Path, out: Path, *more: str, to: str = "b") -> Result:
    arguments = ["translate", str(source), "--to", to, "--out", str(out), "--model", str(model), *more]
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("to", ["a", "b"])
def test_an_image_is_translated_at_its_own_size(model: Path, tmp_path: Path, to: str) -> None:
    pixels = picture(tmp_path / "one.png")
    result = run(model, tmp_path / "one.png", tmp_path / "new" / "out", to=to)
    assert result.exit_code == 0
    assert "1 of 1 images translated" in result.stdout
    found = read(tmp_path / "new" / "out" / "one.png")
    assert np.array_equal(found, translate(method("crossnet"), pixels[None], "a" if to == "a" else "b")[0])


def test_a_folder_keeps_its_names_whatever_they_are(model: Path, tmp_path: Path) -> None:
    for name in ("ein Pferd ü.png", "馬.bmp", "x.y.PNG"):
        picture(tmp_path / "in" / name)
    assert run(model, tmp_path / "in", tmp_path / "out").exit_code == 0
    assert names(tmp_path / "out") == {"ein Pferd ü.png", "馬.png", "x.y.png"}


def test_images_of_several_sizes_keep_theirs(model: Path, tmp_path: Path) -> None:
    sizes = {"a": (32, 32), "b": (37, 51), "c": (32, 32), "d": (32, 33)}
    made = {name: picture(tmp_path / "in" / f"{name}.png", seed, *sizes[name]) for seed, name in enumerate(sizes)}
    assert run(model, tmp_path / "in", tmp_path / "out").exit_code == 0
    for name, rgb in made.items():
        wanted = translate(method("crossnet"), rgb[None], "b")[0].astype(int)
        assert abs(read(tmp_path / "out" / f"{name}.png") - wanted).max() <= 1


@pytest.mark.parametrize(
    ("more", "height", "width"),
    [((), 16, 22), (("--size", "20"), 20, 28), (("--size", "0"), 37, 51), (("--size", "37"), 37, 51)],
)
def test_a_photograph_is_reduced_to_twice_the_size_of_training_unless_told_otherwise(
    sized_model: Path, tmp_path: Path, more: tuple[str, ...], height: int, width: int
) -> None:
    photograph = Image.fromarray(picture(tmp_path / "in" / "large.png"))
    small = picture(tmp_path / "in" / "small.png", height=12, width=30)
    result = run(sized_model, tmp_path / "in", tmp_path / "out", *more)
    assert result.exit_code == 0
    told = "reduced 1 to a shorter side of 16 pixels, 2 times that of the model's training (--size 0 keeps"
    assert (told in result.stderr) == (not more)
    wanted = np.asarray(photograph.resize((width, height), Image.Resampling.BICUBIC))
    for name, rgb in (("large", wanted), ("small", small)):
        assert np.array_equal(read(tmp_path / "out" / f"{name}.png"), translate(method("crossnet"), rgb[None], "b")[0])


def test_a_photograph_of_many_pixels_is_reduced_and_not_refused(sized_model: Path, tmp_path: Path) -> None:
    Image.new("RGB", (2600, 1600)).save(tmp_path / "photo.png")
    limit = ("--max-pixels", "4000000")
    assert (
        "is more than 4000000 pixels"
        in run(sized_model, tmp_path / "photo.png", tmp_path / "out", "--size", "0", *limit).stderr
    )
    assert run(sized_model, tmp_path / "photo.png", tmp_path / "out").exit_code == 0
    assert read(tmp_path / "out" / "photo.png").shape == (16, 26, 3)


@pytest.mark.parametrize("size", ["64", -8, 2.5, None, 10**30])
def test_a_size_that_says_nothing_reduces_nothing(model: Path, tmp_path: Path, size: object) -> None:
    shutil.copytree(model, tmp_path / "model")
    config = json.loads((model / "config.json").read_text()) | {"size": size}
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    picture(tmp_path / "a.png")
    assert run(tmp_path / "model", tmp_path / "a.png", tmp_path / "out").exit_code == 0
    assert read(tmp_path / "out" / "a.png").shape == (37, 51, 3)


def test_of_a_folder_with_a_broken_image_the_others_are_translated(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.jpg").write_bytes(b"<html>")
    picture(tmp_path / "in" / "c.png")
    result = run(model, tmp_path / "in", tmp_path / "out")
    assert result.exit_code == 1
    assert names(tmp_path / "out") == {"a.png", "c.png"}
    assert [line for line in result.stderr.splitlines() if line.startswith("not translated: ") and "b.jpg" in line]
    assert "2 of 3 images translated" in result.stdout


def test_what_is_there_is_kept_unless_told_otherwise(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "b.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_text("mine")
    result = run(model, tmp_path / "in", tmp_path / "out")
    assert result.exit_code == 0
    assert "kept 1 that were there already" in result.stderr
    assert (tmp_path / "out" / "a.png").read_text() == "mine"
    assert run(model, tmp_path / "in", tmp_path / "out", "--overwrite").exit_code == 0
    assert read(tmp_path / "out" / "a.png").shape == (37, 51, 3)


@pytest.mark.parametrize("name", ["", "a.png"])
@pytest.mark.parametrize("out", ["mine", "link", "mine/../link"])
def test_images_are_never_written_over(name: str, out: str, model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "mine" / "a.png")
    before = (tmp_path / "mine/a.png").read_bytes()
    (tmp_path / "link").symlink_to("mine")
    result = run(model, tmp_path / "mine" / name, tmp_path / out, "--overwrite")
    assert result.exit_code == 2
    assert result.stderr == f"error: --out {tmp_path / out}: is where the images are; name another folder\n"
    assert (tmp_path / "mine/a.png").read_bytes() == before


@pytest.mark.parametrize("name", ["", "a.png"])
def test_an_image_that_a_link_leads_to_is_never_written_over(name: str, model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "mine" / "a.png")
    before = (tmp_path / "mine/a.png").read_bytes()
    (tmp_path / "links").mkdir()
    (tmp_path / "links/a.png").symlink_to(tmp_path / "mine/a.png")
    result = run(model, tmp_path / "links" / name, tmp_path / "mine", "--overwrite")
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: --out {tmp_path}/mine: {tmp_path}/mine/a.png is one of the images, by a link; name another folder\n"
    )
    assert (tmp_path / "mine/a.png").read_bytes() == before


def test_an_image_with_too_many_pixels_is_refused_with_the_limit(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "large.png", height=40, width=40)
    picture(tmp_path / "in" / "small.png", height=24, width=24)
    result = run(model, tmp_path / "in", tmp_path / "out", "--max-pixels", "1000")
    assert result.exit_code == 1
    assert "large.png: 40x40 is more than 1000 pixels; see --max-pixels" in result.stderr
    assert names(tmp_path / "out") == {"small.png"}


def test_names_are_made_as_in_the_pipeline_and_none_holds_up_the_rest(model: Path, tmp_path: Path) -> None:
    twins = ("IMG_2.png", "IMG_2.bmp", "case.png", "CASE.png")
    for name in ("x" * 251 + ".png", "caf\udce9.png", "IMG_3.png", *twins):
        picture(tmp_path / "in" / name)
    result = run(model, tmp_path / "in", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (0, f"7 of 7 images translated to {tmp_path / 'out'}\n")
    found = names(tmp_path / "out")
    assert {"x" * 251 + ".png", "caf%E9.png", "IMG_3.png"} < found
    assert sorted(re.sub(r"-[0-9a-f]{8}\.png$", "", name) for name in found if "-" in name) == [
        "CASE", "IMG_2", "IMG_2", "case",
    ]  # fmt: skip


def test_what_telephones_and_people_leave_beside_images_is_passed_over_and_counted(model: Path, tmp_path: Path) -> None:
    litter(tmp_path / "in")
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "2024" / "b.png")
    result = run(model, tmp_path / "in", tmp_path / "out")
    assert result.exit_code == 0
    assert names(tmp_path / "out") == {"a.png"}
    assert [line.removeprefix(f"{tmp_path / 'in'}: passes over ") for line in result.stderr.splitlines()[:3]] == [
        "10 files that are no images: 2 hidden, 2 .mov, 1 .thm, 1 .aae, 1 .json, and 3 more",
        "3 entries that are no files: gone.jpg (a link to nothing), loop.jpg (a link that leads nowhere: Too many "
        "levels of symbolic links), pipe.jpg (a pipe)",
        "1 folder in it, not read: 2024",
    ]


@pytest.mark.parametrize(("width", "height"), [(1, 300), (300, 1), (13, 9)])
def test_memory_is_bounded_by_what_an_images_shape_makes_of_it(
    model: Path, tmp_path: Path, width: int, height: int
) -> None:
    """1 x 300 pixels are translated as 8 x 300."""
    picture(tmp_path / "in.png", width=width, height=height)
    wide, high = padded(width, height)
    limit = str(wide * high - 1)
    refused = run(model, tmp_path / "in.png", tmp_path / "out", "--max-pixels", limit)
    assert refused.exit_code == 1
    assert (
        f"{width}x{height}, made up to {wide}x{high}, is more than {limit} pixels; see --max-pixels" in refused.stderr
    )
    assert run(model, tmp_path / "in.png", tmp_path / "out", "--max-pixels", str(wide * high)).exit_code == 0


def test_an_image_too_large_is_refused_before_it_is_decoded_by_our_limit_alone(model: Path, tmp_path: Path) -> None:
    Image.new("1", (22000, 22000)).save(tmp_path / "bomb.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crossnet.photographs.opened", lambda *_: pytest.fail("decoded"))
        result = run(model, tmp_path / "bomb.png", tmp_path / "out", "--max-pixels", "400000000")
    assert "bomb.png: 22000x22000 is more than 400000000 pixels; see --max-pixels" in result.stderr


def test_a_file_that_is_no_image_is_told(model: Path, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("no")
    result = run(model, tmp_path / "x.png", tmp_path / "out")
    assert result.exit_code == 1
    assert "not translated: " in result.stderr
    assert names(tmp_path / "out") == set()


@pytest.mark.parametrize(
    ("prepare", "more", "message"),
    [
        pytest.param("image", ("--to", "c"), "--to c: is none of a, b", id="to c"),
        pytest.param("image", ("--model", "/nowhere"), "/nowhere: not a model of this project", id="no model"),
        pytest.param(
            "image", ("--device", "abacus"), "--device: abacus is asked for, but there is only", id="no device"
        ),
        pytest.param("nothing", (), "no such file or folder", id="no source"),
        pytest.param("empty", (), "in: no images", id="empty folder"),
        pytest.param("pipe", (), "is neither a file nor a folder", id="pipe"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_writes_nothing(
    model: Path, tmp_path: Path, prepare: str, more: tuple[str, ...], message: str
) -> None:
    source = tmp_path / "in"
    if prepare == "image":
        picture(source / "a.png")
    if prepare == "pipe":
        os.mkfifo(source)
    if prepare == "empty":
        source.mkdir()
    result = run(model, source, tmp_path / "out", *more)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_a_folder_is_one_line(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "out").write_text("a file")
    result = run(model, tmp_path / "a.png", tmp_path / "out")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_several_inputs_are_translated_each_once(model: Path, tmp_path: Path, order: int) -> None:
    for name in ("one/a.png", "one/b.png", "two/a.png", "c.png"):
        picture(tmp_path / name)
    sources = [str(tmp_path / name) for name in ("one", "two", "c.png", "one/b.png")]
    arguments = ["translate", *sources[::order], "--to", "b", "--out", str(tmp_path / "out"), "--model", str(model)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (0, f"4 of 4 images translated to {tmp_path / 'out'}\n")
    assert names(tmp_path / "out") == {"a.png", "a-2.png", "b.png", "c.png"}


def test_with_recursive_folders_are_read_and_come_again(model: Path, tmp_path: Path) -> None:
    for name in ("a.png", "x/a.png", "x/y/b.png", ".hidden/c.png", "empty.txt"):
        picture(tmp_path / "in" / name.replace(".txt", ".png"))
    (tmp_path / "in/x/loop").symlink_to(tmp_path / "in")
    result = run(model, tmp_path / "in", tmp_path / "in/out", "--recursive")
    assert result.exit_code == 0, result.stderr
    assert "not read" not in result.stderr
    made = {str(path.relative_to(tmp_path / "in/out")) for path in (tmp_path / "in/out").rglob("*.png")}
    assert made == {"a.png", "empty.png", "x/a.png", "x/y/b.png"}
    again = run(model, tmp_path / "in", tmp_path / "in/out", "-r")
    assert "kept 4 that were there already" in again.stderr


@pytest.mark.parametrize(
    ("form", "name", "kind"), [("png", "a.png", "PNG"), ("jpeg", "a.jpg", "JPEG"), ("webp", "a.webp", "WEBP")]
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_a_format_keeps_alpha_if_it_can(
    form: str, name: str, kind: str, mode: str, model: Path, tmp_path: Path
) -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    Image.fromarray(rgba).convert(mode).save(tmp_path / "a.png")
    assert run(model, tmp_path / "a.png", tmp_path / "out", "--format", form).exit_code == 0
    with Image.open(tmp_path / "out" / name) as made:
        assert made.format == form.upper()
        assert made.mode == ("RGB" if mode == "RGB" or form == "jpeg" else "RGBA")
        if made.mode == "RGBA":
            assert abs(np.asarray(made)[..., 3].astype(int) - rgba[..., 3]).max() <= (0 if form == "png" else 8)


EXIF_ARTIST, EXIF_IFD, EXIF_WIDTH, EXIF_LENS = 0x13B, 0x8769, 0xA002, 0xA434


def photograph(path: Path) -> bytes:
    """A JPEG file with an orientation, EXIF, XMP and the profile that it returns, whose red is sRGB's green."""
    exif = Image.Exif()
    exif[0x112], exif[EXIF_ARTIST] = 6, "Somebody"
    exif.get_ifd(EXIF_IFD).update({EXIF_WIDTH: 9999, EXIF_LENS: "A lens"})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    swapped = swapped.replace(b"sRGB built-in", b"swapped--here").replace(
        "sRGB".encode("utf-16-be"), "swap".encode("utf-16-be")
    )
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
    Image.fromarray(pixels).save(path, exif=exif, icc_profile=swapped, xmp=b"<x:xmpmeta>mine</x:xmpmeta>", quality=95)
    return swapped


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
@pytest.mark.parametrize(("metadata", "icc"), [(False, False), (True, False), (False, True), (True, True)])
def test_metadata_and_profile_are_kept_where_asked(
    form: str, metadata: bool, icc: bool, model: Path, tmp_path: Path
) -> None:
    profile = photograph(tmp_path / "a.jpg")
    more = ["--metadata"] * metadata + ["--icc"] * icc
    assert run(model, tmp_path / "a.jpg", tmp_path / "out", "--format", form, *more).exit_code == 0
    [path] = (tmp_path / "out").iterdir()
    with Image.open(path) as made:
        exif = made.getexif()
        assert made.size == (32, 48)
        assert exif.get(0x112) is None
        assert (exif.get(EXIF_ARTIST) == "Somebody") == metadata
        inner = exif.get_ifd(EXIF_IFD)
        assert (inner.get(EXIF_LENS) == "A lens") == metadata
        assert EXIF_WIDTH not in inner
        assert (b"mine" in path.read_bytes()) == metadata
        assert (made.info.get("icc_profile") == profile) == icc
        if form == "png":
            plain = read(tmp_path / "out" / path.name).astype(int)
            run(model, tmp_path / "a.jpg", tmp_path / "plain")
            wanted = read(tmp_path / "plain/a.png").astype(int)
            assert abs(plain - (wanted[..., [1, 0, 2]] if icc else wanted)).max() <= 2


def test_what_a_format_cannot_hold_is_one_line(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "a.png", height=8, width=16400)
    result = run(model, tmp_path / "a.png", tmp_path / "out", "--format", "webp")
    assert result.exit_code == 1
    assert re.search(r"^not translated: [^\n]*a\.png: [^\n]+$", result.stderr, re.MULTILINE)


def test_a_large_image_is_translated_in_bands_with_progress(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = picture(tmp_path / "a.png", height=40, width=60)
    monkeypatch.setitem(photographs.WHOLE_VALUES, "cpu", 1)  # type: ignore[misc]
    result = run(model, tmp_path / "a.png", tmp_path / "out")
    assert result.exit_code == 0
    assert re.search(r"^a\.png: (\d+)/\1 bands, ", result.stderr, re.MULTILINE)
    wanted = translate(method("crossnet"), pixels[None], "b")[0].astype(int)
    assert abs(read(tmp_path / "out/a.png") - wanted).max() <= 1


def test_help_names_the_subcommand_and_its_options() -> None:
    runner = CliRunner()
    assert "translate" in runner.invoke(app, ["--help"]).stdout
    described = runner.invoke(app, ["translate", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
    assert all(
        option in described for option in ("IMAGE_OR_FOLDER", "--to", "--out", "--model", "--size", "--overwrite")
    )


def test_translations_get_the_style_of_an_example(tmp_path: Path) -> None:
    described = {"method": "munit", "networks": NETWORKS, "weights": dict(WEIGHTS["munit"]), "image_pool": IMAGE_POOL}
    save_model(tmp_path / "model", method("munit"), described | {"size": 32})
    photo = picture(tmp_path / "photo.png")
    example = np.full((40, 40, 3), 200, np.uint8)
    Image.fromarray(example).save(tmp_path / "example.png")
    found = []
    for style in ([], ["--style", str(tmp_path / "example.png")]):
        out = tmp_path / f"out{len(style)}"
        assert run(tmp_path / "model", tmp_path / "photo.png", out, "--size", "0", *style).exit_code == 0
        found.append(read(out / "photo.png"))
    assert not np.array_equal(*found)
    loaded, _ = load_model(tmp_path / "model")
    wanted = translate(loaded, photo[None], "b", [style_of(loaded, example, "b")])[0]
    assert np.abs(found[1].astype(int) - wanted).max() <= 1


def test_a_style_for_a_method_without_styles_is_one_line(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    result = run(model, tmp_path / "a.png", tmp_path / "out", "--style", str(tmp_path / "a.png"))
    assert result.exit_code == 2
    assert "the method of this model, crossnet, takes no style of an example" in result.stderr
    assert "no such file" in run(model, tmp_path / "a.png", tmp_path / "out", "--style", "nowhere.png").stderr.lower()
