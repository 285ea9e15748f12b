"""Cut-outs of random size at random places: what is where cannot be guessed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.preparation.compose import Span
from crossnet.data.ranking import rank

PLACES = (0.5, 0.5)  # beta distribution: uniform places would cover the middle of a picture most often


@dataclass(frozen=True)
class Placing:
    """`extent`: the range of the share of the picture's side that an object's longer edge takes."""

    extent: Span
    seed: int

    def place(self, rgba: NDArray[np.uint8], edge: int, name: str) -> NDArray[np.uint8]:
        """Scale an object to a random size, keeping its shape, and put it where it fits, as its name and seed decide.

        rgba: (H, W, 4), alpha not multiplied in, with an object. Returns (edge, edge, 4), transparent elsewhere.
        """
        rng = np.random.default_rng(int(rank(self.seed, f"place of {name}")[:16], 16))
        rows, columns = (np.flatnonzero(rgba[..., 3].any(axis)) for axis in (1, 0))
        tight = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        low, high = self.extent
        scale = rng.uniform(low, high) * edge / max(tight.shape[:2])
        height, width = (max(1, round(scale * length)) for length in tight.shape[:2])
        # Pillow resizes premultiplied colours ("RGBa"), so that what is transparent gives no colour
        part = Image.fromarray(tight).convert("RGBa").resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
        left, top = (round(rng.beta(*PLACES) * (edge - length)) for length in (width, height))
        placed = np.zeros((edge, edge, 4), dtype=np.uint8)
        placed[top : top + height, left : left + width] = np.asarray(part)
        return placed
