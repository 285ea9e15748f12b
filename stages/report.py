import json
from pathlib import Path
from typing import Any

from crossnet.datasets.layout import translation_names
from crossnet.figures import gallery
from crossnet.figures.page import experiments, pairs, preparation, provenance, render, thresholds
from crossnet.figures.page.embedding import Album
from crossnet.files import write_whole
from crossnet.params import Params
from stages.command import command


def read(path: Path) -> Any:
    """A JSON file, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def draw(params: Params) -> None:
    """Draw the figures of the run, reports/figures/*.png, and write its page, reports/index.html."""
    prepared, translated, reports = Path("data/prepared") / params.task, Path("data/translated"), Path("reports")
    dataset = json.loads((prepared / "dataset.json").read_text(encoding="utf-8"))
    metrics = read(reports / "metrics.json") or {}
    names = {side: translation_names(prepared, side) for side in ("testA", "testB")}
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
    page = render.page(
        dataset=dataset,
        metrics=metrics,
        figures=gallery.draw(prepared, translated, reports, reports / "figures", dataset, metrics, names),
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
    write_whole(reports / "index.html", page)


if __name__ == "__main__":
    command(draw)
