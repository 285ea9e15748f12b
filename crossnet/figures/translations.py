"""Test images beside their translations, both ways (the paper's Fig. 5 to 8 in spirit), and beside the truth."""

from pathlib import Path

from crossnet.figures import sheet
from crossnet.figures.palette import LIGHT, Theme


def draw(
    prepared: Path,
    translated: Path,
    out: Path,
    *,
    a: str,
    b: str,
    paired: bool,
    rows: int = 8,
    theme: Theme = LIGHT,
) -> None:
    """Write the figure; a direction that was not translated is left out.

    prepared: holds testA and testB. translated: holds to_b and to_a. a, b: the domains in words.
    paired: testA/<name> and testB/<name> show the same thing, and so give the truth.
    """
    directions = [("A → B", f"{a} → {b}", "testA", "to_b", "testB", "truth")]
    directions += [("B → A", f"{b} → {a}", "testB", "to_a", "testA", "one of many truths")]
    panels = []
    for title, subtitle, inputs, outputs, truths, truth in directions:
        names = sheet.evenly(sorted(p.name for p in (translated / outputs).glob("*.png")), rows)
        folders = [prepared / inputs, translated / outputs] + ([prepared / truths] if paired else [])
        columns = ("input", "translation", truth)[: len(folders)]
        if names:
            pictures = [[sheet.read(folder / name) for folder in folders] for name in names]
            panels.append(sheet.Panel(columns, pictures, title, subtitle))
    sheet.draw(panels, out, theme)
