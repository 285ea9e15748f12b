"""Finished runs read back from experiments and commits, as one DataFrame of a task at a scale."""

import hashlib
import math
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crossnet.analysis.repository import (
    SHORT,
    ExperimentError,
    baselines,
    experiments,
    failures,
    files,
    load_json,
    load_yaml,
    read_params,
    resolve,
)
from crossnet.analysis.variants import (
    ABLATION,
    METHODS,
    Settings,
    SettingsError,
    difference,
    edits,
    first_outdated,
    literal,
    name,
    settings,
)
from crossnet.escaping import one_line
from crossnet.evaluation import registry
from crossnet.report.metrics import flatten

M = TypeVar("M", bound=BaseModel)

PARAMS, LOCK = "params.yaml", "dvc.lock"
METRICS = "reports/metrics.json"
TRAINING = "reports/training/metrics.json"
SUMMARY = "reports/training/summary.json"
LOGGED = "training."  # prefix of the training log's metrics, which depend on the machine too, as its speed
MEASURED = ("train", "translate", "evaluate")  # the stages that the metrics come from
CHOICES_FROM = 100  # seeds from here on are for choices, those below for results
PROVENANCE = ("experiment", "commit", "baseline", "params", "data", "code")  # columns: what made the numbers of a run
COLUMNS = (*PROVENANCE, "method", "seed", "settings", "seconds", "command", "margins")


class MissingFilesError(RuntimeError):
    """A file of a run that is neither here nor at a remote; the message is one line: experiment, file, remedy."""


@dataclass(frozen=True)
class Experiments:
    """The finished runs of a task at a scale, a line each, by variant in the paper's order and by seed.

    Columns of `runs`:
        variant: its name; the runs of a variant differ in the seed alone.
        differs: its settings that differ from the committed ones.
        experiment, commit, method, seed, settings: which run it is.
        baseline: the commit that the experiment was started from; of a commit, itself.
        params: SHA-256 of its params.yaml.
        data: hash of the images that it was trained on, "" where it is not known.
        code: hash of the code that trained, translated and evaluated it.
        seconds: of training; NaN where its summary is missing.
        command: repeats the run, at the baseline.
        margins: `claims.margins` of its params.yaml.
        <block>.<key>: a metric of reports/metrics.json; NaN where the run lacks it.
    notes: a line for each thing that a reader of the results has to know, such as what was left out.
    """

    task: str
    scale: str
    runs: pd.DataFrame
    notes: Sequence[str] = ()

    @cached_property
    def _is_comparable(self) -> "pd.Series[bool]":
        return self.runs["data"] == (self.runs["data"].iloc[0] if len(self.runs) else "")

    @cached_property
    def comparable(self) -> pd.DataFrame:
        """The runs on the images that most runs were trained on, which come first."""
        return self.runs[self._is_comparable]

    def of(self, variant: str) -> pd.DataFrame:
        """The comparable runs of a variant, none where there is no such variant."""
        return self._variants.get(variant, self.comparable[:0])

    @cached_property
    def _variants(self) -> dict[str, pd.DataFrame]:
        return by_variant(self.comparable)

    def other_images(self, variants: Sequence[str]) -> dict[str, str]:
        """A clause about each of these variants that has runs on other images."""
        hashes: dict[str, dict[str, None]] = {}
        for run in records(self.runs[~self._is_comparable]):
            hashes.setdefault(name(run["method"], run["differs"]), {})[short(run["data"])] = None
        runs = {each: "other runs" if len(self.of(each)) else "runs" for each in variants if each in hashes}
        return {each: f"{each}'s {what} are on other images ({', '.join(hashes[each])})" for each, what in runs.items()}


def values(runs: pd.DataFrame, metric: str) -> "pd.Series[float]":
    """A metric by seed, of the runs that have it."""
    if metric not in runs:
        return pd.Series(dtype=float)
    return pd.Series(runs[metric].to_numpy(dtype=float), index=runs["seed"].to_numpy()).dropna().sort_index()


