import json
from pathlib import Path
from typing import Any

from crossnet.datasets.layout import translation_names
from crossnet.figures import gallery, report
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
    page = report.page(
        dataset=dataset,
        metrics=metrics,
        figures=gallery.draw(prepared, translated, reports, reports / "figures", dataset, metrics, names),
        run={"task": params.task, "method": params.method, "scale": params.scale, "seed": params.seed},
        parameters=params.effective(),
        training=read(reports / "training" / "summary.json"),
        origin=report.source(Path.cwd(), but=("dvc.lock", "reports")),
    )
    (reports / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command(draw)
