"""Test images beside their translations, both ways (the paper's Fig. 5 to 8 in spirit), and beside the truth."""

from collections.abc import Mapping
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
    names: Mapping[str, Mapping[str, str]],
    rows: int = 8,
    theme: Theme = LIGHT,
) -> None:
    """Write the figure; a direction that was not translated is left out.

    prepared: holds testA and testB. translated: holds to_b and to_a. a, b: the domains in words.
    paired: testA/<name> and testB/<name> show the same thing, and so give the truth. names: what the translation of
    an image of testA or of testB is called, where it is not called as the image is.
    """
    directions = [("A → B", f"{a} → {b}", "testA", "to_b", "testB", "truth")]
    directions += [("B → A", f"{b} → {a}", "testB", "to_a", "testA", "one of many truths")]
    panels = []
    for title, subtitle, inputs, outputs, truths, truth in directions:
        called = {p.stem: names.get(inputs, {}).get(p.stem, p.stem) for p in (prepared / inputs).glob("*.png")}
        there = [id_ for id_ in sorted(called) if (translated / outputs / f"{called[id_]}.png").exists()]
        columns = ("input", "translation", truth)[: 2 + paired]
        pictures = []
        for id_ in sheet.evenly(there, rows):
            files = [prepared / inputs / f"{id_}.png", translated / outputs / f"{called[id_]}.png"]
            files += [prepared / truths / f"{id_}.png"] * paired
            pictures.append([sheet.read(file) for file in files])
        if pictures:
            panels.append(sheet.Panel(columns, pictures, title, subtitle))
    sheet.draw(panels, out, theme)
