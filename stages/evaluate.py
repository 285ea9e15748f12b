import json
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from crossnet.datasets.layout import translation_names
from crossnet.images import decode, list_images, pixels
from crossnet.metrics.distances import FEWEST, distances
from crossnet.metrics.foreground import foreground, roc
from crossnet.metrics.paired import paired
from crossnet.params import Params
from stages.command import command


def read(folder: Path) -> list[NDArray[np.uint8]]:
    return [pixels(decode(path)) for path in list_images(folder)]


def read_translations(folder: Path, prepared: Path, side: str) -> list[NDArray[np.uint8]]:
    """The translations of a test side, in the order of its images."""
    names = translation_names(prepared, side)
    return [pixels(decode(folder / f"{names[path.stem]}.png")) for path in list_images(prepared / side)]


def evaluate(params: Params) -> None:
    """Measure the translations of both test sides: reports/metrics.json, and the ROC in reports/plots."""
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    is_paired = json.loads((prepared / "dataset.json").read_text())["paired"]
    test_a, test_b = read(prepared / "testA"), read(prepared / "testB")
    to_b = read_translations(translated / "to_b", prepared, "testA")
    to_a = read_translations(translated / "to_a", prepared, "testB")
    directions = {"to_b": (to_b, test_b), "to_a": (to_a, test_a)}
    metrics = distances(directions)
    masks = [mask[..., 0] >= 128 for mask in read(prepared / "masksA")] if (prepared / "masksA").is_dir() else []
    if masks:
        metrics["foreground"] = foreground(to_b, test_a, masks, test_b if is_paired else None)
    curves = Path("reports/plots/roc")
    curves.mkdir(parents=True, exist_ok=True)
    for name, images in {"translation": to_b, "input": test_a}.items():
        roc(images, masks).to_csv(curves / f"{name}.csv", index=False, float_format="%.6g")
    if is_paired:
        metrics["paired"] = paired(to_b, test_b)
    few = [
        f"{name} ({len(found)} translated, {len(real)} real)"
        for name, (found, real) in directions.items()
        if name not in metrics["kid_efflite0"]
    ]
    if few:
        wanted = f"a distance needs at least {FEWEST} test images a side"
        typer.echo(f"left out of kid_efflite0 and fd_efflite0: {', '.join(few)}; {wanted}", err=True)
    Path("reports/metrics.json").write_text(json.dumps(metrics, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    command(evaluate)
