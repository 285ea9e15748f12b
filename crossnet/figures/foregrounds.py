"""Fig. 9, section 5.3: foregrounds that are extracted by the translation to white, of one run or of several methods."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossnet.figures import panels
from crossnet.figures.comparison import Column, PreparedImages, subtitle
from crossnet.figures.panels import Picture
from crossnet.figures.registry import Figure, RunResults, run_figure
from crossnet.figures.style import LIGHT, Theme
from crossnet.grabcut import grab_cut, inset_box, on_white
from crossnet.images import luminance

GRABCUT = "GrabCut"
HEADINGS = ("input", "translation", "extracted foreground", GRABCUT, "true mask")
MASKS = "masksA"

Overlap = tuple[str, str, float]  # image, method, intersection over union


@run_figure("foregrounds", position=20)
def figure(run: RunResults) -> Figure | None:
    foreground = run.metrics.get("foreground")
    if not foreground or not (run.images.folder / MASKS).is_dir():
        return None
    threshold = float(foreground["threshold"])
    return Figure(
        "Foreground extraction",
        f"As in the paper’s §5.3: where the luminance of the translation exceeds {threshold:g} the pixel becomes "
        "white, and every other pixel takes its original colour. GrabCut, which is not trained, cuts the foreground "
        f"out of the input, given a box inset from the border. {run.selection}",
        f"A table of {run.images_of_split}: the input, its translation to white, the foreground extracted with it, "
        "that of GrabCut, and the true mask.",
        lambda path, theme: draw(run.images, run.column, path, threshold=threshold, theme=theme),
    )


def extract(picture: Picture, translation: Picture, threshold: float) -> Picture:
    """Make a picture white where the luminance of its translation exceeds a threshold in [0, 255].

    Both are (H, W, 3) uint8 of one size; raises ValueError if their sizes differ.
    """
    if picture.shape != translation.shape:
        raise ValueError(f"the translation is {translation.shape}, its input {picture.shape}")
    near_white = luminance(translation) > threshold  # (H, W)
    return np.where(near_white[..., None], np.uint8(255), picture)


def without_training(picture: Picture) -> Picture:
    """The foreground of a picture on white by GrabCut, given a box inset from the border."""
    return on_white(picture, grab_cut(picture, inset_box(*picture.shape[:2])))


def draw(
    images: PreparedImages,
    column: Column,
    out: Path,
    *,
    threshold: float,
    examples: int = 8,
    theme: Theme = LIGHT,
) -> None:
    """Write the figure of one run, in two panels: input, translation, foreground, GrabCut's and the true mask."""
    masks = images.folder / MASKS
    rows = []
    for image in panels.evenly_spaced(sorted(path.stem for path in masks.glob("*.png")), examples):
        picture, translation = images.input("to_b", image), images.translation(column, "to_b", image)
        foreground = extract(picture, translation, threshold)
        mask = panels.read(masks / f"{image}.png")
        rows.append([picture, translation, foreground, without_training(picture), mask])
    _draw_halves(HEADINGS, rows, "", out, theme)


def draw_methods(
    images: PreparedImages,
    columns: Sequence[Column],
    out: Path,
    *,
    threshold: float,
    examples: int = 8,
    theme: Theme = LIGHT,
) -> list[Overlap]:
    """Write the figure of several methods, in two panels: input, each method's foreground, GrabCut's, the true mask.

    Args:
        images: the prepared images.
        columns: the methods.
        out: the PNG to write.
        threshold: the luminance in [0, 255] above which a pixel of a translation becomes white.
        examples: how many images are shown.
        theme: the colours.

    Returns:
        How well each foreground overlaps with its mask; nothing without masks, which then have no column.

    Raises:
        ValueError: there is no image.
    """
    masks = images.folder / MASKS
    has_masks = masks.is_dir()
    methods = (*(column.name for column in columns), GRABCUT)
    headings = ("input", *methods, *(["true mask"] if has_masks else []))
    rows, overlaps = [], []
    for image in images.examples("to_b", columns, examples):
        picture = images.input("to_b", image)
        found = [extract(picture, images.translation(column, "to_b", image), threshold) for column in columns]
        found.append(without_training(picture))
        row = [picture, *found]
        if has_masks:
            row.append(panels.read(masks / f"{image}.png"))
            overlaps += [
                (image, method, _iou(foreground, row[-1])) for method, foreground in zip(methods, found, strict=True)
            ]
        rows.append(row)
    _draw_halves(headings, rows, subtitle(columns), out, theme)
    return overlaps


def _draw_halves(headings: tuple[str, ...], rows: list[list[Picture]], subtitle: str, out: Path, theme: Theme) -> None:
    half = (len(rows) + 1) // 2
    halves = [panels.Panel(headings, part, subtitle=subtitle) for part in (rows[:half], rows[half:]) if part]
    panels.draw(halves, out, theme)


def _iou(foreground: Picture, mask: Picture) -> float:
    """Return the intersection over union of the pixels that are not white and those of the mask."""
    found, true = (foreground < 255).any(-1), mask[..., 0] >= 128
    return float((found & true).sum() / max(1, (found | true).sum()))
