"""Renders are deterministic, whole, and as bright as asked."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.data.rendering.render import render, render_pair
from crossnet.data.rendering.scenery import panorama
from crossnet.data.rendering.sculpture import MATERIALS, TINTED, Sculpture, diffuse, draw, specular, spotlit
from crossnet.data.rendering.shapes import FAMILIES, sculpture

SIZE, SAMPLES = 24, 4
EXTENT = (0.66, 0.92)


@cache
def light() -> NDArray[np.float32]:
    ramp = np.linspace(60, 220, 64, dtype=np.uint8)
    return panorama(np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], np.uint8(120)), -1))


def rendered(s: Sculpture) -> NDArray[np.uint8]:
    return render(s, SIZE, SAMPLES, light())


def mean_luminance(rgba: NDArray[np.uint8]) -> float:
    alpha = rgba[..., 3] / 255
    return float((rgba[..., :3] / 255 @ [0.299, 0.587, 0.114] * alpha).sum() / alpha.sum())


def some(index: int = 0, **changed: object) -> Sculpture:
    return replace(draw(0, index, 1, (0.15, 0.8), EXTENT), **changed)  # type: ignore[arg-type]


def test_a_sculpture_is_a_function_of_seed_and_index() -> None:
    assert draw(1, 5, 3, (0.2, 0.7), EXTENT) == draw(1, 5, 3, (0.2, 0.7), EXTENT)
    assert len({draw(seed, index, 3, (0.2, 0.7), EXTENT) for seed in (0, 1) for index in range(20)}) == 40


def test_sculptures_vary_in_everything() -> None:
    drawn = [draw(0, index, 4, (0.15, 0.8), EXTENT) for index in range(400)]
    assert [s.family for s in drawn[: len(FAMILIES)]] == list(FAMILIES)
    assert {s.material for s in drawn} == set(MATERIALS)
    assert len(MATERIALS) == 3
    assert {s.surroundings for s in drawn} == {0, 1, 2, 3}
    luminances = np.array([s.luminance for s in drawn])
    assert luminances.min() >= 0.15
    assert luminances.max() <= 0.8
    assert np.histogram(luminances, 5, (0.15, 0.8))[0].min() > 40
    assert all(0 < channel < 1 for s in drawn for channel in (s.red, s.green, s.blue))


def test_the_same_sculpture_renders_to_the_same_bytes() -> None:
    assert rendered(some()).tobytes() == rendered(some()).tobytes()
    assert rendered(some()).tobytes() != rendered(some(8)).tobytes()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("turn", range(2))
def test_every_family_fills_a_fair_share_of_its_picture(family: str, turn: int) -> None:
    rgba = rendered(some(list(FAMILIES).index(family) + turn * len(FAMILIES)))
    assert (rgba.shape, rgba.dtype) == ((SIZE, SIZE, 4), np.uint8)
    assert 0.02 < (rgba[..., 3] / 255).mean() < 0.8


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize(
    ("extent", "left", "top"), [(0.5, 0.0, 1.0), (0.5, 0.9, 0.2), (0.9, 0.5, 0.5), (1.0, 0.3, 0.6)]
)
def test_an_object_has_the_size_and_the_place_that_were_asked_for(
    index: int, extent: float, left: float, top: float
) -> None:
    size = 40
    rgba = render(some(index, extent=extent, left=left, top=top), size, 9, light())
    rows, columns = (np.flatnonzero(rgba[..., 3].any(axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert max(height, width) == pytest.approx(extent * size, abs=2)  # pixels at both ends are partly covered
    assert columns[0] == pytest.approx(left * (size - width), abs=1.5)
    assert rows[0] == pytest.approx(top * (size - height), abs=1.5)


def test_places_cover_the_picture_evenly_and_sizes_their_range() -> None:
    drawn = [draw(0, index, 1, (0.15, 0.8), (0.35, 0.7)) for index in range(400)]
    for places in ([s.left for s in drawn], [s.top for s in drawn]):
        shares = np.histogram(places, 4, (0, 1))[0] / len(drawn)
        assert shares == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 3], abs=0.06)  # of an arcsine distribution
    assert np.histogram([s.extent for s in drawn], 5, (0.35, 0.7))[0].min() > 50


@pytest.mark.parametrize("material", MATERIALS)
@pytest.mark.parametrize("luminance", [0.15, 0.45, 0.8])
def test_a_render_has_the_mean_luminance_that_was_asked_for(material: str, luminance: float) -> None:
    rgba = rendered(some(2, material=material, luminance=luminance))
    assert mean_luminance(rgba) == pytest.approx(luminance, abs=0.02)
    assert rgba[rgba[..., 3] > 128][:, :3].std() > 2  # shaded, not flat


def test_a_diffuse_sculpture_has_its_colour() -> None:
    red, _, blue = rendered(some(2, material="diffuse", red=0.8, green=0.1, blue=0.1))[8:16, 8:16, :3].mean((0, 1))
    assert red > 1.5 * blue


def luminances(rgba: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Of the pixels that the object covers, in [0, 1]."""
    return rgba[rgba[..., 3] == 255][:, :3] / 255 @ [0.299, 0.587, 0.114]


