"""Any image file becomes RGB of the right colours, or an OSError with the reason."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from crossnet.image_folders import list_images
from crossnet.images import (
    TooLargeError,
    decode,
    decode_mask,
    from_range,
    grid,
    luminance,
    open_image,
    pixels,
    resized,
    to_range,
    to_rgb,
)
from tests.support.memory import peak_bytes

RED, GREY, WHITE = (255, 0, 0), (128, 128, 128), (255, 255, 255)


def palette(transparent: bool) -> Image.Image:
    """One red pixel out of a palette, or one of the palette's transparent colour."""
    image = Image.new("P", (1, 1), 1)
    image.putpalette([0, 0, 255, 255, 0, 0])
    if transparent:
        image.info["transparency"] = 1
    return image


def red_and_blue_swapped(named: str = "mine") -> bytes:
    """A profile that is sRGB's, but means blue by red and red by blue."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in (b"rXYZ", b"----"), (b"bXYZ", b"rXYZ"), (b"----", b"bXYZ"):
        swapped = swapped.replace(old, new)
    return swapped.replace("sRGB".encode("utf-16-be"), named.encode("utf-16-be"))


def sixteen_bit(value: int) -> Image.Image:
    return Image.fromarray(np.full((1, 1), value, dtype=np.uint16))


@pytest.mark.parametrize(
    ("image", "extension", "colour"),
    [
        pytest.param(Image.new("RGB", (1, 1), RED), "png", RED, id="RGB"),
        pytest.param(Image.new("L", (1, 1), 128), "png", GREY, id="grey"),
        pytest.param(Image.new("1", (1, 1), 1), "png", WHITE, id="bilevel"),
        pytest.param(palette(False), "png", RED, id="palette"),
        pytest.param(palette(True), "png", WHITE, id="transparent palette"),
        pytest.param(palette(True), "gif", WHITE, id="transparent GIF"),
        pytest.param(Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "tiff", RED, id="CMYK"),
        pytest.param(Image.new("RGBA", (1, 1), (255, 0, 0, 0)), "png", WHITE, id="fully transparent"),
        pytest.param(Image.new("RGBA", (1, 1), (255, 0, 0, 255)), "png", RED, id="opaque alpha"),
        pytest.param(Image.new("RGBA", (1, 1), (255, 0, 0, 51)), "png", (255, 204, 204), id="half alpha"),
        pytest.param(Image.new("LA", (1, 1), (0, 51)), "png", (204, 204, 204), id="grey with alpha"),
        pytest.param(sixteen_bit(0), "png", (0, 0, 0), id="16 bit black"),
        pytest.param(sixteen_bit(32896), "png", GREY, id="16 bit grey"),
        pytest.param(sixteen_bit(65535), "png", WHITE, id="16 bit white"),
        pytest.param(sixteen_bit(32896), "tiff", GREY, id="16 bit TIFF"),
        pytest.param(Image.fromarray(np.full((1, 1), 32896, dtype=np.int32)), "tiff", GREY, id="32 bit integers"),
    ],
)
def test_a_mode_becomes_rgb_of_the_right_colour(
    image: Image.Image, extension: str, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    image.save(tmp_path / f"x.{extension}")
    decoded = decode(tmp_path / f"x.{extension}")
    assert decoded.mode == "RGB"
    assert decoded.getpixel((0, 0)) == colour


@given(
    st.sampled_from(["1", "L", "P", "RGB", "RGBA", "LA", "PA", "CMYK", "YCbCr", "HSV", "I", "I;16"]),
    array_shapes(min_dims=2, max_dims=2, max_side=6),
)
def test_every_mode_and_size_keeps_its_size(mode: str, shape: tuple[int, int]) -> None:
    rgb = to_rgb(Image.new(mode, shape))
    assert (rgb.mode, rgb.size) == ("RGB", shape)


@given(st.integers(0, 65535))
def test_sixteen_bits_are_scaled_to_the_nearest_of_eight(value: int) -> None:
    assert abs(to_rgb(sixteen_bit(value)).getpixel((0, 0))[0] - value / 257) <= 0.5  # type: ignore[index]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param(np.float32([[0, 0.5, 1]]), "float values", id="float"),
        pytest.param(np.int32([[0, 65535, 65536]]), "32-bit integers from 0 to 65536", id="above 16 bits"),
        pytest.param(np.int32([[-1, 0, 255]]), "32-bit integers from -1 to 255", id="below zero"),
    ],
)
@pytest.mark.parametrize("read", [decode, decode_mask])
def test_values_of_no_known_range_are_refused_with_what_to_do(
    values: np.ndarray, reason: str, read: Callable[[Path], Image.Image], tmp_path: Path
) -> None:
    Image.fromarray(values).save(tmp_path / "x.tiff")
    with pytest.raises(OSError, match=rf"^{reason}, [^\n]*convert it to 8- or 16-bit integers$"):
        read(tmp_path / "x.tiff")


def test_thirty_two_bits_that_hold_sixteen_are_scaled_as_those(tmp_path: Path) -> None:
    Image.fromarray(np.int32([[0, 32896, 65535]])).save(tmp_path / "x.tiff")
    assert pixels(decode(tmp_path / "x.tiff"))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("mode", "stored", "shown"),
    [
        ("RGB", (200, 30, 60), (60, 30, 200)),
        ("RGBA", (200, 30, 60, 255), (60, 30, 200)),
        ("RGBA", (200, 30, 60, 0), WHITE),
        ("L", 128, GREY),  # for which a profile of three colours is none
    ],
)
def test_colours_are_what_the_profile_of_the_file_means(mode: str, stored: Any, shown: Any, tmp_path: Path) -> None:
    Image.new(mode, (2, 2), stored).save(tmp_path / "x.png", icc_profile=red_and_blue_swapped())
    assert np.abs(np.subtract(pixels(decode(tmp_path / "x.png")), shown, dtype=np.int16)).max() <= 1


def test_so_are_those_of_a_palette(tmp_path: Path) -> None:
    palette(False).save(tmp_path / "x.png", icc_profile=red_and_blue_swapped())
    assert decode(tmp_path / "x.png").getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize("profile", [red_and_blue_swapped("sRGB"), b"no profile", b""])
def test_a_profile_that_is_srgb_or_broken_changes_nothing(profile: bytes, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1), (200, 30, 60)).save(tmp_path / "x.png", icc_profile=profile)
    assert decode(tmp_path / "x.png").getpixel((0, 0)) == (200, 30, 60)


def test_a_see_through_level_of_sixteen_bits_is_on_white(tmp_path: Path) -> None:
    Image.fromarray(np.uint16([[1000, 32896]])).save(tmp_path / "x.png", transparency=1000)
    assert pixels(decode(tmp_path / "x.png"))[0, :, 0].tolist() == [255, 128]


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "a.heif", "a telephone's.jpg"])
def test_a_telephones_photograph_is_read_whatever_its_name(name: str, tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    photograph = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], np.uint8(90)), -1)
    from_pillow(Image.fromarray(photograph)).save(tmp_path / name, quality=95, format="HEIF")
    assert np.abs(np.subtract(pixels(decode(tmp_path / name)), photograph, dtype=np.int16)).mean() < 3
    assert list_images(tmp_path) == [tmp_path / name]


TURNS = {  # of EXIF: what has to be done to the stored array
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_the_orientation_of_exif_is_applied_once(orientation: int, tmp_path: Path) -> None:
    stored = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / "x.png", exif=exif)
    assert np.array_equal(pixels(decode(tmp_path / "x.png")), TURNS[orientation](stored))


@pytest.mark.parametrize(
    "block", [b"Exif\0\0", b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_a_broken_exif_block_does_no_harm(block: bytes, tmp_path: Path) -> None:
    Image.new("RGB", (5, 4), GREY).save(tmp_path / "x.jpg", exif=block)
    with warnings.catch_warnings(action="ignore"):
        assert decode(tmp_path / "x.jpg").size == (5, 4)


def test_of_an_animation_it_is_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (2, 2), colour) for colour in (RED, GREY)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    assert decode(tmp_path / "x.gif").getpixel((0, 0)) == RED


def jpeg(folder: Path) -> bytes:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(folder / "whole.jpg")
    return (folder / "whole.jpg").read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: whole[: len(whole) // 2], id="truncated"),
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"<!DOCTYPE html><html></html>", id="HTML"),
        pytest.param(lambda whole: b"just some text\n", id="text"),
        pytest.param(lambda whole: whole[:10], id="head alone"),
        pytest.param(lambda whole: bytes(500), id="zeros"),
    ],
)
def test_what_is_no_whole_image_is_an_oserror(damage: object, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(damage(jpeg(tmp_path)))  # type: ignore[operator]
    with pytest.raises(OSError, match=r"\S"):
        decode(tmp_path / "x.jpg")


@given(cut=st.integers(1, 120))
def test_a_png_cut_anywhere_is_an_oserror(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.png"
    noise = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(OSError, match=r"\S"):
        decode(path)


def test_an_image_of_more_pixels_than_are_read_is_refused_and_no_other(tmp_path: Path) -> None:
    Image.new("L", (50, 50)).save(tmp_path / "x.png")
    with pytest.raises(TooLargeError, match=r"^50x50 is more than 2499 pixels$"):
        decode(tmp_path / "x.png", 2499)
    assert decode(tmp_path / "x.png", 2500).size == (50, 50)


def test_pillows_own_limit_stands_behind_none_of_ours(tmp_path: Path) -> None:
    Image.new("1", (22000, 22000)).save(tmp_path / "x.png")
    with open_image(tmp_path / "x.png") as image:
        assert image.size == (22000, 22000)
    with pytest.raises(TooLargeError, match=r"^22000x22000 is more than 178956970 pixels$"):
        decode(tmp_path / "x.png")


def test_what_pillow_decodes_before_its_size_is_known_is_not_read(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "x.ico")
    with pytest.raises(OSError, match="cannot identify image file"):
        decode(tmp_path / "x.ico")


@pytest.mark.parametrize(("width", "height"), [(1, 200_000), (200_000, 1), (3, 60_000)])
def test_what_a_resize_makes_on_the_way_is_no_larger_than_both_ends(width: int, height: int) -> None:
    """Of 1 x 200,000 pixels Pillow would make 286 x 200,000."""
    image = Image.new("RGB", (width, height), (10, 200, 30))
    assert peak_bytes(lambda: resized(image, (286, 286))) < 10 * 10**6
    assert resized(image, (286, 286)).getcolors() == [(286 * 286, (10, 200, 30))]


def test_an_ordinary_image_is_resized_as_pillow_does() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8))
    for size in ((32, 32), (200, 200), (60, 20), (61, 89)):
        assert resized(noise, size).tobytes() == noise.resize(size, Image.Resampling.BICUBIC).tobytes()


def test_postscript_is_not_handed_to_an_interpreter(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "x.eps")
    with pytest.raises(OSError, match="cannot identify image file"):
        decode(tmp_path / "x.eps")


@pytest.mark.parametrize(
    ("colours", "levels"),
    [
        pytest.param([(255, 255, 255, 255), (255, 255, 255, 0)], [255, 0], id="alpha"),
        pytest.param([(0, 0, 0, 128), (255, 255, 255, 127)], [128, 127], id="alpha about half"),
        pytest.param([(255, 255, 255, 255), (0, 0, 0, 255)], [255, 0], id="opaque"),
        pytest.param([(255, 255, 255, 255), (0, 0, 0, 204)], [255, 51], id="all above half"),
    ],
)
def test_a_mask_is_the_alpha_where_that_tells_two_parts(
    colours: list[tuple[int, int, int, int]], levels: list[int], tmp_path: Path
) -> None:
    Image.fromarray(np.array([colours], dtype=np.uint8)).save(tmp_path / "x.png")
    mask = decode_mask(tmp_path / "x.png")
    assert mask.mode == "L"
    assert np.asarray(mask)[0].tolist() == levels


def test_a_mask_is_turned_by_exif_with_its_alpha(tmp_path: Path) -> None:
    alpha = np.zeros((2, 3, 4), dtype=np.uint8)
    alpha[0, 0, 3] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(alpha).save(tmp_path / "x.png", exif=exif)
    assert np.asarray(decode_mask(tmp_path / "x.png")).tolist() == [[0, 255], [0, 0], [0, 0]]


def test_a_mask_that_is_no_image_is_an_oserror(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"")
    with pytest.raises(OSError, match=r"\S"):
        decode_mask(tmp_path / "x.png")


def test_every_level_survives_the_way_to_the_networks_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 16, 16, 3)
    x = to_range(levels)
    assert (x.shape, x.dtype) == ((1, 3, 16, 16), np.float32)
    assert (x.min(), x.max()) == (-1, 1)
    assert np.array_equal(from_range(x), levels)


def test_channels_and_places_keep_their_order() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 3), dtype=np.uint8)
    assert to_range(rgb)[1, 2, 0, 4] == np.float32(rgb[1, 0, 4, 2]) / 127.5 - 1
    assert np.array_equal(from_range(to_range(rgb)), rgb)


@given(st.floats(-3, 3, width=32))
def test_a_value_becomes_the_nearest_level(value: float) -> None:
    level = from_range(np.full((1, 3, 1, 1), value, dtype=np.float32))[0, 0, 0, 0]
    assert abs(float(level) - np.clip((value + 1) * 127.5, 0, 255)) <= 0.5 + 1e-4


@given(arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(3))))
def test_luminance_is_that_of_rec_601(rgb: np.ndarray) -> None:
    wanted = [(299 * int(r) + 587 * int(g) + 114 * int(b)) / 1000 for r, g, b in rgb]
    assert luminance(rgb) == pytest.approx(wanted, abs=1e-9)


def test_a_grid_puts_pictures_on_white_with_gaps() -> None:
    pictures = [[np.full((2, 3, 3), 10 * i + j, dtype=np.uint8) for j in range(2)] for i in range(2)]
    sheet = grid([pictures[0], pictures[1][:1]], gap=1)
    assert sheet.shape == (5, 7, 3)
    assert sheet[..., 0].tolist() == [
        [0, 0, 0, 255, 1, 1, 1],
        [0, 0, 0, 255, 1, 1, 1],
        [255] * 7,
        [10, 10, 10, 255, 255, 255, 255],
        [10, 10, 10, 255, 255, 255, 255],
    ]
