"""The translations of both test sides for the sliders of the page, with what was measured of each image."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossnet.escaping import csv_cell, printable
from crossnet.figures.panels import evenly_spaced
from crossnet.image_folders import list_images
from crossnet.report.embedding import Album

MOST = 120  # images a side; more than these are not looked at, and each takes its bytes
FEWEST = 8
ROOM = 5_500_000  # bytes of the page, for the pictures of both sides

DIRECTIONS = (("to_b", "testA", "testB"), ("to_a", "testB", "testA"))

# a column of reports/plots/images.csv -> (what it is called, which end of it is better, if either)
MEASURES = {
    "auc": ("AUC", "high"),
    "iou": ("IoU", "high"),
    "psnr": ("PSNR", "high"),
    "psnr_object": ("PSNR, object", "high"),
    "psnr_background": ("PSNR, background", "high"),
    "ssim": ("SSIM", "high"),
    "copying": ("copying", "low"),
    "correlation": ("correlation with input", ""),
    "nearest": ("likeness to a real image", "high"),
}
KEYS = ("direction", "name")


@dataclass(frozen=True)
class Test:
    """A test image that was translated: its id, what it is called, and its files."""

    id: str
    name: str
    input: Path
    output: Path
    truth: Path | None


def translated_images(
    prepared: Path, translated: Path, direction: str, paired: bool, names: Mapping[str, Mapping[str, str]]
) -> list[Test]:
    """The images of a direction's test side ("to_b": testA) whose translations are there, sorted by id."""
    inputs, truths = next((a, b) for key, a, b in DIRECTIONS if key == direction)
    if not (prepared / inputs).is_dir():
        return []
    found = []
    for path in list_images(prepared / inputs):
        name = names.get(inputs, {}).get(path.stem, path.stem)
        output, truth = translated / direction / f"{name}.png", prepared / truths / path.name
        if output.exists():
            found.append(Test(path.stem, name, path, output, truth if paired and truth.exists() else None))
    return found


def collect(
    prepared: Path,
    translated: Path,
    measured: Path,
    *,
    paired: bool,
    names: Mapping[str, Mapping[str, str]],
    album: Album,
    room: int = ROOM,
) -> list[dict[str, Any]]:
    """What the script of the sliders reads, a mapping for each direction that was translated.

    measured: a CSV with columns direction, name (of the translation) and any measures, which need not be there. Of more
    than MOST images a side, or than there is room for (bytes), evenly spaced ones are shown; `of` says of how many.
    """
    values = read_measures(measured)
    sides = {key: translated_images(prepared, translated, key, paired, names) for key, *_ in DIRECTIONS}
    chosen = _fitting({key: tests for key, tests in sides.items() if tests}, album, room)
    return [_direction(key, chosen[key], len(sides[key]), values.get(key, {}), album) for key in chosen]


def read_measures(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """direction -> name -> column -> value of images.csv; cells that are no finite number are left out.

    Raises ValueError for a file without the columns direction and name.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    if not path.is_file():
        return found
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        if missing := set(KEYS) - set(reader.fieldnames or ()):
            raise ValueError(f"{path}: no column {', '.join(sorted(missing))}; run `dvc repro evaluate` again")
        for row in reader:
            numbers = {key: _number(text) for key, text in row.items() if key not in KEYS}
            kept = {key: value for key, value in numbers.items() if value is not None}
            found.setdefault(row["direction"], {})[row["name"]] = kept
    return found


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _fitting(sides: Mapping[str, Sequence[Test]], album: Album, room: int) -> dict[str, list[Test]]:
    """As many of each side as there is room for, evenly spaced."""
    count = min(MOST, max(map(len, sides.values()), default=0))
    while True:
        chosen = {key: evenly_spaced(tests, count) for key, tests in sides.items()}
        files = [file for tests in chosen.values() for test in tests for file in _files(test)]
        if count <= FEWEST or album.weight(files) <= room:
            return chosen
        count = max(FEWEST, count * 3 // 4)


def _files(test: Test) -> list[Path]:
    return [file for file in (test.input, test.output, test.truth) if file is not None]


def _direction(
    key: str, tests: Sequence[Test], of: int, values: Mapping[str, Mapping[str, float]], album: Album
) -> dict[str, Any]:
    rows = [values.get(csv_cell(test.name)) or values.get(test.id) or {} for test in tests]
    there = dict.fromkeys(column for row in rows for column in row)
    order = [column for column in MEASURES if column in there] + [c for c in there if c not in MEASURES]
    measures = [(column, *MEASURES.get(column, (column, ""))) for column in order]
    return {
        "key": key,
        "of": of,
        "measures": [{"key": column, "title": title, "better": better} for column, title, better in measures],
        "images": [
            {
                "id": test.id,
                "name": printable(test.name),
                "input": album.number(test.input),
                "translation": album.number(test.output),
                "truth": album.number(test.truth) if test.truth else None,
                "values": dict(row),
            }
            for test, row in zip(tests, rows, strict=True)
        ],
    }
