"""What was logged is told again in its order."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crossnet.training.log_replay import Journal


def journal(folder: Path) -> tuple[Journal, list[Any]]:
    told: list[Any] = []
    return Journal(
        folder, lambda name, value, done: told.append((name, value, done)), lambda path, done: told.append((path, done))
    ), told


def test_rows_and_pictures_come_again_up_to_the_step_that_is_asked_for(tmp_path: Path) -> None:
    first, told = journal(tmp_path)
    for done in (1, 2, 3):
        first.write("x", done / 3, done)
        if done > 1:
            first.draw(np.full((2, 2, 3), done, dtype=np.uint8), done)
    for stray in ("._2.png", "mine.png", "\u00b2.png"):
        (tmp_path / stray).touch()
    second, again = journal(tmp_path)
    second.replay([row for row in first.rows if row[2] <= 2], 2)
    assert again == told[:3]
    assert second.rows == first.rows[:2]
    assert np.asarray(Image.open(again[2][0]))[0, 0, 0] == 2
