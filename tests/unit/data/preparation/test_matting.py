"""Products drawn on white, cut out and set on something dark: what is theirs stays, and no light rim is left."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from crossnet.data.preparation import matting
from crossnet.data.preparation.compose import mask, on_background
from crossnet.data.preparation.matting import MattingError, cut_out
from crossnet.images import luminance

SIZE, FINER, TOLERANCE = 136, 8, 12
Array = NDArray[np.float64]
BLACK = np.full((SIZE, SIZE, 3), 10, dtype=np.uint8)
COLOURS = {"dark": (30, 30, 40), "red": (170, 30, 30), "tan": (190, 150, 100), "pale": (222, 220, 215)}


def cover(draw: Callable[[ImageDraw.ImageDraw], None]) -> Array:
    """How much of each pixel a drawing covers, (SIZE, SIZE, 1) in [0, 1]."""
    fine = Image.new("L", (SIZE * FINER, SIZE * FINER), 0)
    draw(ImageDraw.Draw(fine))
    return np.asarray(fine.resize((SIZE, SIZE), Image.Resampling.BOX))[..., None] / 255


def ellipse(box: tuple[int, int, int, int], fill: int = 255) -> Callable[[ImageDraw.ImageDraw], None]:
    return lambda draw: draw.ellipse([FINER * edge for edge in box], fill=fill)


def on_white(colour: Array, alpha: Array, quality: int) -> NDArray[np.uint8]:
    """A drawing on white as a JPEG file gives it back, of colours at half of the resolution."""
    stream = io.BytesIO()
    Image.fromarray((colour * alpha + 255 * (1 - alpha) + 0.5).astype(np.uint8)).save(
        stream, "JPEG", quality=quality, subsampling=2
    )
    return np.asarray(Image.open(stream))


def textured(base: tuple[int, int, int]) -> Array:
    noise = np.random.default_rng(0).integers(0, 256, (17, 17, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(noise).resize((SIZE, SIZE), Image.Resampling.BICUBIC)) - 128.0
    return (np.array(base) + 0.2 * smooth).clip(0, 250)


def rim(alpha: Array) -> NDArray[np.bool_]:
    inside = alpha[..., 0] >= 0.5
    to_outside, to_inside = ndimage.distance_transform_edt(inside), ndimage.distance_transform_edt(~inside)
    return (to_outside <= 3) & (to_inside <= 3)


@pytest.mark.parametrize("quality", [75, 85, 95])
@pytest.mark.parametrize("name", COLOURS)
def test_a_soft_edge_leaves_no_light_rim(name: str, quality: int) -> None:
    """How much lighter than the object and what is behind it, in levels: a tenth of what a hard cut leaves."""
    alpha, colour = cover(ellipse((25, 30, 110, 105))), textured(COLOURS[name])
    picture = on_white(colour, alpha, quality)
    found = on_background(cut_out(picture, TOLERANCE), BLACK)
    hard = np.where((picture.min(-1) < 255 - TOLERANCE)[..., None], picture, BLACK)
    limit = np.maximum(luminance(colour), luminance(BLACK))
    soft_halo, hard_halo = ((luminance(each) - limit)[rim(alpha)].clip(0) for each in (found, hard))
    assert hard_halo.mean() > 1
    assert soft_halo.mean() < 0.1 * hard_halo.mean()
    assert soft_halo.mean() < 2
    assert np.percentile(soft_halo, 95) < 10
    true = colour * alpha + BLACK * (1 - alpha)
    soft_error, hard_error = (np.abs(each - true)[rim(alpha)].mean() for each in (found, hard))
    assert soft_error < (1 if name == "pale" else 0.3) * hard_error


@pytest.mark.parametrize("quality", [60, 75, 85])
@pytest.mark.parametrize("name", COLOURS)
def test_what_jpeg_leaves_in_the_white_goes_with_it(name: str, quality: int) -> None:
    """Little of any pixel is left where the object is more than two pixels away."""
    alpha = cover(ellipse((25, 30, 110, 105)))
    rgba = cut_out(on_white(textured(COLOURS[name]), alpha, quality), TOLERANCE)
    away = ndimage.distance_transform_edt(alpha[..., 0] == 0) >= 2.5
    assert rgba[away][:, 3].max() < 0.2 * 255


def test_memory_is_bounded_and_the_bound_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = on_white(textured(COLOURS["red"]), cover(ellipse((0, 30, 110, 136))), 85)
    whole = cut_out(picture, TOLERANCE)
    monkeypatch.setattr(matting, "AT_ONCE", 7)
    assert np.array_equal(cut_out(picture, TOLERANCE), whole)


@pytest.mark.parametrize("name", COLOURS)
def test_the_mask_is_the_object(name: str) -> None:
    alpha = cover(ellipse((25, 30, 110, 105)))
    found, true = mask(cut_out(on_white(textured(COLOURS[name]), alpha, 85), TOLERANCE)) > 0, alpha[..., 0] >= 0.5
    assert (found & true).sum() / (found | true).sum() > 0.99


def test_white_that_the_object_surrounds_stays() -> None:
    hole = cover(ellipse((50, 50, 86, 86)))[..., 0] == 1
    alpha = cover(ellipse((25, 25, 111, 111))) - cover(ellipse((48, 48, 88, 88)))
    rgba = cut_out(on_white(textured((150, 40, 40)), alpha, 85), TOLERANCE)
    assert (rgba[hole][:, 3] == 255).all()
    assert on_background(rgba, BLACK)[hole].min() > 230


def test_white_that_reaches_the_border_goes_with_the_background() -> None:
    alpha = cover(ellipse((25, 25, 111, 111))).copy()
    alpha[60:, 60:70] = 0
    rgba = cut_out(on_white(textured((150, 40, 40)), alpha, 85), TOLERANCE)
    assert rgba[66:104, 63:67, 3].max() < 60


def polygon(*corners: tuple[int, int]) -> Callable[[ImageDraw.ImageDraw], None]:
    return lambda draw: draw.polygon([(FINER * x, FINER * y) for x, y in corners], fill=255)


@pytest.mark.parametrize("outline", [1, 2, 3])
def test_a_white_shoe_is_held_by_its_grey_outline(outline: int) -> None:
    whole = cover(polygon((20, 50), (55, 45), (80, 75), (115, 85), (118, 100), (20, 100)))
    inner = ndimage.minimum_filter(whole[..., 0], 2 * outline + 1)[..., None]
    picture = on_white(252 * inner + 140 * (1 - inner) + np.zeros(3), whole, 90)
    rgba = cut_out(picture, TOLERANCE)
    assert (rgba[inner[..., 0] == 1][:, 3] >= 200).mean() > 0.998
    found, true = mask(rgba) > 0, whole[..., 0] >= 0.5
    assert (found & true).sum() / (found | true).sum() > 0.97


def test_specks_in_the_white_go_and_inner_pixels_are_as_they_were() -> None:
    picture = np.full((SIZE, SIZE, 3), 255, dtype=np.uint8)
    picture[40:100, 40:100] = np.random.default_rng(0).integers(0, 200, (60, 60, 3))
    clean = picture.copy()
    picture[10:12, 10:12] = 200
    rgba = cut_out(picture, TOLERANCE)
    assert np.array_equal(rgba[44:96, 44:96, :3], clean[44:96, 44:96])
    assert (rgba[44:96, 44:96, 3] == 255).all()
    assert rgba[:36].max() == 0


@pytest.mark.parametrize(
    "level", [pytest.param(255, id="white"), pytest.param(200, id="grey"), pytest.param(0, id="black")]
)
def test_what_is_no_product_on_white_is_refused(level: int) -> None:
    with pytest.raises(MattingError, match=r"^\d+\.\d% of it is not white that reaches its border .*not a product on"):
        cut_out(np.full((40, 40, 3), level, dtype=np.uint8), TOLERANCE)
