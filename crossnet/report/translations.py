"""The translations of the report: image by image with their measurements, and the foreground at every threshold."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossnet.escaping import csv_cell
from crossnet.figures import roc
from crossnet.figures.comparison import FOLDERS, Direction, PreparedImages
from crossnet.figures.panels import evenly_spaced, read
from crossnet.image_folders import list_images
from crossnet.images import luminance
from crossnet.report.images import Album

MAX_IMAGES = 120  # of a direction
MIN_IMAGES = 8
MAX_BYTES = 5_500_000  # of the images of both directions in the page
KEYS = ("direction", "name")  # columns of images.csv that are no measure
MEASURES = {  # a column of images.csv -> (its name, which end is better, if either is)
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
LEVELS = 256  # thresholds 0 to 255
MASKED_IMAGES = 8  # images whose foreground follows the threshold
PLOT_SIZE = 400  # edge of the ROC plot, in units of its SVG


@dataclass(frozen=True)
class TranslatedImage:
    """An image with a translation: its id, the translation's name, and the files; truth is None if there is none."""

    id: str
    name: str
    input: Path
    output: Path
    truth: Path | None


def translated_images(images: PreparedImages, translated: Path, direction: Direction) -> list[TranslatedImage]:
    """Return the images of a direction that have a translation, sorted by id."""
    inputs, truths = FOLDERS[direction]
    if not (images.folder / inputs).is_dir():
        return []
    found = []
    for path in list_images(images.folder / inputs):
        name = images.translation_name(direction, path.stem)
        output, truth = translated / direction / f"{name}.png", images.folder / truths / path.name
        if output.exists():
            known = truth if images.paired and truth.exists() else None
            found.append(TranslatedImage(path.stem, name, path, output, known))
    return found


def collect(
    images: PreparedImages,
    translated: Path,
    measures: Path,
    album: Album,
    max_bytes: int = MAX_BYTES,
    max_images: int = MAX_IMAGES,
) -> list[dict[str, Any]]:
    """Return "directions" of the report's data: an entry for each direction that was translated.

    Args:
        images: the prepared images.
        translated: the folder with to_b and to_a.
        measures: images.csv, with columns direction, name (of the translation) and any measures; it may be missing.
        album: the images of the page.
        max_bytes: fewer images are shown where they take more bytes.
        max_images: of a direction.
    """
    values = read_measures(measures)
    found = {direction: translated_images(images, translated, direction) for direction in FOLDERS}
    chosen = _fit({direction: each for direction, each in found.items() if each}, album, max_bytes, max_images)
    return [_direction(key, chosen[key], len(found[key]), values.get(key, {}), album) for key in chosen]


def read_measures(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Read images.csv: direction -> name -> column -> value, without cells that are no finite number.

    Raises ValueError if the file lacks one of the columns direction and name.
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


def collect_threshold(
    images: PreparedImages,
    translated: Path,
    shown: Sequence[str],
    curves: Path,
    album: Album,
    start: float | None,
) -> dict[str, Any] | None:
    """Return "threshold" of the report's data: the foreground at each threshold on luminance (section 5.3, Fig. 10).

    Args:
        images: the prepared images.
        translated: the folder with to_b.
        shown: ids of the images of A that may be shown.
        curves: the folder of tables with fpr, tpr and threshold; it may be missing.
        album: the images of the page.
        start: the threshold that the metrics were measured at; None without metrics of the foreground.

    Returns:
        None if no translated image has a mask, or there is no start.
    """
    masks = images.folder / "masksA"
    found = translated_images(images, translated, "to_b")
    masked = {each.id: each for each in found if (masks / f"{each.id}.png").is_file()}
    if not masked or start is None:
        return None
    return {
        "size": PLOT_SIZE,
        "start": round(start),
        "total": len(masked),
        "curves": _curves(roc.read(curves)) if curves.is_dir() else [],
        "counts": pixel_counts(
            [luminance(read(each.output)) for each in masked.values()],
            [read(masks / f"{id_}.png")[..., 0] >= 128 for id_ in masked],
        ),
        "images": [
            {
                "name": masked[id_].name,
                "input": album.number(masked[id_].input),
                "translation": album.number(masked[id_].output),
                "mask": album.number(masks / f"{id_}.png"),
            }
            for id_ in evenly_spaced([id_ for id_ in shown if id_ in masked], MASKED_IMAGES)
        ],
    }


def pixel_counts(levels: Sequence[NDArray[np.float64]], masks: Sequence[NDArray[np.bool_]]) -> dict[str, Any]:
    """Count the pixels that each threshold takes for foreground, among those of the foreground and the background.

    levels: (H, W) luminance of each translation. The comparison is 255 - luminance >= 255 - threshold, as in
    crossnet/evaluation/foreground.py, to the last bit.
    """
    labels = np.concatenate([mask.ravel() for mask in masks])
    scores = 255 - np.concatenate([level.ravel() for level in levels])
    limits = 255 - np.arange(LEVELS, dtype=np.float64)
    true, false = (
        (len(part) - np.searchsorted(np.sort(part), limits)).tolist() for part in (scores[labels], scores[~labels])
    )
    foreground = int(labels.sum())
    return {
        "true_positives": true,
        "false_positives": false,
        "foreground": foreground,
        "background": int(labels.size) - foreground,
    }


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _fit(
    found: Mapping[Direction, Sequence[TranslatedImage]], album: Album, max_bytes: int, max_images: int
) -> dict[Direction, list[TranslatedImage]]:
    """Reduce both directions to the same number of evenly spaced images, until they take at most `max_bytes`."""
    count = min(max_images, max(map(len, found.values()), default=0))
    while True:
        chosen = {key: evenly_spaced(images, count) for key, images in found.items()}
        shown = [each for images in chosen.values() for each in images]
        files = [file for each in shown for file in (each.input, each.output, each.truth) if file is not None]
        if count <= MIN_IMAGES or album.size(files) <= max_bytes:
            return chosen
        count = max(MIN_IMAGES, count * 3 // 4)


def _direction(
    key: str,
    images: Sequence[TranslatedImage],
    total: int,
    values: Mapping[str, Mapping[str, float]],
    album: Album,
) -> dict[str, Any]:
    rows = [values.get(csv_cell(each.name)) or values.get(each.id) or {} for each in images]
    columns = dict.fromkeys(column for row in rows for column in row)
    order = [column for column in MEASURES if column in columns] + [c for c in columns if c not in MEASURES]
    measures = [(column, *MEASURES.get(column, (column, ""))) for column in order]
    return {
        "key": key,
        "total": total,
        "measures": [{"key": column, "title": title, "better": better} for column, title, better in measures],
        "images": [
            {
                "id": each.id,
                "name": each.name,
                "input": album.number(each.input),
                "translation": album.number(each.output),
                "truth": album.number(each.truth) if each.truth else None,
                "values": dict(row),
            }
            for each, row in zip(images, rows, strict=True)
        ],
    }


def _curves(curves: Mapping[str, roc.Curve]) -> list[dict[str, str]]:
    order = [*(image for image in roc.NAMES if image in curves), *(image for image in curves if image not in roc.NAMES)]
    return [
        {
            "kind": image if image in roc.BY_LUMINANCE else "other",
            "name": roc.NAMES.get(image, image),
            "points": " ".join(f"{PLOT_SIZE * fpr:.1f},{PLOT_SIZE * (1 - tpr):.1f}" for fpr, tpr, _ in curves[image]),
        }
        for image in order
        if len(curves[image])
    ]
