"""Score maps of a method's own: what is read, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.evaluation.score_maps import foreground_scores, read_score_maps
from tests.support.evaluated import direction

MASK = np.zeros((2, 3), bool)


def test_the_areas_of_the_opposite_sign_are_1_less_those(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    masks, maps = rng.random((3, 8, 8)) < 0.4, rng.random((3, 8, 8))
    found = []
    for name, each in (("own", maps), ("opposite", 1 - maps)):
        (tmp_path / name).mkdir()
        for number, values in enumerate(each):
            np.save(tmp_path / name / f"{number}.npy", values)
        images = [np.zeros((8, 8, 3), np.uint8)] * 3
        given = direction(images, images, masks=list(masks), score_maps=tmp_path / name)
        found.append(foreground_scores(given).values)
    for key in ("auc", "auc_within_place"):
        assert found[0][f"{key}_opposite"] == pytest.approx(found[1][key])
        assert found[0][key] != pytest.approx(0.5, abs=1e-3)


def test_arrays_and_grey_images_are_brought_to_255(tmp_path: Path) -> None:
    values = np.array([[0, 1, 2], [3, 4, 5]])
    np.save(tmp_path / "a.npy", (values / 5).astype(np.float16))
    Image.fromarray((values * 51).astype(np.uint8)).save(tmp_path / "b.png")
    Image.fromarray((values * 13107).astype(np.uint16)).save(tmp_path / "c.png")
    for found in read_score_maps(tmp_path, ["a", "b", "c"], [MASK] * 3):
        assert found == pytest.approx(values * 51.0, abs=0.1)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 2)), r"of shape \(3, 2\), wanted \(2, 3\), the mask's"),
        (np.full((2, 3), 1.5), "from 1.5 to 1.5, wanted 0 to 1"),
        (np.full((2, 3), np.nan), "from nan to nan, wanted 0 to 1"),
    ],
)
def test_what_cannot_be_scores_is_refused(tmp_path: Path, array: np.ndarray, said: str) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=rf"a\.npy: scores {said}"):
        read_score_maps(tmp_path, ["a"], [MASK])


def test_a_missing_one_and_a_coloured_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"a\.png: no such file, nor one in \.npy"):
        read_score_maps(tmp_path, ["a"], [MASK])
    Image.new("RGB", (3, 2)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"a\.png: an image of mode RGB, wanted grey"):
        read_score_maps(tmp_path, ["a"], [MASK])
