"""Natural photographs that ship with scikit-learn and scikit-image: nothing is downloaded."""

from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.files import write_whole
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
}
TINTS = {"lawn": (0.75, 1.0, 0.45), "gravel": (1.0, 0.93, 0.82), "bricks": (1.0, 0.66, 0.52)}  # of the grey ones
BACKDROPS = ("roofs", "flower", "cat", "lawn", "gravel", "bricks")  # what objects are set into
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


def save_backdrops(folder: Path) -> None:
    """Write every backdrop to folder as a lossless PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in BACKDROPS:
        write_whole(folder / f"{name}.png", png(Image.fromarray(photograph(name))))
