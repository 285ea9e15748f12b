"""Finished runs, read back from DVC's experiments and from commits, wherever their files are."""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossnet.analysis.documents import failures, read_json, read_yaml
from crossnet.analysis.revisions import SHOWN, RunsError, baselines, files, read_params
from crossnet.analysis.run_files import Choices, Lock, Stage, checked
from crossnet.analysis.settings import Settings, SettingsError, edits, effective, outdated, written
from crossnet.escaping import one_line
from crossnet.report.metrics import flatten

PARAMS, LOCK = "params.yaml", "dvc.lock"
METRICS = "reports/metrics.json"
TRAINING = "reports/training/metrics.json"
SUMMARY = "reports/training/summary.json"
LOGGED = "training."  # before the keys of the training log, among a run's metrics
MEASURED = ("train", "translate", "evaluate")  # the stages that the metrics come from
NOTHING = Stage()


class MissingFilesError(RuntimeError):
    """A file of an experiment that is nowhere at hand; the message is one line: the experiment, the file, a remedy."""


@dataclass(frozen=True)
class Run:
    """One finished run: an experiment, or a commit whose outs fit its parameters.

    data: the hash of what it was trained on, "" where it is not known. metrics: numbers by dotted key, those of the
    training log after LOGGED. seconds: of training, None where its summary is not at hand. code: a hash of the
    code that trained, translated and evaluated it, by dvc.lock. baseline: the commit that the experiment was started
    from; of a commit, itself. params: SHA-256 of its params.yaml. command: makes it again, at the baseline. margins:
    the block `claims.margins` of its params.yaml, as it was then.
    """

    name: str
    commit: str
    method: str
    seed: int
    settings: Settings
    data: str
    metrics: dict[str, float]
    seconds: float | None
    code: str
    baseline: str = ""
    params: str = ""
    command: str = ""
    margins: Mapping[str, float] = field(default_factory=dict)

    def evaluation(self) -> dict[str, float]:
        """The metrics of its translations: what the training log adds tells of the machine too, as its speed."""
        return {key: value for key, value in self.metrics.items() if not key.startswith(LOGGED)}


def read_runs(root: Path, found: Mapping[str, str], task: str, scale: str) -> tuple[list[Run], list[str]]:
    """The finished runs of a task at a scale among commits by name, and in a line each, what was left out and why.

    Of several with the same parameters, seed and images the first one counts.
    """
    runs: dict[tuple[Any, ...], Run] = {}
    notes: list[str] = []
    started = baselines(root)
    for name, commit in found.items():
        try:
            run = _read(root, name, commit, started.get(commit, commit), task, scale)
        except (RunsError, SettingsError) as error:
            notes.append(f"left out: {name}: {error}")
            continue
        except Exception as error:  # what files that anybody may have made stumble DVC over ends with their experiment
            notes.append(f"left out: {name}: cannot be read: {type(error).__name__}: {one_line(error)}")
            continue
        if run is None:
            continue
        key = (run.method, run.seed, run.data, repr(sorted(run.settings.items(), key=lambda item: item[0])))
        if key not in runs:
            runs[key] = run
        elif runs[key].evaluation() != run.evaluation():
            notes.append(f"left out: {name}: the same parameters and seed as {runs[key].name}, with other metrics")
    return list(runs.values()), notes


def _read(root: Path, name: str, commit: str, baseline: str, task: str, scale: str) -> Run | None:
    """The run of a commit, None where it is of another task or scale. Raises RunsError and SettingsError."""
    params, tree = read_params(root, commit), files(root, commit)
    if (params.get("task"), params.get("scale")) != (task, scale):
        return None
    choices = checked(Choices, params, PARAMS)
    locked, metrics = read_yaml(tree, LOCK), read_json(tree, METRICS)
    if metrics is None or locked is None:
        raise RunsError(f"no {METRICS if metrics is None else LOCK} in it: not finished; `dvc exp run` makes it")
    lock = checked(Lock, locked, LOCK).stages
    if edited := _edited(lock, params):
        raise RunsError(f"its results are not those of its params.yaml: {edited}; `dvc repro` and commit")
    if behind := _behind(lock):
        raise RunsError(f"its metrics are older than what they rest on: {behind}; `dvc repro` and commit")
    training, summary = read_json(tree, TRAINING) or {}, read_json(tree, SUMMARY) or {}
    numbers = dict(flatten(metrics)) | dict(flatten(training, LOGGED))
    seconds = summary.get("seconds")
    return Run(
        name=name,
        commit=commit,
        method=choices.method,
        seed=choices.seed,
        settings=effective(params),
        data=_data(lock),
        metrics={key: float(v) for key, v in numbers.items() if isinstance(v, int | float) and not isinstance(v, bool)},
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        code=_code(lock),
        baseline=baseline,
        params=hashlib.sha256(tree.read_bytes(PARAMS)).hexdigest(),
        command=_command(params, read_params(root, baseline)),
        margins=choices.claims.margins,
    )


def _command(params: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """The command that makes a run of these parameters, where params.yaml has those before."""
    sets = [word for key, value in edits(before, params).items() for word in ("-S", f"{key}={written(value)}")]
    return shlex.join(["dvc", "exp", "run", *sets])


def _edited(lock: Mapping[str, Stage], params: Mapping[str, Any]) -> str:
    """The first parameter of the images or of training that is another than the results were made with, or nothing."""
    stages = (lock.get(stage, NOTHING).params.get(PARAMS, {}) for stage in ("prepare", "train"))
    return next(filter(None, (outdated(locked, params) for locked in stages)), "")


def _behind(lock: Mapping[str, Stage]) -> str:
    """The first stage up to the metrics that read another state of a file than the stage before it left, or nothing."""
    left = {out.path: out.md5 for stage in lock.values() for out in stage.outs}
    for stage in MEASURED:
        for dep in lock.get(stage, NOTHING).deps:
            if dep.md5 != left.get(dep.path, dep.md5):
                return f"{stage} read another {dep.path} than is there now"
    return ""


def _data(lock: Mapping[str, Stage]) -> str:
    """The hash of the prepared images that training read."""
    return next((dep.md5 for dep in lock.get("train", NOTHING).deps if dep.path == "data/prepared"), "")


def _code(lock: Mapping[str, Stage]) -> str:
    """One hash of the hashes of all code that made the results: of what stages read that is no data, and no stage's."""
    made = {out.path for stage in lock.values() for out in stage.outs}
    deps = [dep for stage in MEASURED for dep in lock.get(stage, NOTHING).deps]
    code = {f"{dep.path} {dep.md5}" for dep in deps if dep.path not in made and not dep.path.startswith("data/")}
    return hashlib.sha256("\n".join(sorted(code)).encode()).hexdigest()


def copy_files(root: Path, run: Run, places: Sequence[str], into: Path, optional: bool = False) -> None:
    """Copy files or folders of a run from DVC's cache or a remote to the same places below a folder.

    Raises MissingFilesError where one is not there; of optional ones that the run never had, nothing is said.
    """
    tree = files(root, run.commit)
    for place in places:
        try:
            if optional and not tree.exists(place):
                continue
            into.joinpath(place).parent.mkdir(parents=True, exist_ok=True)
            tree.get(place, str(into / place), recursive=True)
        except failures():
            raise MissingFilesError(
                f"{run.name}: {place} is neither in DVC's cache nor at a remote that it knows; `dvc fetch` it where "
                f"it was made, or make it again at {run.baseline[:SHOWN]}: {run.command}"
            ) from None