def shining(index: int, **changed: object) -> Sculpture:
    """Lacquer of a dark colour, lit from the camera's side."""
    dark = {"red": 0.3, "green": 0.2, "blue": 0.2, "luminance": 0.3, "material": "lacquer", "roughness": 0.08}
    return replace(spotlit(some(index)), **(dark | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [2, 3, 7])
def test_highlights_are_on_the_specular_picture_alone(index: int) -> None:
    a, b = (luminances(rgba) for rgba in render_pair(shining(index), diffuse(shining(index)), 32, 16, light()))
    assert a.max() - np.median(a) > 1.4 * (b.max() - np.median(b))
    assert np.median(a) < np.median(b)  # what is reflected at the coat does not reach the colour below


def test_both_pictures_have_one_alpha_and_the_diffuse_one_the_luminance() -> None:
    a, b = render_pair(shining(1), diffuse(shining(1)), SIZE, SAMPLES, light())
    assert np.array_equal(a[..., 3], b[..., 3])
    assert 0 < (a[..., 3] == 255).mean() < 1
    assert mean_luminance(b) == pytest.approx(0.3, abs=0.02)
    assert a[..., :3].tobytes() != b[..., :3].tobytes()
    edge = (a[..., 3] > 0) & (a[..., 3] < 255)
    assert (a[edge][:, :3].max(1) > 0).all()  # no pixel without a colour


def test_the_exposure_is_one() -> None:
    """Twice a diffuse object: the second is the first, not another brightness."""
    matte = diffuse(some(2))
    a, b = render_pair(matte, matte, SIZE, SAMPLES, light())
    assert np.array_equal(a, b)
    assert np.array_equal(b, render(matte, SIZE, SAMPLES, light()))


def test_a_specular_sculpture_differs_in_its_material_alone() -> None:
    drawn = [spotlit(draw(0, index, 4, (0.15, 0.8), EXTENT)) for index in range(200)]
    shiny = [specular(s) for s in drawn]
    assert [replace(s, material="", conductor="", roughness=0) for s in shiny] == [
        replace(s, material="", conductor="", roughness=0) for s in drawn
    ]
    assert {s.conductor for s in shiny} == {TINTED}
    assert 0.6 < np.mean([s.material == "lacquer" for s in shiny]) < 0.9
    assert {s.material for s in shiny} == {"lacquer", "roughconductor"}
    assert {diffuse(s).material for s in shiny} == {"diffuse"}


def test_a_spotlight_stands_on_the_cameras_side() -> None:
    for s in (draw(0, index, 4, (0.15, 0.8), EXTENT) for index in range(100)):
        assert np.cos(np.radians(spotlit(s).key_azimuth)) < 0  # the camera is at -y, azimuth 0 at +y
        assert spotlit(s).key_strength > s.key_strength


def test_a_metal_of_the_sculptures_colour_has_it() -> None:
    metal = shining(2, material="roughconductor", conductor=TINTED, roughness=0.4, red=0.8, green=0.1, blue=0.1)
    red, _, blue = rendered(metal)[8:16, 8:16, :3].mean((0, 1))
    assert red > 1.5 * blue


def test_a_mesh_that_is_given_takes_the_place_of_the_familys() -> None:
    blob = sculpture("blob", np.random.default_rng(3))
    given = render(some(0, family="mine.ply"), SIZE, SAMPLES, light(), blob)
    assert given.tobytes() != rendered(some()).tobytes()
    assert 0.02 < (given[..., 3] / 255).mean() < 0.8
