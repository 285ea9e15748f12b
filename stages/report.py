"""Draw the figures of a run and write its page, reports/index.html."""

import json
from pathlib import Path
from typing import Any

import typer

from crossnet.figures import gallery, report
from crossnet.params import load_params


def read(path: Path) -> Any:
    """A JSON file, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def main(params: Path = Path("params.yaml"), data: Path = Path("data"), reports: Path = Path("reports")) -> None:
    """Write reports/figures/*.png and reports/index.html of the run that params.yaml describes."""
    run = load_params(params)
    prepared = data / "prepared" / run.task
    dataset, metrics = read(prepared / "dataset.json"), read(reports / "metrics.json") or {}
    figures = gallery.draw(prepared, data / "translated", reports, reports / "figures", dataset, metrics)
    page = report.page(
        dataset=dataset,
        metrics=metrics,
        figures=figures,
        run={"task": run.task, "method": run.method, "scale": run.scale, "seed": run.seed},
        parameters=run.effective(),
        training=read(reports / "training" / "summary.json"),
        origin=report.source(Path.cwd(), but=("dvc.lock", str(reports))),
    )
    (reports / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
