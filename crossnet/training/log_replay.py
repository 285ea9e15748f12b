"""What a run has logged so far, so that one that goes on can tell it again: DVC empties a stage's folders first."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.files import write_atomically
from crossnet.images import png

Row = tuple[str, float, int]  # name, value, steps done
Log = Callable[[str, float, int], None]
Show = Callable[[Path, int], None]  # a picture's file, steps done


class Journal:
    """Passes rows and pictures on, and keeps them: rows in memory, for the checkpoint; pictures in a folder."""

    def __init__(self, folder: Path, log: Log, show: Show):
        self.rows: list[Row] = []
        self._folder, self._log, self._show = folder, log, show

    def write(self, name: str, value: float, done: int) -> None:
        """Log a value after so many steps."""
        self.rows.append((name, value, done))
        self._log(name, value, done)

    def draw(self, picture: NDArray[np.uint8], done: int) -> None:
        """Log a picture, (H, W, 3) uint8, after so many steps."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{done}.png"
        write_atomically(path, png(Image.fromarray(picture)), lasting=True)  # a checkpoint of a later step rests on it
        self._show(path, done)

    def replay(self, rows: Iterable[Row], done: int) -> None:
        """Pass on again what was logged in the first `done` steps, in its order."""
        drawn = (path for path in self._folder.glob("*.png") if re.fullmatch("[0-9]+", path.stem))
        pictures = sorted((int(path.stem), path) for path in drawn if int(path.stem) <= done)
        for name, value, step in rows:
            while pictures and pictures[0][0] < step:
                earlier, path = pictures.pop(0)
                self._show(path, earlier)
            self.write(name, value, step)
        for earlier, path in pictures:
            self._show(path, earlier)
