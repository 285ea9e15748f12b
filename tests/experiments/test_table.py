"""The table of rows, for people and for programs, and for the page of a run."""

import json
from pathlib import Path

from crossnet.experiments.rows import Row
from crossnet.experiments.runs import Run
from crossnet.experiments.table import write
from crossnet.figures.page.experiments import read

RUN = Run("full-0", "c" * 40, "crossnet", 0, {}, "d", {"foreground.auc": 0.9}, 60.0, "")
ROWS = [Row("CrossNet", "crossnet", {}, "d", {0: RUN})]
NOTES = ["note: crossnet: its runs come from 2 versions of the code (3, 2 runs)", "left out: HEAD: not finished"]


def test_what_a_reader_has_to_know_stands_in_the_tables(tmp_path: Path) -> None:
    write(tmp_path, "tiny", "small", ROWS, [], NOTES)
    assert json.loads((tmp_path / "table.json").read_text())["notes"] == NOTES
    assert (tmp_path / "table.md").read_text().endswith(f"\n\n- {NOTES[0]}\n- {NOTES[1]}\n")
    page = read(tmp_path, {"method": "crossnet", "seed": 0}, {"foreground": {"auc": 0.9}})
    assert [(line.name, line.this) for line in page.lines] == [("CrossNet", True)]
