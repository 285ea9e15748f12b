"""`crossnet ablation`: the paper's ablation and CycleGAN, queued as DVC experiments."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crossnet.cli.options import Scale, Task, fail, task_and_scale
from crossnet.terminal import echo

MAX_SEEDS = 1000  # in one call: each queues an experiment for each row


def ablation(
    seeds: Annotated[
        str, typer.Option(help="How many, from 0 on; or FIRST:END, as 100:105, where END is not included.")
    ] = "5",
    rows: Annotated[
        str | None, typer.Option(help="Of gan-id, zid, ctc, crossnet, cyclegan, separated by commas. Default: all.")
    ] = None,
    task: Task = None,
    scale: Scale = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, queue nothing.")] = False,
) -> None:
    """Queue GAN+Id, +ZId, +CTC, CrossNet and CycleGAN (Fig. 5) with `dvc exp run --queue`, seed by seed.

    Prints each command, leaves out what is finished or queued already, and forecasts how long the rest will take.
    An experiment counts if it is on the images that HEAD's run is on, or the newest one where HEAD has none. Seeds
    from 100 on are for choices: their runs have split=valid and are left out of results (docs/claims.md).
    """
    from crossnet.analysis.grid import QueueError, grid, queue
    from crossnet.analysis.load import read_runs, records
    from crossnet.analysis.repository import ExperimentError, experiments, queue_fault, read_params, unfinished
    from crossnet.analysis.variants import SettingsError, settings

    root, wanted_seeds, wanted_rows = Path.cwd(), _seeds(seeds), _rows(rows)
    task, scale = task_and_scale(root, task, scale)
    if why := queue_fault(root):
        raise fail(why)
    try:
        params, commits = read_params(root, None), experiments(root)
        head = records(read_runs(root, {"HEAD": commits.pop("HEAD")}, task, scale)[0])
        finished = records(read_runs(root, commits, task, scale)[0])
        waiting = unfinished(root)
        runs = grid(task, scale, wanted_seeds, wanted_rows, {*commits, *(name for name, _, _ in waiting)})
        shaped_by = [settings(params | run.params) for run in runs]
    except (ExperimentError, SettingsError) as error:
        raise fail(str(error)) from None
    queued = []
    for name, state, revision in waiting:
        try:
            found = read_params(root, revision)
            if state != "Failed" and (found.get("task"), found.get("scale")) == (task, scale):
                queued.append((found.get("seed"), settings(found), f"{state.lower()} as {name}"))
        except (ExperimentError, SettingsError) as error:
            echo(f"left out: {name}: {error}")
    usual = _usual([*head, *finished], shaped_by[0], (f"scales.{scale}.images.", f"tasks.{task}."))
    ahead = []
    for run, shape in zip(runs, shaped_by, strict=True):
        title, seed = f"# {run.variant}, seed {run.params['seed']}", run.params["seed"]
        alike = [each for each in finished if (each["seed"], each["settings"]) == (seed, shape)]
        known = [
            f"finished as {each['experiment']}, {_images(each, usual)}"
            for each in alike
            if usual and each["data"] == usual["data"]
        ] + [why for *key, why in queued if key == [seed, shape]]
        if known:
            echo(f"{title}: {known[0]}", result=True)
            continue
        for each in alike:
            echo(f"{title}: {each['experiment']} does not count, {_images(each, usual)}", result=True)
        echo(str(run), result=True)
        ahead.append(run.params["method"])
        if not dry_run:
            try:
                queue(run, root)
            except QueueError as error:
                raise fail(str(error), 1) from None
    if not ahead:
        echo("# nothing left to queue", result=True)
        return
    seconds = {run["method"]: run["seconds"] for run in finished if run["seconds"] > 0}  # NaN is not
    echo(f"# forecast: {_forecast(ahead, seconds, task, scale)}", result=True)
    echo("dvc queue start -j 1", result=True)


def _seeds(text: str) -> range:
    """Parse --seeds: "5" is 0 to 4, "100:105" is 100 to 104."""
    found = re.fullmatch(r"(?:([0-9]{1,10}):)?([0-9]{1,10})", text)
    first, end = (int(found[1] or 0), int(found[2])) if found else (0, 0)
    if not first < end <= min(first + MAX_SEEDS, 2**31):
        raise fail(
            f"--seeds {text}: wanted how many, such as 5, or FIRST:END, such as 100:105; at most {MAX_SEEDS} of them, "
            "below 2147483648"
        )
    return range(first, end)


def _rows(text: str | None) -> list[str]:
    """Parse --rows, all by default; fail on a name that does not exist."""
    from crossnet.analysis.grid import GRID

    keys = [*GRID] if text is None else [each.strip() for each in text.split(",")]
    if unknown := [key for key in keys if key not in GRID]:
        raise fail(f"--rows {unknown[0]}: is none of {', '.join(GRID)}")
    return keys


def _usual(runs: Sequence[Mapping[str, Any]], now: Mapping[str, Any], images: tuple[str, ...]) -> Any:
    """The first run with the parameters that images follow from; None where there is none."""
    wanted = {key: value for key, value in now.items() if key.startswith(images)}
    alike = (r for r in runs if {key: v for key, v in r["settings"].items() if key.startswith(images)} == wanted)
    return next(alike, None)


def _images(run: Mapping[str, Any], usual: Mapping[str, Any] | None) -> str:
    """Name the images of a run, and those that it should be on."""
    from crossnet.analysis.load import short

    images = f"on images {short(run['data'])}"
    if usual is None or run is usual:
        return images
    as_usual = "as" if run["data"] == usual["data"] else f"not on {short(usual['data'])} as"
    return f"{images}, {as_usual} {usual['experiment']}"


def _forecast(methods: Sequence[str], finished: Mapping[str, float], task: str, scale: str) -> str:
    """Hours of training ahead: as long as a finished run of each method took, or as is measured here."""
    from crossnet.cli.plan import NotMeasuredError, seconds_of
    from crossnet.params import ParamsError

    total, parts = 0.0, []
    for method in sorted(set(methods)):
        count = methods.count(method)
        try:
            seconds = finished.get(method) or seconds_of(task, method, scale)
        except (ParamsError, NotMeasuredError) as error:
            return f"not known: {error}"
        if seconds is None:
            return f"not known for {len(methods)} runs: fetch and prepare the task first, to know its images"
        total += count * seconds
        source = "as finished runs took" if method in finished else "as measured here"
        parts.append(f"{count} of {method} at {seconds / 60:.1f} minutes, {source}")
    return f"{total / 3600:.1f} hours of training one after another ({'; '.join(parts)})"
