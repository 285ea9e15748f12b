"""The grid of fixed test images and their translations."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from crossnet.model import encode, translate
from crossnet.training.diagnostics import code_rank
from crossnet.training.preview import Preview
from tests.support.tiny import method


def two_sides(folder: Path, count: int) -> dict[str, NDArray[np.uint8]]:
    """Random images of testA and testB in a folder, (count, 24, 24, 3) each."""
    rng, pictures = np.random.default_rng(0), {}
    for side in ("testA", "testB"):
        (folder / side).mkdir()
        pictures[side] = rng.integers(0, 256, (count, 24, 24, 3), dtype=np.uint8)
        for number, picture in enumerate(pictures[side]):
            Image.fromarray(picture).save(folder / side / f"{number}.png")
    return pictures


def test_it_shows_the_first_images_of_both_sides_over_their_translations(tmp_path: Path) -> None:
    pictures = two_sides(tmp_path, 4)
    made = method("crossnet")
    sheet = Preview(tmp_path, count=3).draw(made)
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


def test_a_method_of_one_direction_has_two_rows(tmp_path: Path) -> None:
    pictures = two_sides(tmp_path, 2)
    made = method("crossnet")
    both = Preview(tmp_path).draw(made)
    made.directions = ("b",)
    assert np.array_equal(Preview(tmp_path).draw(made), both[: 24 + 2 + 24])
    made.directions = ("a",)
    assert np.array_equal(Preview(tmp_path).draw(made)[:24, :24], pictures["testB"][0])


def test_the_ranks_are_those_of_the_codes_of_its_images(tmp_path: Path) -> None:
    x = two_sides(tmp_path, 3)
    made = method("crossnet")
    ranks = Preview(tmp_path, count=2).code_ranks(made)
    codes = {"z_b": encode(made, x["testA"][:2], "b"), "z_a": encode(made, x["testB"][:2], "a")}
    assert ranks == {f"code_rank/{z}": pytest.approx(code_rank(torch.from_numpy(code))) for z, code in codes.items()}


def test_it_has_validation_images_where_a_task_has_some(tmp_path: Path) -> None:
    made, drawn = method("crossnet"), []
    for shade, split in enumerate(("test", "valid")):
        for domain in "AB":
            (tmp_path / f"{split}{domain}").mkdir()
            Image.new("RGB", (24, 24), (100 * shade,) * 3).save(tmp_path / f"{split}{domain}" / "0.png")
        drawn.append(Preview(tmp_path).draw(made)[0, 0, 0])
    assert drawn == [0, 100]
