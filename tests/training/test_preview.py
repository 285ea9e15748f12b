"""The grid of fixed test images and their translations."""

from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.model import translate
from crossnet.training.preview import Preview
from tests.tiny import method


def test_it_shows_the_first_images_of_both_sides_over_their_translations(tmp_path: Path) -> None:
    rng, pictures = np.random.default_rng(0), {}
    for side in ("testA", "testB"):
        (tmp_path / side).mkdir()
        pictures[side] = rng.integers(0, 256, (4, 24, 24, 3), dtype=np.uint8)
        for number, picture in enumerate(pictures[side]):
            Image.fromarray(picture).save(tmp_path / side / f"{number}.png")
    made = method("crossnet")
    sheet = Preview(tmp_path / "testA", tmp_path / "testB", count=3).draw(made)
    assert sheet.shape == (4 * 24 + 3 * 2, 3 * 24 + 2 * 2, 3)
    rows = (
        pictures["testA"],
        translate(made, pictures["testA"], "b"),
        pictures["testB"],
        translate(made, pictures["testB"], "a"),
    )
    for i, row in enumerate(rows):
        for j in range(3):
            cell = sheet[26 * i :, 26 * j :][:24, :24].astype(int)
            assert abs(cell - row[j]).max() <= 1
