"""Stripes: level, counted from the object's top, as wide in every picture, of its colour, the same in any place."""

from dataclasses import replace

import numpy as np
import pytest

from crossnet.data.rendering.sculpture import draw
from crossnet.data.rendering.stripes import DARK_SHARE, LEAN, PERIOD, coordinates, plain_colour, stripes, texture

LUMA = np.array([0.299, 0.587, 0.114])
DRAWN = [draw(0, index, 1, (0.3, 0.6), (0.5, 0.85)) for index in range(200)]


def test_stripes_are_those_of_the_seed_and_vary_within_their_ranges() -> None:
    assert stripes(DRAWN[0]).lean == stripes(replace(DRAWN[0], left=0.5)).lean
    leans = np.array([stripes(s).lean for s in DRAWN])
    assert LEAN[0] <= leans.min() < LEAN[0] + 0.02
    assert LEAN[1] - 0.02 < leans.max() <= LEAN[1]


def test_the_tones_are_of_the_objects_hue_and_far_apart() -> None:
    for s in DRAWN:
        pattern, plain = stripes(s), plain_colour(s)
        assert 0 < pattern.dark.max() < 0.15 * plain.max()
        assert pattern.light @ LUMA > 1.6 * (plain @ LUMA)
        assert pattern.light.max() <= 1
        order = np.argsort(plain)
        assert (np.diff(pattern.light[order]) >= 0).all()
        assert (np.diff(pattern.dark[order]) >= 0).all()


def test_a_plain_colour_has_the_hue_that_was_drawn() -> None:
    for s in DRAWN:
        assert plain_colour(s) / plain_colour(s).max() == pytest.approx(
            np.array([s.red, s.green, s.blue]) / max(s.red, s.green, s.blue)
        )


def plate(width: float, height: float) -> np.ndarray:
    """(201 * 201, 3): a flat plate in the plane of the picture, row by row from its lower edge."""
    x, z = np.meshgrid(np.linspace(-width / 2, width / 2, 201), np.linspace(-height / 2, height / 2, 201))
    return np.stack([x.ravel(), np.zeros(x.size), z.ravel()], 1)


@pytest.mark.parametrize(("width", "height"), [(0.5, 2.0), (2.0, 0.5), (1.0, 1.0)])
@pytest.mark.parametrize("extent", [0.5, 0.9])
def test_bands_are_level_from_the_top_and_as_wide_in_every_picture(width: float, height: float, extent: float) -> None:
    pattern = replace(stripes(replace(DRAWN[0], extent=extent)), wave=0.0)
    first = coordinates(pattern, plate(width, height))[:, 0].reshape(201, 201)
    assert np.ptp(first, axis=1) == pytest.approx(np.zeros(201), abs=1e-9)  # level
    assert first[-1, 0] == pytest.approx(-pattern.dark_share / 2)  # a dark band begins at the top
    side = max(width, height) / extent  # of the picture
    assert np.ptp(first) == pytest.approx(height / side / PERIOD)
    moved = plate(width, height) + np.array([3.0, 0.5, -2.0])
    assert coordinates(pattern, moved)[:, 0] == pytest.approx(first.ravel(), abs=1e-9)


def test_bands_bend_with_the_relief_and_by_their_wave() -> None:
    pattern, flat = replace(stripes(DRAWN[0]), wave=0.05), plate(2.0, 1.0)
    raised = flat + np.array([0.0, 0.3, 0.0]) * (np.abs(flat[:, :1]) < 0.5)
    straight = replace(pattern, wave=0.0)
    assert not np.allclose(coordinates(straight, raised), coordinates(straight, flat))
    assert not np.allclose(coordinates(pattern, flat), coordinates(straight, flat))


def test_a_period_is_dark_at_its_ends_and_light_in_its_middle() -> None:
    for s in DRAWN[:20]:
        pattern = stripes(s)
        row = texture(pattern)[0]
        assert row[[0, -1]] == pytest.approx(np.stack([pattern.dark, pattern.dark]), rel=1e-5)
        assert row[len(row) // 2] == pytest.approx(pattern.light, rel=1e-5)
        dark = (row @ LUMA < (pattern.dark + pattern.light) @ LUMA / 2).mean()
        assert dark == pytest.approx(pattern.dark_share, abs=0.01)
        assert DARK_SHARE[0] <= pattern.dark_share <= DARK_SHARE[1]
