"""The evaluate stage on random images in the place of a task that was prepared and translated."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crossnet.params import load_params
from stages.evaluate import evaluate

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
TRANSLATED = Path("data/translated")


def evaluated(a: int, b: int, masks: bool, paired: bool = False, train: int = 0, **task: Any) -> dict[str, Any]:
    """Metrics of `a` and `b` random test images and as many translations, in the working folder."""
    prepared = Path("data/prepared") / PARAMS.task
    for seed, (folder, count) in enumerate((
        (prepared / "testA", a), (prepared / "testB", b), (TRANSLATED / "to_b", a), (TRANSLATED / "to_a", b),
        (prepared / "masksA", a if masks else 0), (prepared / "trainA", train), (prepared / "trainB", train),
    )):  # fmt: skip
        for number in range(count):
            folder.mkdir(parents=True, exist_ok=True)
            picture = np.random.default_rng([seed, number]).integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(picture[..., 0] // 128 * 255 if folder.name == "masksA" else picture).save(
                folder / f"{number}.png"
            )
    (prepared / "dataset.json").write_text(json.dumps({"paired": paired}))
    options = PARAMS.task_options.model_copy(update=task)
    evaluate(PARAMS.model_copy(update={"tasks": {PARAMS.task: options}}))
    metrics: dict[str, Any] = json.loads(Path("reports/metrics.json").read_text())
    return metrics
