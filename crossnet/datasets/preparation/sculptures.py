"""The default task, after the paper's protocol for Zappos (§5.3): objects on scenery <-> other objects on white."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.datasets.layout import FROM_WHITE, MASKS, SIDES, Ledger, Row, write_description
from crossnet.datasets.preparation.compose import Crops, crop_of_scenery, mask, on_background, on_white
from crossnet.files import write_whole
from crossnet.images import list_images, png
from crossnet.progress import progress

DOMAINS = {"a": "sculptures on natural scenery", "b": "sculptures on white"}


def prepare(raw: Path, prepared: Path, load_size: int, size: int, backgrounds: int, crops: Crops, seed: int) -> Ledger:
    """Composite train A (each object `backgrounds` times) and train B (other objects), and both versions of the test.

    Raises OSError for a raw file that does not decode, and ValueError for one of the wrong size: what was rendered here
    has no excuse.
    """
    scenery = []
    for path in list_images(raw / "scenery"):
        with Image.open(path) as image:
            scenery.append(image.convert("RGB"))
    for side in (*SIDES, MASKS):
        (prepared / side).mkdir(parents=True)
    ledger = Ledger()

    def save(side: str, name: str, pixels: NDArray[np.uint8]) -> None:
        write_whole(prepared / side / f"{name}.png", png(Image.fromarray(pixels)))
        ledger.rows.append(Row(side, name, path.relative_to(raw).as_posix()))

    def scenic(rgba: NDArray[np.uint8], side: str, number: int) -> NDArray[np.uint8]:
        rng = np.random.default_rng([seed, number])
        photograph = scenery[rng.integers(len(scenery))]
        return on_background(rgba, crop_of_scenery(photograph, len(rgba), side, crops, rng))

    files = list_images(raw / "objects" / "testA") + list_images(raw / "objects" / "trainA")
    files += list_images(raw / "objects" / "trainB")
    for path in progress(files, len(files), "compositing", "objects"):
        side, number = path.parent.name, int(path.stem)
        rgba = _object(path, size if side == "testA" else load_size)
        if side == "testA":
            save("testA", path.stem, scenic(rgba, "test", number))
            save("testB", path.stem, on_white(rgba))
            save(MASKS, path.stem, mask(rgba))
        elif side == "trainB":
            save("trainB", path.stem, on_white(rgba))
        else:
            for turn in range(backgrounds):
                save("trainA", f"{path.stem}-{turn}", scenic(rgba, "train", number + turn * 10**6))
    write_description(prepared, ledger, "sculptures", DOMAINS, True, load_size, size, FROM_WHITE)
    return ledger


def _object(path: Path, size: int) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        if image.mode != "RGBA" or image.size != (size, size):
            raise ValueError(f"{path}: {image.mode} {image.size}, wanted RGBA {(size, size)}; run `dvc repro -f fetch`")
        return np.asarray(image)
