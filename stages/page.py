"""The page of a run, from what its stages wrote."""

import json
from pathlib import Path
from typing import Any

from crossnet.figures.comparison import PreparedImages
from crossnet.figures.registry import RunResults, draw_run_figures
from crossnet.params import Params
from crossnet.report import experiments, pairs, preparation, provenance, render, thresholds
from crossnet.report.embedding import Album


def read(path: Path) -> Any:
    """A JSON file, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def page(
    params: Params,
    prepared: Path,
    translated: Path,
    reports: Path,
    dataset: dict[str, Any],
    names: dict[str, dict[str, str]],
) -> str:
    """Draw the figures and return the page; `prepared` has the images of the split under the names of the test's."""
    metrics = read(reports / "metrics.json") or {}
    run = {"task": params.task, "method": params.method, "scale": params.scale, "seed": params.seed}
    album, paired = Album(), dataset["paired"]
    directions = pairs.collect(
        prepared, translated, reports / "plots" / "images.csv", paired=paired, names=names, album=album
    )
    threshold = thresholds.collect(
        pairs.translated_images(prepared, translated, "to_b", paired, names),
        [image["id"] for direction in directions if direction["key"] == "to_b" for image in direction["images"]],
        prepared / "masksA",
        reports / "plots" / "roc",
        start=(metrics.get("foreground") or {}).get("threshold"),
        album=album,
    )
    return render.page(
        dataset=dataset,
        metrics=metrics,
        figures=draw_run_figures(
            RunResults(
                PreparedImages(prepared, dataset["a"], dataset["b"], paired, dataset["truth"], names),
                translated,
                reports,
                metrics,
                params.split,
            ),
            reports / "figures",
        ),
        run=run,
        parameters=params.effective(),
        training=read(reports / "training" / "summary.json"),
        pictures=album.pictures,
        directions=directions,
        threshold=threshold,
        experiments=experiments.read(reports / "experiments" / params.task, run, metrics),
        preparation=preparation.describe(read(reports / "data" / "prepare.json"), reports),
        origin=provenance.source(Path.cwd(), but=("dvc.lock", "reports")),
        lock=provenance.lock(Path("dvc.lock"), but="report"),
    )
