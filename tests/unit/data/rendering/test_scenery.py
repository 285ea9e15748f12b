"""Photographs that come with packages."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.rendering.scenery import BACKDROPS, PHOTOGRAPHS, SURROUNDINGS, panorama, photograph, save_backdrops


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_there_and_in_colour(name: str) -> None:
    picture = photograph(name)
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert min(picture.shape[:2]) >= 256
    assert np.ptp(picture.astype(int), axis=-1).mean() > 5


def test_backdrops_and_surroundings_are_photographs() -> None:
    assert {name for names in BACKDROPS.values() for name in names} | {*SURROUNDINGS} == set(PHOTOGRAPHS)


def test_no_backdrop_is_in_two_splits() -> None:
    names = [name for names in BACKDROPS.values() for name in names]
    assert len(names) == len(set(names))
    assert min(len(names) for names in BACKDROPS.values()) >= 3


def test_backdrops_are_saved_without_loss(tmp_path: Path) -> None:
    save_backdrops(tmp_path / "new")
    found = {path.name: sorted(each.stem for each in path.iterdir()) for path in (tmp_path / "new").iterdir()}
    assert found == {split: sorted(names) for split, names in BACKDROPS.items()}
    with Image.open(tmp_path / "new/train/cat.png") as image:
        assert np.array_equal(np.asarray(image), photograph("cat"))


def test_an_unknown_photograph_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        photograph("moon")


@pytest.mark.parametrize(("level", "linear"), [(0, 0.0), (255, 1.0), (188, 0.5029), (10, 0.003035)])
def test_a_panorama_is_linear_light_all_round_without_a_seam(level: int, linear: float) -> None:
    light = panorama(np.full((40, 60, 3), level, dtype=np.uint8), height=8)
    assert (light.shape, light.dtype) == ((8, 16, 3), np.float32)
    assert light == pytest.approx(linear, rel=1e-3)


def test_a_panorama_is_mirrored() -> None:
    light = panorama(photograph("cat"), height=8)
    assert np.array_equal(light, light[:, ::-1])