def scores(runs: pd.DataFrame, metric: str) -> "pd.Series[float]":
    """As `values`; of the foreground, by the method's own score maps where it writes such, as AGGAN does."""
    own = values(runs, metric.replace("foreground.", "foreground_scores."))
    return own if len(own) else values(runs, metric)


def by_variant(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The runs of each variant, in their order."""
    return {str(variant): group for variant, group in runs.groupby("variant", sort=False)}


def records(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """The runs as mappings from column to value."""
    return [{str(key): value for key, value in record.items()} for record in runs.to_dict("records")]


@cache
def declared() -> dict[str, registry.Value]:
    """What each metric declares of itself, by its key "<block>.<key>", in the order of tables."""
    return registry.values()


def better(metric: str) -> int:
    """1 where higher is better, -1 where lower is, 0 where neither."""
    return {"higher": 1, "lower": -1, None: 0}[declared()[metric].better]


def margin(metric: str, margins: Mapping[str, float]) -> float | None:
    """The margin of a metric, by its kind; None where it has none."""
    return margins.get(declared()[metric].margin or "")


def short(digest: str) -> str:
    """The start of a hash, as it is shown."""
    return digest[:SHORT] or "unknown"


def load(root: Path, task: str, scale: str, revs: Sequence[str], choices: bool = False) -> Experiments:
    """Read the runs of some revisions, or of all experiments and HEAD where none is named.

    Args:
        root: the root of the repository.
        task: a key of `tasks` in params.yaml.
        scale: a key of `scales`.
        revs: names of experiments, branches, tags, or hashes.
        choices: the runs for choices, by their seed or split, in place of those for results.

    Raises:
        ExperimentError: there is no such run, or the repository cannot be read.
    """
    runs, notes = read_runs(root, resolve(root, revs) if revs else experiments(root), task, scale)
    chosen = runs[[is_choice(run) == choices for run in records(runs)]]
    if others := len(runs) - len(chosen):
        kind = "results" if choices else "choices"
        notes.append(f"left out: {others} runs for {kind} (choices have seeds from {CHOICES_FROM} on, or split=valid)")
    if chosen.empty:
        left = f" ({'; '.join(notes)})" if notes else ""
        command = f"crossnet ablation --task {task} --scale {scale}"
        raise ExperimentError(f"{task}, {scale}: no finished experiment{left}; `{command}` queues some")
    grouped, twice = group(chosen, _references(root, task, scale, "valid" if choices else "test"))
    return Experiments(task, scale, grouped, [*notes, *twice, *_mixed_code(grouped)])


def is_choice(run: Mapping[str, Any]) -> bool:
    """Whether a run is for a choice, and not for results."""
    return run["seed"] >= CHOICES_FROM or run["settings"]["split"] == "valid"


def read_runs(root: Path, commits: Mapping[str, str], task: str, scale: str) -> tuple[pd.DataFrame, list[str]]:
    """Read the finished runs of a task at a scale among commits by name.

    Returns the runs, with the columns of `Experiments` but for the variant, and a line for each commit that was left
    out: a broken or unfinished one, and one with the settings, seed and images of another but other metrics.

    Raises:
        ExperimentError: the repository cannot be read.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    notes: list[str] = []
    started = baselines(root)
    for experiment, commit in commits.items():
        try:
            run = _read(root, experiment, commit, started.get(commit, commit), task, scale)
        except (ExperimentError, SettingsError) as error:
            notes.append(f"left out: {experiment}: {error}")
            continue
        except Exception as error:  # DVC fails in many ways on files that anybody may have made
            notes.append(f"left out: {experiment}: cannot be read: {type(error).__name__}: {one_line(error)}")
            continue
        if run is None:
            continue
        key = (run["seed"], run["data"], repr(sorted(run["settings"].items(), key=lambda item: item[0])))
        if _evaluation(found.setdefault(key, run)) != _evaluation(run):
            first = found[key]["experiment"]
            notes.append(f"left out: {experiment}: the same parameters and seed as {first}, with other metrics")
    return pd.DataFrame([*found.values()], columns=None if found else COLUMNS), notes


def group(runs: pd.DataFrame, references: Mapping[str, Settings]) -> tuple[pd.DataFrame, list[str]]:
    """Give each run its variant, in the paper's order: the ablation, other settings of CrossNet, other methods.

    references: the committed settings of each method, by which variants are named. Runs on other images than most are
    variants of their own, with the start of the images' hash in the name. Returns the runs, and a line for each that
    was left out because an earlier one has its variant and seed: their settings have not the same keys.
    """
    [(usual, _)] = Counter(runs["data"]).most_common(1)
    methods, columns = [*METHODS], [*ABLATION, *METHODS.values()]
    grouped: list[tuple[tuple[bool, int, int, str, int], dict[str, Any]]] = []
    for run in records(runs):
        differs = difference(run["settings"], references.get(run["method"], run["settings"]))
        variant, other = name(run["method"], differs), run["data"] != usual
        place = methods.index(run["method"]) if run["method"] in methods else len(methods)
        column = columns.index(variant) if variant in columns else len(columns)
        variant += f", data {short(run['data'])}" if other else ""
        order = (other, place, column, variant, run["seed"])
        grouped.append((order, run | {"variant": variant, "differs": differs}))
    found = pd.DataFrame([run for _, run in sorted(grouped, key=itemgetter(0))])
    twice = found.duplicated(["variant", "seed"])
    notes = [
        f"left out: {run['experiment']}: a second run of {run['variant']} with seed {run['seed']}"
        for run in records(found[twice])
    ]
    return found[~twice].reset_index(drop=True), notes


def copy_files(root: Path, run: Mapping[str, Any], places: Sequence[str], into: Path, optional: bool = False) -> None:
    """Copy files or folders of a run, from DVC's cache or a remote, to the same places below a folder.

    Raises:
        MissingFilesError: one is missing; of optional ones that the run never had, nothing is reported.
    """
    tree = files(root, run["commit"])
    for place in places:
        try:
            if optional and not tree.exists(place):
                continue
            into.joinpath(place).parent.mkdir(parents=True, exist_ok=True)
            tree.get(place, str(into / place), recursive=True)
        except failures():
            raise MissingFilesError(
                f"{run['experiment']}: {place} is neither in DVC's cache nor at a remote that it knows; `dvc fetch` it "
                f"where it was made, or make it again at {short(run['baseline'])}: {run['command']}"
            ) from None


def command(root: Path, baseline: str, params: Mapping[str, Any]) -> str:
    """The command that makes a run again at the commit that it was started from. Raises ExperimentError."""
    sets = edits(read_params(root, baseline), params)
    words = (word for key, value in sets.items() for word in ("-S", f"{key}={literal(value)}"))
    return shlex.join(["dvc", "exp", "run", *words])


class _Part(BaseModel):
    """A part of a file of any age: other keys may be there."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Entry(_Part):
    """A dependency or an out of a stage; md5 is "" where DVC knows it by something else."""

    path: str
    md5: str = ""


class _Stage(_Part):
    deps: list[_Entry] = []
    outs: list[_Entry] = []
    params: dict[str, dict[str, Any]] = {}


class _Lock(_Part):
    stages: dict[str, _Stage]


class _Claims(_Part):
    margins: dict[str, float] = {}


class _Choices(_Part):
    task: str
    method: str
    scale: str
    seed: int = Field(ge=0)
    claims: _Claims = _Claims()


def _checked(model: type[M], values: Any, path: str) -> M:
    """The values as a model. Raises ExperimentError that names the file and the key."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ExperimentError(one_line(f"{path}: {place}: {first['msg']}")) from None


def _read(root: Path, experiment: str, commit: str, baseline: str, task: str, scale: str) -> dict[str, Any] | None:
    """The run of a commit, None where it is of another task or scale. Raises ExperimentError and SettingsError."""
    params, tree = read_params(root, commit), files(root, commit)
    if (params.get("task"), params.get("scale")) != (task, scale):
        return None
    choices = _checked(_Choices, params, PARAMS)
    locked, metrics = load_yaml(tree, LOCK), load_json(tree, METRICS)
    if metrics is None or locked is None:
        raise ExperimentError(f"no {METRICS if metrics is None else LOCK} in it: not finished; `dvc exp run` makes it")
    lock = _checked(_Lock, locked, LOCK).stages
    if outdated := _outdated_params(lock, params):
        raise ExperimentError(f"its results are not those of its params.yaml: {outdated}; `dvc repro` and commit")
    if outdated := _outdated_files(lock):
        raise ExperimentError(f"its metrics are older than what they rest on: {outdated}; `dvc repro` and commit")
    numbers = dict(flatten(metrics)) | dict(flatten(load_json(tree, TRAINING) or {}, LOGGED))
    seconds = (load_json(tree, SUMMARY) or {}).get("seconds")
    return {key: float(v) for key, v in numbers.items() if isinstance(v, int | float) and not isinstance(v, bool)} | {
        "experiment": experiment,
        "commit": commit,
        "baseline": baseline,
        "params": hashlib.sha256(tree.read_bytes(PARAMS)).hexdigest(),
        "data": next((dep.md5 for dep in _stage(lock, "train").deps if dep.path == "data/prepared"), ""),
        "code": _code(lock),
        "method": choices.method,
        "seed": choices.seed,
        "settings": settings(params),
        "seconds": float(seconds) if isinstance(seconds, int | float) else math.nan,
        "command": command(root, baseline, params),
        "margins": choices.claims.margins,
    }


def _stage(lock: Mapping[str, _Stage], stage: str) -> _Stage:
    return lock.get(stage, _Stage())


def _outdated_params(lock: Mapping[str, _Stage], params: Mapping[str, Any]) -> str:
    """The first parameter of the images or of training that the results were not made with, or ""."""
    stages = (_stage(lock, stage).params.get(PARAMS, {}) for stage in ("prepare", "train"))
    return next(filter(None, (first_outdated(locked, params) for locked in stages)), "")


def _outdated_files(lock: Mapping[str, _Stage]) -> str:
    """The first stage up to the metrics that read another version of a file than the stage before it left, or ""."""
    left = {out.path: out.md5 for stage in lock.values() for out in stage.outs}
    for stage in MEASURED:
        for dep in _stage(lock, stage).deps:
            if dep.md5 != left.get(dep.path, dep.md5):
                return f"{stage} read another {dep.path} than is there now"
    return ""


def _code(lock: Mapping[str, _Stage]) -> str:
    """One hash of the code that made the results: of what the stages read that is neither data nor another's out."""
    outs = {out.path for stage in lock.values() for out in stage.outs}
    deps = [dep for stage in MEASURED for dep in _stage(lock, stage).deps]
    code = {f"{dep.path} {dep.md5}" for dep in deps if dep.path not in outs and not dep.path.startswith("data/")}
    return hashlib.sha256("\n".join(sorted(code)).encode()).hexdigest()


def _evaluation(run: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of a run's translations."""
    return {key: value for key, value in run.items() if key not in COLUMNS and not key.startswith(LOGGED)}


def _references(root: Path, task: str, scale: str, split: str) -> dict[str, Settings]:
    """The committed settings of each method on a split."""
    committed, found = read_params(root, "HEAD") | {"split": split, "task": task, "scale": scale}, {}
    for method in committed.get("methods") or METHODS:
        try:
            found[method] = settings(committed | {"method": method})
        except SettingsError:
            continue  # not in the committed parameters: its variants are named by all that differs
    return found


def _mixed_code(runs: pd.DataFrame) -> list[str]:
    """A line for each method whose runs were made by several versions of the code."""
    lines = []
    for method, code in runs.groupby("method")["code"]:
        versions = Counter(code)
        if len(versions) > 1:
            counts = ", ".join(str(count) for _, count in versions.most_common())
            lines.append(f"note: {method}: its runs come from {len(versions)} versions of the code ({counts} runs)")
    return lines
