import json
from pathlib import Path
from tempfile import TemporaryDirectory

from crossnet.data.layout import as_test, is_paired, known_truth, measured_sides, translation_names
from crossnet.files import write_atomically
from crossnet.params import Params
from stages._command import command
from stages.page import page


def draw(params: Params) -> None:
    """Draw the figures of the run, reports/figures/*.png, and write its page, reports/index.html."""
    prepared, translated, reports = Path("data/prepared") / params.task, Path("data/translated"), Path("reports")
    dataset = json.loads((prepared / "dataset.json").read_text(encoding="utf-8"))
    dataset["truth"] = known_truth(dataset, params.split)
    dataset["paired"] = is_paired(dataset, params.split)
    sides = measured_sides(prepared, params.split)
    names = {f"test{side[-1]}": translation_names(prepared, side) for side in sides}
    with TemporaryDirectory() as view:
        shown = as_test(prepared, params.split, Path(view))
        drawn = page(params, shown, translated, reports, dataset, names)
    write_atomically(reports / "index.html", drawn)


if __name__ == "__main__":
    command(draw)
