"""Score maps that a method wrote itself, such as an attention, to be judged in place of luminance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DEEPEST = {"L": 255, "I;16": 65535}  # the mode of a grey PNG file -> its white


def read_scores(folder: Path, names: Sequence[str], masks: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.float64]]:
    """<name>.npy, of [0, 1], or <name>.png, grey of 8 or 16 bits, for each name -> (H, W) in [0, 255], as its mask.

    High is foreground. Empty where there is no such folder. Raises OSError or ValueError for a map that is missing, of
    another shape than its mask, or out of range.
    """
    if not folder.is_dir():
        return []
    return [_read(folder, name, mask.shape) for name, mask in zip(names, masks, strict=True)]


def _read(folder: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    path = folder / f"{name}.npy"
    if path.is_file():
        try:
            found = np.load(path, allow_pickle=False).astype(np.float64)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path}: no array of scores: {error}; translate anew") from error
    else:
        path = folder / f"{name}.png"
        if not path.is_file():
            raise OSError(f"{path}: no such file, nor one in .npy; a method that writes score maps writes all of them")
        with Image.open(path) as image:
            if image.mode not in DEEPEST:
                raise ValueError(f"{path}: an image of mode {image.mode}, wanted grey of 8 or 16 bits")
            found = np.asarray(image, dtype=np.float64) / DEEPEST[image.mode]
    if found.shape != shape:
        raise ValueError(f"{path}: scores of shape {found.shape}, wanted {shape}, the mask's")
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError(f"{path}: scores from {found.min():g} to {found.max():g}, wanted 0 to 1")
    return found * 255
