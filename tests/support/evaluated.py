"""The evaluate stage on random images, and a direction of an evaluation set without files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crossnet.data.layout import Known
from crossnet.evaluation.testset import Direction, FeatureSets
from crossnet.params import load_params
from stages.evaluate import evaluate_stage
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
    evaluate_stage(PARAMS.model_copy(update={"tasks": {PARAMS.task: options}}))
    metrics: dict[str, Any] = json.loads(Path("reports/metrics.json").read_text())
    return metrics


def direction(
    translated: Sequence[Any] = (),
    inputs: Sequence[Any] = (),
    targets: Sequence[Any] = (),
    sets: FeatureSets | None = None,
    name: str = "to_b",
    **fields: Any,
) -> Direction:
    """A direction whose images are arrays, and whose features are the same by every network."""
    paths = {key: [Path(f"{i}.png") for i in range(len(images))] for key, images in (
        ("sources", inputs), ("translations", translated), ("real", targets),
    )}  # fmt: skip
    given = {"names": [path.stem for path in paths["sources"]], **paths, "train": [], "masks": [], "truths": {}}
    given |= {"codes": [], "score_maps": None, "networks": {}, "features_of": lambda network: {name: sets}}
    found = Direction(name=name, **(given | fields))
    vars(found).update(translated=list(translated), inputs=list(inputs), targets=list(targets))
    return found
