"""Stripes: across the object, with a dark band in its middle, of its colour, and not where its place is."""

from dataclasses import replace

import numpy as np
import pytest

from crossnet.datasets.rendering.sculpture import draw
from crossnet.datasets.rendering.stripes import BANDS, DARK_SHARE, coordinates, plain_colour, stripes, texture

LUMA = np.array([0.299, 0.587, 0.114])
DRAWN = [draw(0, index, 1, (0.3, 0.6), (0.5, 0.85)) for index in range(200)]


def test_stripes_are_those_of_the_seed_and_vary_within_their_ranges() -> None:
    first, again = stripes(DRAWN[0]), stripes(replace(DRAWN[0], left=0.5))
    assert (first.bands, first.turn, first.phase) == (again.bands, again.turn, again.phase)
    bands = np.array([stripes(s).bands for s in DRAWN])
    assert BANDS[0] <= bands.min() < BANDS[0] + 0.1
    assert BANDS[1] - 0.1 < bands.max() <= BANDS[1]


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


def rod(length: float, angle: float, shift: float = 0.0) -> np.ndarray:
    """A flat rod of width 0.1 in the plane of the picture, at an angle in radians."""
    along, across = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 201) * length / 2, [-0.05, 0.05]))
    x, z = along * np.cos(angle) - across * np.sin(angle), along * np.sin(angle) + across * np.cos(angle)
    return np.stack([x + shift, np.zeros_like(x), z - shift], 1)


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.3])
@pytest.mark.parametrize("length", [0.5, 2.0])
def test_bands_lie_across_the_longer_extent_wherever_it_points(length: float, angle: float) -> None:
    pattern = replace(stripes(DRAWN[0]), wave=0.0, turn=0.0)
    first = coordinates(pattern, rod(length, angle))[:, 0]
    assert np.ptp(first) == pytest.approx(pattern.bands, rel=1e-6)
    assert first[:201] == pytest.approx(first[201:], abs=1e-6)  # both sides of the rod
    assert abs(first[100]) < 1e-6  # its middle is a dark band's
    assert coordinates(pattern, rod(length, angle, 3.0))[:, 0] == pytest.approx(first, abs=1e-6)


def test_bands_bend_with_the_relief_and_by_their_wave() -> None:
    pattern, flat = stripes(DRAWN[0]), rod(2.0, 0.0)
    raised = flat + [0.0, 0.3, 0.0] * (np.abs(flat[:, :1]) < 0.5)
    straight = replace(pattern, wave=0.0)
    assert not np.allclose(coordinates(straight, raised), coordinates(straight, flat))
    wide = np.stack([np.linspace(-1, 1, 50), np.zeros(50), np.linspace(-0.5, 0.5, 50)], 1)
    assert not np.allclose(coordinates(pattern, wide), coordinates(straight, wide))


def test_a_period_is_dark_at_its_ends_and_light_in_its_middle() -> None:
    for s in DRAWN[:20]:
        pattern = stripes(s)
        row = texture(pattern)[0]
        assert row[[0, -1]] == pytest.approx(np.stack([pattern.dark, pattern.dark]), rel=1e-5)
        assert row[len(row) // 2] == pytest.approx(pattern.light, rel=1e-5)
        dark = (row @ LUMA < (pattern.dark + pattern.light) @ LUMA / 2).mean()
        assert dark == pytest.approx(pattern.dark_share, abs=0.01)
        assert DARK_SHARE[0] <= pattern.dark_share <= DARK_SHARE[1]
