"""What a preparation leaves for people to look at: counts, a table of every file, a sheet of each side."""

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.datasets.layout import MASKS, SIDES, Ledger
from crossnet.images import decode, grid, list_images, pixels

ACROSS = 8  # pictures along a row of a sheet, and rows of one, at most
THUMBNAIL = 96  # pixels, at most


def report(ledger: Ledger, prepared: Path, folder: Path) -> None:
    """Write `prepare.json` (counts), `prepare.csv` (a row for each file and side) and `<side>.png` (a contact sheet).

    A sheet shows at most 64 images of the prepared side, evenly spaced from the first to the last: nobody picks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prepare.json").write_text(json.dumps(ledger.report(), indent=1) + "\n")
    with (folder / "prepare.csv").open("w", newline="", encoding="utf-8", errors="backslashreplace") as stream:
        writer = csv.writer(stream)
        writer.writerow(("side", "source", "id", "kept", "note"))
        writer.writerows((r.side, r.file, r.id, "yes" if r.kept else "no", r.note) for r in ledger.rows)
    for side in (*SIDES, MASKS):
        if (prepared / side).is_dir():
            contact_sheet(prepared / side, folder / f"{side}.png")


def contact_sheet(side: Path, out: Path) -> None:
    """Images of a folder in rows on white, their proportions those of squares."""
    paths = list_images(side)
    shown = [paths[round(i)] for i in np.linspace(0, len(paths) - 1, min(len(paths), ACROSS**2))]
    thumbnails = []
    for path in shown:
        image = decode(path)
        edge = min(THUMBNAIL, *image.size)
        thumbnails.append(pixels(image.resize((edge, edge), Image.Resampling.BICUBIC)))
    across = min(ACROSS, max(1, int(np.ceil(len(shown) ** 0.5))))
    rows = [thumbnails[i : i + across] for i in range(0, len(thumbnails), across)]
    Image.fromarray(grid(rows)).save(out)
