"""Foreground extraction by score maps that the method writes itself, such as an attention, in place of luminance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.roc import both_kinds, curve, separation
from crossnet.evaluation.testset import Direction, Masks

WHITE = {"L": 255, "I;16": 65535}  # the mode of a grey PNG file -> its white


@Metric(
    "foreground_scores",
    {  # in tables they stand in the place of the areas by luminance
        "auc_within_place": Value("AUC within place of its own scores", "", "higher"),
        "auc": Value("AUC of the method’s own scores", "As above, of the scores that the method hands in.", "higher"),
        "auc_per_image": Value("AUC of its own scores, mean over images", "", "higher"),
        "auc_within_place_opposite": Value(
            "AUC within place of its own scores, opposite sign",
            "1 less the area: of the same maps if low meant the object. A method fixes the sign in advance.",
        ),
        "auc_opposite": Value("AUC of its own scores, opposite sign", "As above."),
    },
    needs=("masks", "score_maps"),
    only="to_b",
)
def foreground_scores(direction: Direction) -> Result:
    """The areas of the method's own score maps; their floors are those of the block `foreground`."""
    if direction.score_maps is None or not both_kinds(direction.masks):
        return Result({})
    maps = read_score_maps(direction.score_maps, direction.names, direction.masks)
    found = separation(maps, direction.masks)
    opposite = {f"{key}_opposite": 1 - found[key] for key in ("auc_within_place", "auc") if key in found}
    return Result(found | opposite, curves={"scores": curve(maps, direction.masks)})


def read_score_maps(folder: Path, names: Sequence[str], masks: Masks) -> list[NDArray[np.float64]]:
    """The score map of each image, (H, W) in [0, 255], high on the object.

    A file is <name>.npy, of values in [0, 1], or <name>.png, grey of 8 or 16 bits.

    Raises:
        OSError: a file is missing.
        ValueError: a map has another shape than its mask, or values out of range.
    """
    return [_read(folder, name, mask.shape) for name, mask in zip(names, masks, strict=True)]


def _read(folder: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    path = folder / f"{name}.npy"
    if path.is_file():
        try:
            found = np.load(path, allow_pickle=False).astype(np.float64)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path}: no array of scores: {error}; translate again") from error
    else:
        path = folder / f"{name}.png"
        if not path.is_file():
            raise OSError(f"{path}: no such file, nor one in .npy; a method that writes score maps writes all of them")
        with Image.open(path) as image:
            if image.mode not in WHITE:
                raise ValueError(f"{path}: an image of mode {image.mode}, wanted grey of 8 or 16 bits")
            found = np.asarray(image, dtype=np.float64) / WHITE[image.mode]
    if found.shape != shape:
        raise ValueError(f"{path}: scores of shape {found.shape}, wanted {shape}, the mask's")
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError(f"{path}: scores from {found.min():g} to {found.max():g}, wanted 0 to 1")
    return found * 255
