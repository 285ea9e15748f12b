"""What a preparation leaves for people to look at: counts, a table of every file, a sheet of each side."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.data.layout import EVERY_SIDE, Records
from crossnet.files import write_atomically, write_csv, write_json
from crossnet.image_folders import list_images
from crossnet.images import decode, grid, pixels, png

ACROSS = 8  # pictures along a row of a sheet, and rows of one, at most
THUMBNAIL = 96  # pixels, at most


Refusals = Sequence[tuple[str, str, str]]  # side, source, reason


def report(records: Records, prepared: Path, folder: Path, earlier: Refusals = ()) -> None:
    """Write the tables of a preparation (`write_tables`) and `<side>.png`, a contact sheet of each side.

    A sheet shows at most 64 images of the prepared side, evenly spaced from the first to the last: nobody picks.
    """
    write_tables(records, folder, earlier)
    for side in EVERY_SIDE:
        if (prepared / side).is_dir():
            contact_sheet(prepared / side, folder / f"{side}.png")


def write_tables(records: Records, folder: Path, earlier: Refusals = ()) -> Path:
    """Write `prepare.json` (counts), `prepare.csv` (a row for each file and side) and `refused.csv` (those of them that
    were left out, with their reasons), and take away what an earlier preparation left. Returns the last one's path.

    `earlier` are those that fetching found and left out: counted as `not_fetched`, and the first rows of `refused.csv`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("prepare.json", "prepare.csv", "refused.csv", *[f"{side}.png" for side in EVERY_SIDE]):
        (folder / name).unlink(missing_ok=True)  # which may be a link into a cache, not to be written to
    write_json(folder / "prepare.json", records.report() | {"not_fetched": len(earlier)})
    rows = [(row.side, row.file, row.id, "yes" if row.kept else "no", row.note) for row in records.rows]
    _table(folder / "prepare.csv", ("side", "source", "id", "kept", "note"), rows)
    refused = [*earlier, *((row.side, row.file, row.note) for row in records.rows if not row.kept)]
    return _table(folder / "refused.csv", ("side", "source", "reason"), refused)


def _table(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    write_csv(path, [heads, *rows])
    return path


def contact_sheet(side: Path, out: Path) -> None:
    """Square images of a folder in rows on white: scaled down to THUMBNAIL, or up by a whole number of times."""
    paths = list_images(side)
    shown = [paths[round(i)] for i in np.linspace(0, len(paths) - 1, min(len(paths), ACROSS**2))]
    thumbnails = []
    for path in shown:
        image = decode(path)
        times = THUMBNAIL // image.width
        edge, how = (image.width * times, Image.Resampling.NEAREST) if times else (THUMBNAIL, Image.Resampling.BICUBIC)
        thumbnails.append(pixels(image.resize((edge, edge), how)))
    across = min(ACROSS, max(1, int(np.ceil(len(shown) ** 0.5))))
    rows = [thumbnails[i : i + across] for i in range(0, len(thumbnails), across)]
    write_atomically(out, png(Image.fromarray(grid(rows))))
