"""All runs of a task, read and put into rows: what `compare`, `claims` and `ablation` start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossnet.experiments.revisions import RunsError, read_params, resolve, revisions
from crossnet.experiments.rows import Row, group, mixed_code
from crossnet.experiments.runs import read_runs
from crossnet.experiments.settings import METHODS, Settings, SettingsError, effective


@dataclass(frozen=True)
class Experiments:
    """The rows of a task at a scale, and a line for each thing that a reader has to know about them."""

    task: str
    scale: str
    rows: list[Row]
    notes: list[str]


CHOICES_FROM = 100  # seeds from here on are for choosing; those below are for reporting


def read(root: Path, task: str, scale: str, revs: Sequence[str], choices: bool = False) -> Experiments:
    """The rows of these revisions, or of all experiments and HEAD where none is named.

    choices: the runs with seeds that choices are made on, in place of those that are reported. Raises RunsError where
    there is nothing to compare.
    """
    found, notes = read_runs(root, resolve(root, revs) if revs else revisions(root), task, scale)
    runs = [run for run in found if (run.seed >= CHOICES_FROM) == choices]
    if others := len(found) - len(runs):
        kind = "reported" if choices else "for choices"
        notes.append(f"left out: {others} runs with seeds that are {kind} (choices are made on {CHOICES_FROM} and up)")
    if not runs:
        left = f" ({'; '.join(notes)})" if notes else ""
        command = f"crossnet ablation --task {task} --scale {scale}"
        raise RunsError(f"{task}, {scale}: no finished experiment{left}; `{command}` queues some")
    return Experiments(task, scale, group(runs, references(root, task, scale)), notes + mixed_code(runs))


def references(root: Path, task: str, scale: str) -> dict[str, Settings]:
    """The committed settings of each method, which rows are named after what they differ from."""
    committed = read_params(root, "HEAD")
    return _each_method(committed, task, scale)


def _each_method(params: dict[str, Any], task: str, scale: str) -> dict[str, Settings]:
    found = {}
    for method in params.get("methods") or METHODS:
        try:
            found[method] = effective({**params, "task": task, "scale": scale, "method": method})
        except SettingsError:
            continue  # not in the committed parameters: its rows are named in full
    return found
