"""All experiments of a task as rows: a row is runs that differ in nothing but their seed."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossnet.analysis.revisions import SHOWN, RunsError, read_params, resolve, revisions
from crossnet.analysis.runs import Run, read_runs
from crossnet.analysis.settings import ABLATION, METHODS, Settings, SettingsError, difference, effective, name

CHOICES_FROM = 100  # seeds from here on are for choices, those below for results
BETTER: dict[str, str | None] = {  # the main metrics, and which way is better
    "fid.to_b": "lower",
    "fid.to_a": "lower",
    "kid.to_b": "lower",
    "kid.to_a": "lower",
    "kid_efflite0.to_b": "lower",
    "kid_efflite0.to_a": "lower",
    "fd_efflite0.to_b": "lower",
    "fd_efflite0.to_a": "lower",
    "foreground.auc_within_place": "higher",
    "foreground.auc": "higher",
    "foreground.auc_per_image": "higher",
    "foreground.iou": "higher",
    "foreground.f1": "higher",
    **{
        f"paired.{way}_{value}{part}": "higher"
        for way in ("to_b", "to_a")
        for value in ("psnr", "ssim", "chroma")
        for part in ("", "_object", "_background")
    },
    "paired.to_b_background_changed": None,  # it should not where only the object changes, and should where B is white
    "paired.to_a_background_changed": None,
    "signs.to_b_code_rank": None,
    "signs.to_a_code_rank": None,
}


@dataclass(frozen=True)
class Row:
    """Runs by seed, in its order; settings are those that differ from the committed parameters."""

    name: str
    method: str
    settings: Settings
    data: str
    runs: dict[int, Run] = field(default_factory=dict)

    @property
    def seeds(self) -> list[int]:
        return sorted(self.runs)

    def values(self, metric: str) -> dict[int, float]:
        """A metric by seed, of the runs that have it."""
        return {seed: self.runs[seed].metrics[metric] for seed in self.seeds if metric in self.runs[seed].metrics}

    def own(self, metric: str = "foreground.auc") -> dict[int, float]:
        """A metric by seed; of the foreground, by the method's own score maps where it writes such, as AGGAN's."""
        return self.values(metric.replace("foreground.", "foreground_scores.")) or self.values(metric)

    def metrics(self) -> list[str]:
        """The main metrics that a run of the row has."""
        return [metric for metric in BETTER if self.values(metric)]


@dataclass(frozen=True)
class Experiments:
    """The rows of a task at a scale, in the order of `group`, and notes: a line for each thing that readers need."""

    task: str
    scale: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    @property
    def comparable(self) -> list[Row]:
        """The rows on the images that most runs were trained on."""
        return [row for row in self.rows if row.data == self.rows[0].data]

    def named(self, wanted: str) -> Row | None:
        """The comparable row of this name, if there is one."""
        return next((row for row in self.comparable if row.name == wanted), None)

    def missing(self, wanted: Sequence[str]) -> str:
        """Why there are no such rows: no runs were made, or they are on other images."""
        nowhere = [each for each in wanted if not self._other_data(each)]
        parts = [f"no runs of {', '.join(nowhere)}"] if nowhere else []
        return "; ".join([*parts, *self.on_other_images(wanted)])

    def on_other_images(self, wanted: Sequence[str]) -> list[str]:
        """A clause for each of these rows that has runs on other images."""
        return [
            f"{each}'s {'other ' if self.named(each) else ''}runs are on other images ({', '.join(hashes)})"
            for each in wanted
            if (hashes := self._other_data(each))
        ]

    def _other_data(self, wanted: str) -> list[str]:
        others = [row for row in self.rows if row.data != self.rows[0].data]
        return [row.data[:SHOWN] or "unknown" for row in others if name(row.method, row.settings) == wanted]


def read(root: Path, task: str, scale: str, revs: Sequence[str], choices: bool = False) -> Experiments:
    """The rows of these revisions, or of all experiments and HEAD where none is named.

    choices: the runs for choices, by their seed or since validation images were measured, in place of those for
    results. Raises RunsError where there is nothing to compare.
    """
    found, notes = read_runs(root, resolve(root, revs) if revs else revisions(root), task, scale)
    runs = [run for run in found if is_choice(run) == choices]
    if others := len(found) - len(runs):
        kind = "results" if choices else "choices"
        notes.append(f"left out: {others} runs for {kind} (choices have seeds from {CHOICES_FROM} on, or split=valid)")
    if not runs:
        left = f" ({'; '.join(notes)})" if notes else ""
        command = f"crossnet ablation --task {task} --scale {scale}"
        raise RunsError(f"{task}, {scale}: no finished experiment{left}; `{command}` queues some")
    split = "valid" if choices else "test"
    return Experiments(task, scale, group(runs, references(root, task, scale, split)), notes + mixed_code(runs))


def is_choice(run: Run) -> bool:
    """Whether a run is for a choice, and not for results."""
    return run.seed >= CHOICES_FROM or run.settings.get("split") == "valid"


def references(root: Path, task: str, scale: str, split: str) -> dict[str, Settings]:
    """The committed settings of each method on this split, which rows are named after what they differ from."""
    committed, found = read_params(root, "HEAD") | {"split": split}, {}
    for method in committed.get("methods") or METHODS:
        try:
            found[method] = effective({**committed, "task": task, "scale": scale, "method": method})
        except SettingsError:
            continue  # not in the committed parameters: its rows are named in full
    return found


def group(runs: Sequence[Run], references: dict[str, Settings]) -> list[Row]:
    """The rows of these runs, in the paper's order: the ablation, other settings of CrossNet, the other methods.

    references: the committed settings of each method. Runs that were trained on other images than most get rows of
    their own, with the start of the images' hash in the name.
    """
    usual = main_data(runs)
    rows: dict[str, Row] = {}
    for run in sorted(runs, key=lambda each: each.seed):
        differs = difference(run.settings, references.get(run.method, run.settings))
        title = name(run.method, differs)
        if run.data != usual:
            title += f", data {run.data[:SHOWN] or 'unknown'}"
        rows.setdefault(title, Row(title, run.method, differs, run.data)).runs.setdefault(run.seed, run)
    places = [*ABLATION, *METHODS.values()]
    methods = [*METHODS]

    def order(row: Row) -> tuple[bool, int, int, str]:
        place = methods.index(row.method) if row.method in methods else len(methods)
        return row.data != usual, place, places.index(row.name) if row.name in places else len(places), row.name

    return sorted(rows.values(), key=order)


def mixed_code(runs: Sequence[Run]) -> list[str]:
    """A line for each method whose runs were made by several versions of the code."""
    lines = []
    for method in sorted({run.method for run in runs}):
        versions = Counter(run.code for run in runs if run.method == method)
        if len(versions) > 1:
            counts = ", ".join(str(count) for _, count in versions.most_common())
            lines.append(f"note: {method}: its runs come from {len(versions)} versions of the code ({counts} runs)")
    return lines


def main_data(runs: Sequence[Run]) -> str:
    """The hash of the images that most of the runs were trained on."""
    return Counter(run.data for run in runs).most_common(1)[0][0] if runs else ""


def spread(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean, and the standard deviation of the sample (n - 1), None for a single value."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None


def said(values: Sequence[float]) -> str:
    """Mean ± standard deviation, as digits that mean something: "0.913 ± 0.008"."""
    mean, std = spread(values)
    digits = 1 if abs(mean) >= 10 else 3
    return f"{mean:.{digits}f}" + (f" ± {std:.{digits}f}" if std is not None else "")
