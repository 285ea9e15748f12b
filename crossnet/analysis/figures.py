"""The figures of several methods: which rows each shows, and the data behind it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from crossnet.analysis.claims import distance
from crossnet.analysis.figure_data import TRANSLATED, FigureData, FigureError
from crossnet.analysis.rows import Row, said
from crossnet.analysis.runs import MissingFilesError
from crossnet.analysis.settings import ABLATION, FULL, METHODS
from crossnet.escaping import one_line
from crossnet.evaluation.foreground import THRESHOLD
from crossnet.figures import ablation, code_rank, foregrounds, latent, losses, roc, side_by_side
from crossnet.figures.comparison import FOLDERS, Column, Direction
from crossnet.figures.style import LIGHT, Theme

CURVES, LOG = "reports/plots/roc", "reports/training/plots/metrics"
OWN_FIRST = ("scores", "translation")  # curves of a method's own score maps, where it writes such, or by luminance
HEADINGS = {FULL: "+ZCyc (CrossNet)"}  # of Fig. 5, whose last column is all three losses


def draw(name: str, data: FigureData) -> list[Path]:
    """Draw one of FIGURES, light and dark, write its data, and return the files. Raises FigureError where it cannot."""
    try:
        return FIGURES[name][1](data)
    except (FigureError, MissingFilesError, ValueError) as error:
        raise FigureError(f"{name}: {error}") from None
    except (ArithmeticError, LookupError, TypeError) as error:  # files of runs that do not fit together
        raise FigureError(f"{name}: {type(error).__name__}: {one_line(error)}") from None


def _ablation(data: FigureData) -> list[Path]:
    wanted = [*ABLATION, METHODS["cyclegan"]]
    rows = [row for name in wanted for row in data.rows if row.name == name]
    return [path for way in FOLDERS for path in _ablation_one_way(data, rows, way)]


def _ablation_one_way(data: FigureData, rows: list[Row], way: Direction) -> list[Path]:
    kind = distance(rows)
    by_name = {row.name: row for row in rows}
    columns = [
        replace(column, name=HEADINGS.get(column.name, column.name), under=_under(by_name[column.name], kind, way))
        for column in data.columns(rows)
    ]
    shown: list[str] = []

    def paint(path: Path, theme: Theme) -> None:
        shown[:] = ablation.draw(data.test_set, columns, path, direction=way, theme=theme)

    files = data.draw(f"ablation_{way}", paint)
    metric = f"{kind}.{way}"
    lines = [
        [row.name, seed, run.name, metric, run.metrics.get(metric, ""), " ".join(shown)]
        for row in rows
        for seed, run in row.runs.items()
    ]
    heads = ["column", "seed", "experiment", "metric", "value", "images"]
    return [*files, data.write_csv(f"ablation_{way}", heads, lines)]


def _under(row: Row, kind: str, way: Direction) -> str:
    values = [*row.values(f"{kind}.{way}").values()]
    return f"{'FID' if kind == 'fid' else 'KID (Lite0)'}\n{said(values)}\n{_seeds(len(values))}" if values else ""


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
    rows = [row for row in data.rows if row.name in (FULL, METHODS["cyclegan"])]
    columns = data.columns(rows)
    return [path for way in FOLDERS for path in _latent_one_way(data, columns, way)]


def _latent_one_way(data: FigureData, columns: list[Column], way: Direction) -> list[Path]:
    codes = {column.name: latent.read(column.translated / "codes" / way) for column in columns}
    for name in [name for name, found in codes.items() if not found]:
        data.note(f"{name} has no codes in {TRANSLATED}/codes/{way}: it was translated by code that kept none")
    codes = {name: found for name, found in codes.items() if found}
    with_codes = [column for column in columns if column.name in codes]
    if not with_codes:
        raise FigureError("no codes at hand; `dvc exp run` makes them")
    bases: list[latent.Basis] = []

    def paint(path: Path, theme: Theme) -> None:
        bases.append(latent.draw(data.test_set, with_codes, path, direction=way, codes=codes, theme=theme))

    files = data.draw(f"latent_{way}", paint)
    lines = []
    for name, found in codes.items():
        for image, code in found.items():
            size = latent.magnitude(code)
            numbers = [size.mean(), size.std(), size.max(), *bases[0].explained]
            lines.append([name, image, *(f"{number:.4f}" for number in numbers)])
    heads = ["method", "image", "magnitude_mean", "magnitude_std", "magnitude_max"]
    heads += ["explained_1", "explained_2", "explained_3"]
    return [*files, data.write_csv(f"latent_{way}", heads, lines)]


def _foregrounds(data: FigureData) -> list[Path]:
    if not data.asked_for and not any(row.values("foreground.threshold") for row in data.rows):
        raise FigureError("this task has no masks; `--figure foregrounds` draws it all the same, of a task to white")
    columns = data.columns(data.methods())
    overlaps: list[foregrounds.Overlap] = []

    def paint(path: Path, theme: Theme) -> None:
        overlaps[:] = foregrounds.draw_methods(data.test_set, columns, path, threshold=THRESHOLD, theme=theme)

    return [*data.draw("foregrounds", paint), data.write_csv("foregrounds", ["image", "method", "iou"], overlaps)]


FLOORS = ("input", "constant")  # curves that take no translation, the last one that there is being shown


def _roc(data: FigureData) -> list[Path]:
    bands, labels = {}, {}
    floor: roc.Curve | None = None
    for row in data.methods(len(LIGHT.hues)):
        curves = []
        for run in row.runs.values():
            read = data.read(run, CURVES, roc.read) or {}
            found = {name: curve for name, curve in read.items() if len(curve)}
            curves += [found[name] for name in OWN_FIRST if name in found][:1]
            for name in (each for each in FLOORS if each in found):
                floor, labels["floor"] = found[name], roc.NAMES[name]
        if curves:
            bands[row.name] = roc.band(curves)
            areas = [*row.own().values()]
            area = f", AUC {said(areas)}" if areas else ""
            labels[row.name] = f"{row.name}{area}, {_seeds(len(curves))}"
    if not bands:
        raise FigureError("no run has an ROC in reports/plots/roc at hand; they are of tasks with masks")

    def paint(path: Path, theme: Theme) -> None:
        roc.draw_methods(bands, path, labels=labels, floor=floor, theme=theme)

    lines = [
        [name, *(f"{value:.6g}" for value in values), each.n]
        for name, each in bands.items()
        for values in zip(roc.GRID, each.mean, each.low, each.high, strict=True)
    ]
    heads = ["method", "fpr", "tpr_mean", "tpr_low", "tpr_high", "seeds"]
    return [*data.draw("roc", paint), data.write_csv("roc", heads, lines)]


def _code_rank(data: FigureData) -> list[Path]:
    wanted = [*ABLATION, METHODS["cyclegan"]]
    rows = [row for name in wanted for row in data.rows if row.name == name] or data.methods(len(LIGHT.hues))
    courses: dict[str, list[code_rank.RankCurves]] = {}
    lines: list[list[object]] = []
    for row in rows:
        for seed, run in row.runs.items():
            logged = data.read(run, LOG, losses.read) or {}
            course = {code: logged[code] for code in code_rank.PANELS if code in logged}
            if course:
                courses.setdefault(row.name, []).append(course)
            lines += [
                [row.name, seed, c, int(step), f"{rank:.4g}"] for c, each in course.items() for step, rank in each
            ]
    if not courses:
        raise FigureError("no run has logged the effective rank of its codes")
    files = data.draw("code_rank", lambda path, theme: code_rank.draw(courses, path, theme=theme))
    return [*files, data.write_csv("code_rank", ["method", "seed", "code", "step", "effective_rank"], lines)]


FIGURES: dict[str, tuple[str, Callable[[FigureData], list[Path]]]] = {  # by name: which of the paper's, how it is made
    "ablation": ("Fig. 5", _ablation),
    "side_by_side": ("Fig. 6 to 8", _side_by_side),
    "latent": ("Fig. 3", _latent),
    "foregrounds": ("Fig. 9", _foregrounds),
    "roc": ("Fig. 10", _roc),
    "code_rank": ("not in the paper", _code_rank),
}
