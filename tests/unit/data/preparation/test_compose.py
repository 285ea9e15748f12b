"""Objects set on white or into scenery, to the level."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.preparation.compose import Crops, crop_of_scenery, expose, mask, on_background, on_white

LUMA = np.array([0.299, 0.587, 0.114])


def pixel(*values: int) -> NDArray[np.uint8]:
    return np.array([[values]], dtype=np.uint8)


@pytest.mark.parametrize(
    ("alpha", "white", "blue", "in_mask"),
    [
        (0, (255, 255, 255), (0, 0, 200), 0),
        (51, (224, 214, 204), (20, 10, 160), 0),
        (127, (178, 153, 128), (50, 25, 100), 0),
        (128, (177, 152, 127), (50, 25, 100), 255),
        (255, (100, 50, 0), (100, 50, 0), 255),
    ],
)
def test_a_partly_covered_pixel_is_blended(
    alpha: int, white: tuple[int, ...], blue: tuple[int, ...], in_mask: int
) -> None:
    rgba = pixel(100, 50, 0, alpha)
    assert tuple(on_white(rgba)[0, 0]) == white
    assert tuple(on_background(rgba, pixel(0, 0, 200))[0, 0]) == blue
    assert mask(rgba)[0, 0] == in_mask


def luminance_of(values: NDArray[np.float64]) -> float:
    return float((values @ LUMA).mean())


@given(st.floats(0.3, 0.7), st.integers(0, 9))
def test_exposure_reaches_the_luminance_and_keeps_the_order(wanted: float, seed: int) -> None:
    levels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    exposed = expose(levels, wanted)
    assert luminance_of(exposed / 255) == pytest.approx(wanted, abs=2e-3)
    assert (np.diff(exposed.ravel()[np.argsort(levels, axis=None)].astype(int)) >= 0).all()


@settings(max_examples=10)
@given(st.floats(0.3, 0.7), st.integers(0, 9))
def test_exposure_is_a_power_of_every_value(wanted: float, seed: int) -> None:
    """Against the gamma that a plain search over all pixels finds."""
    levels = np.random.default_rng(seed).integers(1, 256, (8, 8, 3), dtype=np.uint8)
    gammas = np.exp(np.linspace(-2, 2, 2001))
    means = np.array([luminance_of((levels / 255) ** gamma) for gamma in gammas])
    gamma = gammas[np.abs(means - wanted).argmin()]
    assert np.abs(expose(levels, wanted) - (levels / 255) ** gamma * 255).max() < 1.5


@pytest.mark.parametrize(("level", "wanted"), [(0, 0.99), (255, 0.2)])
def test_what_no_gamma_reaches_is_brought_near(level: int, wanted: float) -> None:
    exposed = expose(np.full((4, 4, 3), level, dtype=np.uint8), wanted)
    nearest = (1 / 255) ** (1 / 8) if level == 0 else 1
    assert luminance_of(exposed / 255) == pytest.approx(nearest, abs=0.5 / 255)


def test_a_crop_has_the_size_and_a_luminance_of_the_range() -> None:
    rng = np.random.default_rng(0)
    photograph = Image.fromarray(rng.integers(0, 256, (90, 120, 3), dtype=np.uint8))
    means = []
    for _ in range(100):
        crop = crop_of_scenery(photograph, 12, Crops((0.3, 0.6), (0.4, 0.55)), rng)
        assert (crop.shape, crop.dtype) == ((12, 12, 3), np.uint8)
        means.append(luminance_of(crop / 255))
    assert 0.397 < min(means) < 0.42
    assert 0.53 < max(means) < 0.553


def test_crops_are_mirrored_half_of_the_time() -> None:
    ramp = np.broadcast_to(np.linspace(50, 200, 120, dtype=np.uint8)[None, :, None], (40, 120, 3))
    rng = np.random.default_rng(0)
    photograph, crops = Image.fromarray(ramp), Crops((0.9, 1.0), (0.4, 0.6))
    drawn = [crop_of_scenery(photograph, 8, crops, rng) for _ in range(300)]
    assert 0.4 < np.mean([crop[0, 0, 0] > crop[0, -1, 0] for crop in drawn]) < 0.6


def test_a_generator_decides_the_crop() -> None:
    photograph = Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8))
    first, again, other = (
        crop_of_scenery(photograph, 8, Crops((0.2, 0.9), (0.4, 0.6)), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
