import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.images import decode, list_images, pixels
from crossnet.metrics.efflite0 import features
from crossnet.metrics.foreground import foreground, roc
from crossnet.metrics.frechet import frechet_distance
from crossnet.metrics.kid import kernel_distance
from crossnet.metrics.paired import paired
from crossnet.params import Params
from stages.command import command


def read(folder: Path) -> list[NDArray[np.uint8]]:
    return [pixels(decode(path)) for path in list_images(folder)]


def evaluate(params: Params) -> None:
    """Measure the translations of both test sides: reports/metrics.json, and the ROC in reports/plots."""
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    is_paired = json.loads((prepared / "dataset.json").read_text())["paired"]
    test_a, test_b, to_a, to_b = map(
        read, (prepared / "testA", prepared / "testB", translated / "to_a", translated / "to_b")
    )
    metrics: dict[str, dict[str, float]] = {"kid_efflite0": {}, "fd_efflite0": {}}
    plots = Path("reports/plots")
    (plots / "roc").mkdir(parents=True, exist_ok=True)
    if (prepared / "masksA").is_dir():
        masks = [mask[..., 0] >= 128 for mask in read(prepared / "masksA")]
        metrics["foreground"] = foreground(to_b, test_a, masks, test_b if is_paired else None)
        curves = {"translation": to_b, "input": test_a}
        for name, images in curves.items():
            roc(images, masks).to_csv(plots / "roc" / f"{name}.csv", index=False, float_format="%.6g")
    if is_paired:
        metrics["paired"] = paired(to_b, test_b)
    for name, found, wanted in (("to_b", to_b, test_b), ("to_a", to_a, test_a)):
        x, y = features(found), features(wanted)
        mean, std = kernel_distance(x, y)
        metrics["kid_efflite0"] |= {name: mean, f"{name}_std": std, f"{name}_n": len(x)}
        metrics["fd_efflite0"] |= {name: frechet_distance(x, y), f"{name}_n": len(x)}
    Path("reports/metrics.json").write_text(json.dumps(metrics, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    command(evaluate)
