"""Natural photographs to set objects into: which are there, and a crop of one for each object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.layout import split_of
from crossnet.data.preparation.checks import PreparationError, files_of
from crossnet.data.preparation.compose import Crops, crop_of_scenery
from crossnet.data.ranking import rank
from crossnet.escaping import one_line
from crossnet.images import decode, pixels, resized

SHORTEST = 1024  # pixels: photographs are brought down to a shorter edge of so many
LONGEST = 8  # times the shorter edge: of a longer photograph that much is used, from its upper left corner
LARGEST = 4096  # pixels a side, of a crop; a larger one is enlarged from it
IN_MEMORY = 8  # photographs of that size, each process


@dataclass(frozen=True)
class Backdrops:
    """Photographs of each split, and how crops are drawn of them."""

    photographs: Mapping[str, Sequence[Path]]
    crops: Crops
    seed: int

    def crop(self, size: tuple[int, int], side: str, name: str) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, of a width and height, for what has this name, whatever else there is; a square stretched.

        Raises PreparationError for a photograph that does not decode.
        """
        rng = np.random.default_rng(int(rank(self.seed, name)[:16], 16))
        photographs = self.photographs[split_of(side)]
        photograph = _photograph(photographs[int(rng.integers(len(photographs)))])
        edge = min(max(size), LARGEST)
        crop = crop_of_scenery(photograph, edge, self.crops, rng)
        return crop if size == (edge, edge) else pixels(resized(Image.fromarray(crop), size))


def backdrops(folder: Path, layout: str, crops: Crops, seed: int) -> Backdrops:
    """The photographs in the folders train, valid and test of a folder.

    Raises PreparationError with the layout that was expected where one of them has none.
    """
    return Backdrops({split: files_of(folder / split, layout) for split in ("train", "valid", "test")}, crops, seed)


@lru_cache(maxsize=IN_MEMORY)
def _photograph(path: Path) -> Image.Image:
    try:
        photograph = decode(path)
    except OSError as error:
        raise PreparationError(f"{path}: scenery that cannot be read: {one_line(error)}") from error
    width, height = (min(side, LONGEST * min(photograph.size)) for side in photograph.size)
    photograph = photograph.crop((0, 0, width, height))
    scale = SHORTEST / min(photograph.size)
    if scale >= 1:
        return photograph
    size = max(1, round(photograph.width * scale)), max(1, round(photograph.height * scale))
    return photograph.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
