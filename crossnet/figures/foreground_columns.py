"""Fig. 9: the foregrounds that several methods pick out of the same inputs, side by side."""

from collections.abc import Sequence
from pathlib import Path

from crossnet.figures import sheet
from crossnet.figures.columns import Column, Subjects, subtitle
from crossnet.figures.foregrounds import extract
from crossnet.figures.palette import LIGHT, Theme

Overlap = tuple[str, str, float]  # image, method, intersection over union


def draw(
    tested: Subjects,
    columns: Sequence[Column],
    out: Path,
    *,
    threshold: float,
    examples: int = 8,
    theme: Theme = LIGHT,
) -> list[Overlap]:
    """Write the figure, in two panels: input, each method's foreground (§5.3), and the true mask where there is one.

    threshold: the luminance above which a pixel of a translation becomes white. Returns, where there are masks, how
    well each foreground shown overlaps with its mask. Raises ValueError where there is no image.
    """
    masks = tested.prepared / "masksA"
    masked = masks.is_dir()
    heads = ("input", *(column.name for column in columns), *(["true mask"] if masked else []))
    rows, overlaps = [], []
    for image in tested.images("to_b", columns, examples):
        picture = tested.input("to_b", image)
        row = [picture]
        for column in columns:
            found = extract(picture, tested.translation(column, "to_b", image), threshold)
            row.append(found)
            if masked:
                overlaps.append((image, column.name, _overlap(found, sheet.read(masks / f"{image}.png"))))
        rows.append([*row, sheet.read(masks / f"{image}.png")] if masked else row)
    half = (len(rows) + 1) // 2
    panels = [sheet.Panel(heads, part, subtitle=subtitle(columns)) for part in (rows[:half], rows[half:]) if part]
    sheet.draw(panels, out, theme)
    return overlaps


def _overlap(found: sheet.Picture, mask: sheet.Picture) -> float:
    """Intersection over union of what is not white and of what the mask has at half or more."""
    there, true = (found < 255).any(-1), mask[..., 0] >= 128
    return float((there & true).sum() / max(1, (there | true).sum()))
