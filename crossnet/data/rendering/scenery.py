"""Natural photographs that ship with scikit-learn and scikit-image: nothing is downloaded."""

from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.base import SourceError
from crossnet.data.copying import copy_files
from crossnet.data.names import rank
from crossnet.files import write_atomically
from crossnet.image_folders import list_folder
from crossnet.images import png

# name -> (package, file): photographs among what both packages install
PHOTOGRAPHS = {
    "roofs": ("sklearn.datasets.images", "china.jpg"),
    "flower": ("sklearn.datasets.images", "flower.jpg"),
    "cat": ("skimage.data", "chelsea.png"),
    "coffee": ("skimage.data", "coffee.png"),
    "garage": ("skimage.data", "motorcycle_left.png"),
    "launch": ("skimage.data", "rocket.jpg"),
    "lawn": ("skimage.data", "grass.png"),
    "gravel": ("skimage.data", "gravel.png"),
    "bricks": ("skimage.data", "brick.png"),
    "park": ("skimage.data", "camera.png"),
    "sand": ("skimage.data", "moon.png"),
}
TINTS = {  # of the grey ones
    "lawn": (0.75, 1.0, 0.45),
    "gravel": (1.0, 0.93, 0.82),
    "bricks": (1.0, 0.66, 0.52),
    "park": (0.85, 0.95, 1.0),
    "sand": (1.0, 0.86, 0.62),
}
BACKDROPS = {  # what objects are set into: no photograph is in two splits
    "train": ("roofs", "cat", "garage", "lawn", "park"),
    "valid": ("coffee", "launch", "sand"),
    "test": ("flower", "gravel", "bricks"),
}
HELD_OUT = 0.2  # share of a user's photographs of scenery that the validation and the test each have for themselves
SURROUNDINGS = ("roofs", "flower", "cat", "coffee", "garage", "launch")  # what lights them


def photograph(name: str) -> NDArray[np.uint8]:
    """One photograph, (H, W, 3) uint8, sRGB. Raises KeyError for a name that is not in PHOTOGRAPHS."""
    package, file = PHOTOGRAPHS[name]
    with files(package).joinpath(file).open("rb") as stream, Image.open(stream) as image:
        return (np.asarray(image.convert("RGB")) * np.array(TINTS.get(name, (1.0, 1.0, 1.0))) + 0.5).astype(np.uint8)


def panorama(picture: NDArray[np.uint8], height: int = 32) -> NDArray[np.float32]:
    """A photograph as soft light from all round: (height, 2 height, 3) float32, linear, the left half mirrored."""
    half = np.asarray(Image.fromarray(picture).resize((height, height), Image.Resampling.BOX), dtype=np.float32) / 255
    linear = np.where(half <= 0.04045, half / 12.92, ((half + 0.055) / 1.055) ** 2.4)
    return np.concatenate([linear, linear[:, ::-1]], 1).astype(np.float32)


def panoramas() -> list[NDArray[np.float32]]:
    """The light of each of SURROUNDINGS, as `panorama` makes it."""
    return [panorama(photograph(name)) for name in SURROUNDINGS]


def save_scenery(folder: Path, source: Path | None, seed: int) -> None:
    """Write photographs of scenery to folder/{train,valid,test}, each to one of them.

    source: a folder of photographs, which a seeded rule deals out: HELD_OUT of them each to valid and to test, one at
    least. None: those that ship with the project's libraries (BACKDROPS). Raises SourceError for fewer than three.
    """
    if source is None:
        save_backdrops(folder)
        return
    if not source.is_dir():
        raise SourceError(f"{source}: no such folder; wanted one with photographs of scenery")
    listing = list_folder(source)
    listing.tell_rest()
    found = sorted(listing.images, key=lambda path: rank(seed, path.name))
    if len(found) < len(BACKDROPS):
        raise SourceError(
            f"{source}: {len(found)} images; wanted {len(BACKDROPS)} photographs of scenery or more, since training, "
            "validation and test share none"
        )
    held_out = max(1, int(HELD_OUT * len(found)))
    parts = {"test": found[:held_out], "valid": found[held_out : 2 * held_out], "train": found[2 * held_out :]}
    copy_files([(paths, folder / split) for split, paths in parts.items()])


def save_backdrops(folder: Path) -> None:
    """Write the backdrops of each split to folder/<split>/<name>.png, without loss."""
    for split, names in BACKDROPS.items():
        (folder / split).mkdir(parents=True, exist_ok=True)
        for name in names:
            write_atomically(folder / split / f"{name}.png", png(Image.fromarray(photograph(name))))
