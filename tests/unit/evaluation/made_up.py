"""The evaluate stage on random images in the place of a task that was prepared and translated."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crossnet.data.layout import Known
from crossnet.params import load_params
from stages.evaluate import evaluate
from tests.support.paths import ROOT

PARAMS = load_params(ROOT / "params.yaml")
TRANSLATED = Path("data/translated")


def evaluated(
    a: int,
    b: int,
    masks: bool,
    truth: Mapping[str, Known] | None = None,
    train: int = 0,
    white: bool = True,
    **task: Any,
) -> dict[str, Any]:
    """Metrics of `a` and `b` random test images and as many translations, in the working folder.

    white: train B is on white.
    """
    prepared = Path("data/prepared") / PARAMS.task
    for seed, (folder, count) in enumerate((
        (prepared / "testA", a), (prepared / "testB", b), (TRANSLATED / "to_b", a), (TRANSLATED / "to_a", b),
        (prepared / "masksA", a if masks else 0), (prepared / "trainA", train), (prepared / "trainB", train),
    )):  # fmt: skip
        for number in range(count):
            folder.mkdir(parents=True, exist_ok=True)
            picture = np.random.default_rng([seed, number]).integers(0, 256, (16, 16, 3), dtype=np.uint8)
            if folder.name == "trainB" and white:
                picture[[0, -1]] = picture[:, [0, -1]] = 255
            Image.fromarray(picture[..., 0] // 128 * 255 if folder.name == "masksA" else picture).save(
                folder / f"{number}.png"
            )
    (prepared / "dataset.json").write_text(json.dumps({"paired": bool(truth), "truth": truth or {}}))
    options = PARAMS.task_options.model_copy(update=task)
    evaluate(PARAMS.model_copy(update={"tasks": {PARAMS.task: options}}))
    metrics: dict[str, Any] = json.loads(Path("reports/metrics.json").read_text())
    return metrics
