"""The figures of several variants: which of them each figure shows, and its data as CSV."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from PIL import Image

from crossnet.analysis.claims import distance
from crossnet.analysis.load import MissingFilesError, by_variant, copy_files, records, scores, values
from crossnet.analysis.tables import FIGURES as FOLDER
from crossnet.analysis.tables import mean_and_spread, value_cell
from crossnet.analysis.variants import ABLATION, CYCLEGAN, FULL
from crossnet.data.layout import Split, as_test, is_paired, known_truth, masks_of, sides_of, translation_names
from crossnet.escaping import one_line
from crossnet.evaluation.foreground import THRESHOLD
from crossnet.figures import ablation, code_rank, foregrounds, latent, losses, roc, side_by_side
from crossnet.figures.comparison import FOLDERS, Column, Direction, PreparedImages
from crossnet.figures.style import LIGHT, Theme, draw_both_themes
from crossnet.files import write_csv

T = TypeVar("T")

TRANSLATED, CURVES, LOG = "data/translated", "reports/plots/roc", "reports/training/plots/metrics"
MAX_COLUMNS = 4  # variants side by side in a figure that shows both directions
OWN_FIRST = ("scores", "translation")  # curves of a method's own score maps, where it writes such, or by luminance
FLOORS = ("input", "constant")  # curves that take no translation; the last one that is there is shown
HEADINGS = {FULL: "+ZCyc (CrossNet)"}  # of Fig. 5, whose last column is all three losses


class FigureError(RuntimeError):
    """A figure that cannot be drawn; the message is one line: what it lacks."""


@dataclass
class FigureData:
    """The runs that figures show, their files, and where figures are written.

    Attributes:
        root: the repository.
        task: the task of the runs.
        runs: of experiments, comparable ones.
        scratch: an empty folder, for files of the runs.
        folder: for results; figures go to `figures` in it.
        notes: collects, a line each, what is left out of a figure and why.
        requested: whether a figure was requested by its name.
    """

    root: Path
    task: str
    runs: pd.DataFrame
    scratch: Path
    folder: Path
    notes: list[str]
    requested: bool

    @cached_property
    def variants(self) -> dict[str, pd.DataFrame]:
        """The runs by variant, in the paper's order."""
        return by_variant(self.runs)

    @cached_property
    def seed(self) -> int:
        """The lowest seed that most variants have: all images shown are of runs with it."""
        return int(self.runs["seed"].mode().min())

    @cached_property
    def split(self) -> Split:
        """The split that most variants were measured on, the test split for a tie."""
        valid = sum(_split(runs) == "valid" for runs in self.variants.values())
        return "valid" if 2 * valid > len(self.variants) else "test"

    @cached_property
    def test_set(self) -> PreparedImages:
        """The images of the split, of the first run that has them. Raises MissingFilesError where none has."""
        errors: list[MissingFilesError] = []
        sides, prepared = sides_of(self.split), f"data/prepared/{self.task}"
        folder = self.scratch / prepared
        for run in (run for runs in self.variants.values() if _split(runs) == self.split for run in records(runs)):
            try:
                needed, optional = ("dataset.json", *sides), (masks_of(self.split), "names.csv")
                copy_files(self.root, run, [f"{prepared}/{place}" for place in needed], self.scratch)
                copy_files(self.root, run, [f"{prepared}/{place}" for place in optional], self.scratch, optional=True)
            except MissingFilesError as error:
                errors.append(error)
                continue
            about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
            names = {f"test{side[-1]}": translation_names(folder, side) for side in sides}
            view = self.scratch / "view"
            view.mkdir()
            shown = as_test(folder, self.split, view)
            paired, known = is_paired(about, self.split), known_truth(about, self.split)
            return PreparedImages(shown, str(about["a"]), str(about["b"]), paired, known, names)
        raise errors[0]

    def columns(self, variants: Iterable[str]) -> list[Column]:
        """The variants' translations with the seed that is shown; missing ones are noted and left out.

        Raises FigureError where all are missing.
        """
        found = []
        for variant in variants:
            shown = [run for run in records(self.variants[variant]) if run["seed"] == self.seed]
            if not shown:
                self.note(f"{variant} has no run with seed {self.seed}, which the figures show")
            elif shown[0]["settings"]["split"] != self.split:
                self.note(f"{variant} is measured on another split than the others")
            elif translated := self.read(shown[0], TRANSLATED, _whole):
                found.append(Column(variant, translated, seed=self.seed))
        if not found:
            raise FigureError("no translations at hand")
        return found

    def read(self, run: Mapping[str, Any], place: str, how: Callable[[Path], T]) -> T | None:
        """Apply `how` to a file or folder of a run; None, and a note, where that is missing or broken."""
        path = self.scratch / run["commit"] / place
        try:
            if not path.exists():
                copy_files(self.root, run, [place], self.scratch / run["commit"])
            return how(path)
        except MissingFilesError as error:
            self.note(str(error))
        except Exception as error:  # whatever is wrong with its files: the other runs are shown
            if isinstance(error, OSError) and error.errno is not None:  # of the disk
                raise
            self.note(f"{run['experiment']}: {place} cannot be read: {one_line(error)}")
        return None

    def methods(self, most: int = MAX_COLUMNS) -> list[str]:
        """The methods with committed settings, or all variants where there are not two such; at most `most`."""
        committed = [variant for variant, runs in self.variants.items() if not runs["differs"].iloc[0]]
        shown = committed if len(committed) > 1 else [*self.variants]
        if len(shown) > most:
            self.note(f"all but the first {most} of {len(shown)} variants; `--rev` chooses others")
        return shown[:most]

    def ablation(self) -> list[str]:
        """The columns of Fig. 5 and CycleGAN, as far as there are runs of them."""
        return [variant for variant in (*ABLATION, CYCLEGAN) if variant in self.variants]

    def draw(self, name: str, paint: Callable[[Path, Theme], None]) -> list[Path]:
        """Paint a figure on light and dark ground: <name>.png and dark/<name>.png."""
        return [*draw_both_themes(paint, self.folder / FOLDER, name)]

    def write_csv(self, name: str, heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> Path:
        """Write the data of a figure: <name>.csv."""
        path = self.folder / FOLDER / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(path, [heads, *lines])
        return path

    def note(self, line: str) -> None:
        """Report once that something is left out."""
        if (text := f"left out of a figure: {line}") not in self.notes:
            self.notes.append(text)


def draw(name: str, data: FigureData) -> list[Path]:
    """Draw one of FIGURES, light and dark, write its data, and return the files. Raises FigureError where it cannot."""
    try:
        return FIGURES[name][1](data)
    except (FigureError, MissingFilesError, ValueError) as error:
        raise FigureError(f"{name}: {error}") from None
    except (ArithmeticError, LookupError, TypeError) as error:  # files of runs that do not fit together
        raise FigureError(f"{name}: {type(error).__name__}: {one_line(error)}") from None


def _ablation(data: FigureData) -> list[Path]:
    kind = distance([data.variants[variant] for variant in data.ablation()])
    return [path for direction in FOLDERS for path in _ablation_one_way(data, f"{kind}.{direction}", direction)]


def _ablation_one_way(data: FigureData, metric: str, direction: Direction) -> list[Path]:
    columns = [
        replace(column, name=HEADINGS.get(column.name, column.name), under=_under(data.variants[column.name], metric))
        for column in data.columns(data.ablation())
    ]
    shown: list[str] = []

    def paint(path: Path, theme: Theme) -> None:
        shown[:] = ablation.draw(data.test_set, columns, path, direction=direction, theme=theme)

    files = data.draw(f"ablation_{direction}", paint)
    lines = [
        [variant, run["seed"], run["experiment"], metric, value_cell(run.get(metric)), " ".join(shown)]
        for variant in data.ablation()
        for run in records(data.variants[variant])
    ]
    heads = ["column", "seed", "experiment", "metric", "value", "images"]
    return [*files, data.write_csv(f"ablation_{direction}", heads, lines)]


def _under(runs: pd.DataFrame, metric: str) -> str:
    sample = values(runs, metric)
    kind = "FID" if metric.startswith("fid.") else "KID (Lite0)"
    return f"{kind}\n{mean_and_spread(sample)}\n{_seeds(len(sample))}" if len(sample) else ""


def _seeds(count: int) -> str:
    return f"{count} seed{'s' if count != 1 else ''}"


def _side_by_side(data: FigureData) -> list[Path]:
    columns = data.columns(data.methods())
    shown: list[side_by_side.Shown] = []

    def paint(path: Path, theme: Theme) -> None:
        shown[:] = side_by_side.draw(data.test_set, columns, path, theme=theme)

    files = data.draw("side_by_side", paint)
    names = " | ".join(column.name for column in columns)
    lines = [[s.direction, s.image, s.window.top, s.window.left, s.window.height, s.window.width, names] for s in shown]
    heads = ["direction", "image", "top", "left", "height", "width", "methods"]
    return [*files, data.write_csv("side_by_side", heads, lines)]


def _latent(data: FigureData) -> list[Path]:
    columns = data.columns([variant for variant in data.variants if variant in (FULL, CYCLEGAN)])
    return [path for direction in FOLDERS for path in _latent_one_way(data, columns, direction)]


def _latent_one_way(data: FigureData, columns: list[Column], direction: Direction) -> list[Path]:
    codes = {column.name: latent.read(column.translated / "codes" / direction) for column in columns}
    for name in [name for name, found in codes.items() if not found]:
        data.note(f"{name} has no codes in {TRANSLATED}/codes/{direction}: it was translated by code that kept none")
    codes = {name: found for name, found in codes.items() if found}
    with_codes = [column for column in columns if column.name in codes]
    if not with_codes:
        raise FigureError("no codes at hand; `dvc exp run` makes them")
    bases: list[latent.Basis] = []

    def paint(path: Path, theme: Theme) -> None:
        bases.append(latent.draw(data.test_set, with_codes, path, direction=direction, codes=codes, theme=theme))

    files = data.draw(f"latent_{direction}", paint)
    lines = []
    for name, found in codes.items():
        for image, code in found.items():
            size = latent.magnitude(code)
            numbers = [size.mean(), size.std(), size.max(), *bases[0].explained]
            lines.append([name, image, *(f"{number:.4f}" for number in numbers)])
    heads = ["method", "image", "magnitude_mean", "magnitude_std", "magnitude_max"]
    heads += ["explained_1", "explained_2", "explained_3"]
    return [*files, data.write_csv(f"latent_{direction}", heads, lines)]


def _foregrounds(data: FigureData) -> list[Path]:
    if not data.requested and not len(values(data.runs, "foreground.threshold")):
        raise FigureError("this task has no masks; `--figure foregrounds` draws it all the same, of a task to white")
    columns = data.columns(data.methods())
    overlaps: list[foregrounds.Overlap] = []

    def paint(path: Path, theme: Theme) -> None:
        overlaps[:] = foregrounds.draw_methods(data.test_set, columns, path, threshold=THRESHOLD, theme=theme)

    return [*data.draw("foregrounds", paint), data.write_csv("foregrounds", ["image", "method", "iou"], overlaps)]


def _roc(data: FigureData) -> list[Path]:
    bands, labels = {}, {}
    floor: roc.Curve | None = None
    for variant in data.methods(len(LIGHT.hues)):
        curves = []
        for run in records(data.variants[variant]):
            read = data.read(run, CURVES, roc.read) or {}
            found = {name: curve for name, curve in read.items() if len(curve)}
            curves += [found[name] for name in OWN_FIRST if name in found][:1]
            for name in (each for each in FLOORS if each in found):
                floor, labels["floor"] = found[name], roc.NAMES[name]
        if curves:
            bands[variant] = roc.band(curves)
            areas = scores(data.variants[variant], "foreground.auc")
            area = f", AUC {mean_and_spread(areas)}" if len(areas) else ""
            labels[variant] = f"{variant}{area}, {_seeds(len(curves))}"
    if not bands:
        raise FigureError("no run has an ROC in reports/plots/roc at hand; they are of tasks with masks")

    def paint(path: Path, theme: Theme) -> None:
        roc.draw_methods(bands, path, labels=labels, floor=floor, theme=theme)

    lines = [
        [name, *(f"{value:.6g}" for value in rates), each.n]
        for name, each in bands.items()
        for rates in zip(roc.GRID, each.mean, each.low, each.high, strict=True)
    ]
    heads = ["method", "fpr", "tpr_mean", "tpr_low", "tpr_high", "seeds"]
    return [*data.draw("roc", paint), data.write_csv("roc", heads, lines)]


def _code_rank(data: FigureData) -> list[Path]:
    courses: dict[str, list[code_rank.RankCurves]] = {}
    lines: list[list[object]] = []
    for variant in data.ablation() or data.methods(len(LIGHT.hues)):
        for run in records(data.variants[variant]):
            logged = data.read(run, LOG, losses.read) or {}
            course = {code: logged[code] for code in code_rank.PANELS if code in logged}
            if course:
                courses.setdefault(variant, []).append(course)
            lines += [
                [variant, run["seed"], code, int(step), f"{rank:.4g}"]
                for code, each in course.items()
                for step, rank in each
            ]
    if not courses:
        raise FigureError("no run has logged the effective rank of its codes")
    files = data.draw("code_rank", lambda path, theme: code_rank.draw(courses, path, theme=theme))
    return [*files, data.write_csv("code_rank", ["method", "seed", "code", "step", "effective_rank"], lines)]


def _split(runs: pd.DataFrame) -> Split:
    """The split that a variant was measured on."""
    return "valid" if any(each["split"] == "valid" for each in runs["settings"]) else "test"


def _whole(folder: Path) -> Path:
    """The folder, if its images and codes are whole; else the exception of Pillow or NumPy passes."""
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path) as image:
            image.verify()
    for path in sorted(folder.rglob("*.npy")):
        np.load(path, allow_pickle=False)
    return folder


FIGURES: dict[str, tuple[str, Callable[[FigureData], list[Path]]]] = {  # by name: which of the paper's, how it is made
    "ablation": ("Fig. 5", _ablation),
    "side_by_side": ("Fig. 6 to 8", _side_by_side),
    "latent": ("Fig. 3", _latent),
    "foregrounds": ("Fig. 9", _foregrounds),
    "roc": ("Fig. 10", _roc),
    "code_rank": ("not in the paper", _code_rank),
}
