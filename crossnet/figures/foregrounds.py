"""Fig. 9, §5.3: the foreground that the translation to white picks out of its input."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from crossnet.figures import sheet
from crossnet.figures.palette import LIGHT, Theme
from crossnet.images import luminance

COLUMNS = ("input", "translation", "extracted foreground", "true mask")


def extract(picture: sheet.Picture, translation: sheet.Picture, threshold: float) -> sheet.Picture:
    """White where the translation's luminance exceeds the threshold (0..255), the input's own colour elsewhere.

    Both are (H, W, 3) uint8 of one size; raises ValueError where they are not.
    """
    if picture.shape != translation.shape:
        raise ValueError(f"the translation is {translation.shape}, its input {picture.shape}")
    near_white = luminance(translation) > threshold  # (H, W)
    return np.where(near_white[..., None], np.uint8(255), picture)


def draw(
    prepared: Path,
    translated: Path,
    out: Path,
    *,
    threshold: float,
    names: Mapping[str, str],
    examples: int = 8,
    theme: Theme = LIGHT,
) -> None:
    """Write the figure, in two panels: prepared holds testA and masksA, translated holds to_b.

    names: what the translation of an image is called, where it is not called as the image is.
    """
    rows = []
    for id_ in sheet.evenly(sorted(p.stem for p in (prepared / "masksA").glob("*.png")), examples):
        picture, mask = (sheet.read(prepared / side / f"{id_}.png") for side in ("testA", "masksA"))
        translation = sheet.read(translated / "to_b" / f"{names.get(id_, id_)}.png")
        rows.append([picture, translation, extract(picture, translation, threshold), mask])
    half = (len(rows) + 1) // 2
    sheet.draw([sheet.Panel(COLUMNS, part) for part in (rows[:half], rows[half:]) if part], out, theme)
