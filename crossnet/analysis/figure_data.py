"""What the figures over many runs are drawn from: rows, the files of their runs, and the folder to write to."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from crossnet.analysis.rows import Row
from crossnet.analysis.runs import MissingFilesError, Run, copy_files
from crossnet.data.layout import Split, as_test, is_paired, known_truth, masks_of, sides_of, translation_names
from crossnet.escaping import one_line
from crossnet.figures.comparison import Column, PreparedImages
from crossnet.figures.style import Theme, draw_both_themes
from crossnet.files import write_csv

T = TypeVar("T")

TRANSLATED = "data/translated"
MOST = 4  # methods beside each other in a figure that shows both directions


class FigureError(RuntimeError):
    """A figure that cannot be drawn from what there is; the message is one line: what it lacks."""


@dataclass
class FigureData:
    """Rows on the same data, the files of their runs out of a repository at root, and where figures are written.

    scratch: an empty folder for files of the runs. out: where figures go. notes: collects, a line each, what is left
    out of a figure and why. asked_for: whether a figure was asked for by its name.
    """

    root: Path
    task: str
    rows: Sequence[Row]
    scratch: Path
    out: Path
    notes: list[str]
    asked_for: bool

    @cached_property
    def seed(self) -> int:
        """The lowest seed that the most rows have: all images shown are of runs with it."""
        seeds = sorted({seed for row in self.rows for seed in row.seeds})
        return max(seeds, key=lambda seed: (sum(seed in row.runs for row in self.rows), -seed))

    @cached_property
    def split(self) -> Split:
        """The split that the most rows were measured on, the test where it is as many."""
        valid = sum(_split(row) == "valid" for row in self.rows)
        return "valid" if 2 * valid > len(self.rows) else "test"

    @cached_property
    def test_set(self) -> PreparedImages:
        """The images of the split, of the first run that has them. Raises MissingFilesError where none has."""
        errors: list[MissingFilesError] = []
        sides, masks = sides_of(self.split), masks_of(self.split)
        for run in (run for row in self.rows for run in row.runs.values() if _split(row) == self.split):
            prepared = f"data/prepared/{self.task}"
            try:
                copy_files(
                    self.root,
                    run,
                    [f"{prepared}/{place}" for place in ("dataset.json", *sides)],
                    self.scratch,
                )
                optional = [f"{prepared}/{place}" for place in (masks, "names.csv")]
                copy_files(self.root, run, optional, self.scratch, optional=True)
            except MissingFilesError as error:
                errors.append(error)
                continue
            folder = self.scratch / prepared
            about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
            names = {f"test{side[-1]}": translation_names(folder, side) for side in sides}
            view = self.scratch / "view"
            view.mkdir()
            shown = as_test(folder, self.split, view)
            return PreparedImages(
                shown,
                str(about["a"]),
                str(about["b"]),
                is_paired(about, self.split),
                known_truth(about, self.split),
                names,
            )
        raise errors[0]

    def columns(self, rows: Iterable[Row]) -> list[Column]:
        """The rows' translations with the seed that is shown; what is not at hand is noted and left out.

        Raises FigureError where there is none.
        """
        found = []
        for row in rows:
            if self.seed not in row.runs:
                self.note(f"{row.name} has no run with seed {self.seed}, which the figures show")
                continue
            if _split(row) != self.split:
                self.note(f"{row.name} is measured on another split than the others")
                continue
            if translated := self.read(row.runs[self.seed], TRANSLATED, _whole):
                found.append(Column(row.name, translated, seed=self.seed))
        if not found:
            raise FigureError("no translations at hand")
        return found

    def read(self, run: Run, place: str, how: Callable[[Path], T]) -> T | None:
        """What `how` makes of a file or folder of a run; None, and a note, where that is not at hand or broken."""
        there = self.scratch / run.commit / place
        try:
            if not there.exists():
                copy_files(self.root, run, [place], self.scratch / run.commit)
            return how(there)
        except MissingFilesError as error:
            self.note(str(error))
        except Exception as error:  # whatever is wrong with its files: the other runs are shown
            if isinstance(error, OSError) and error.errno is not None:  # the disk's
                raise
            self.note(f"{run.name}: {place} cannot be read: {one_line(error)}")
        return None

    def methods(self, most: int = MOST) -> list[Row]:
        """The methods as they are committed, or any rows where there are not two of them; at most so many."""
        plain = [row for row in self.rows if not row.settings]
        chosen = plain if len(plain) > 1 else [*self.rows]
        if len(chosen) > most:
            self.note(f"all but the first {most} of {len(chosen)} rows; `--rev` chooses others")
        return chosen[:most]

    def draw(self, name: str, paint: Callable[[Path, Theme], None]) -> list[Path]:
        """Paint a figure on white and on dark ground: <name>.png and dark/<name>.png."""
        return [*draw_both_themes(paint, self.out, name)]

    def write_csv(self, name: str, heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> Path:
        """Write the data behind a figure: <name>.csv."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / f"{name}.csv"
        write_csv(path, [heads, *lines])
        return path

    def note(self, line: str) -> None:
        """Say once that something is left out."""
        if (text := f"left out of a figure: {line}") not in self.notes:
            self.notes.append(text)


def _split(row: Row) -> Split:
    """The split that a row was measured on."""
    return "valid" if any(run.settings.get("split") == "valid" for run in row.runs.values()) else "test"


def _whole(folder: Path) -> Path:
    """The folder, if its images and codes are whole; what Pillow or NumPy raises for one that is not passes."""
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path) as image:
            image.verify()
    for path in sorted(folder.rglob("*.npy")):
        np.load(path, allow_pickle=False)
    return folder
