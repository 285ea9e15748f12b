"""`crossnet ablation`: the paper's ablation and CycleGAN, queued as DVC experiments."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossnet.cli.options import Scale, Task, fail, task_and_scale
from crossnet.terminal import echo

if TYPE_CHECKING:
    from crossnet.analysis.runs import Run

MOST_SEEDS = 1000  # in one call: each queues an experiment a row


def ablation(
    seeds: Annotated[
        str, typer.Option(help="How many, from 0 on; or FIRST:END, as 100:105, where END is not included.")
    ] = "5",
    rows: Annotated[
        str | None, typer.Option(help="Of gan-id, zid, ctc, crossnet, cyclegan, with commas between; all by default.")
    ] = None,
    task: Task = None,
    scale: Scale = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, queue nothing.")] = False,
) -> None:
    """Queue GAN+Id, +ZId, +CTC, CrossNet and CycleGAN (Fig. 5) with `dvc exp run --queue`, seed by seed.

    Prints each command, leaves out what is an experiment or queued already, and forecasts how long the rest will take.
    An experiment counts if it is on the images that HEAD's run is on, or the newest one where HEAD has none. Seeds
    from 100 on are for choices: their runs have split=valid and stay out of results (docs/claims.md).
    """
    from crossnet.analysis.clone import fault
    from crossnet.analysis.grid import QueueError, grid, queue, settings_of, shown
    from crossnet.analysis.revisions import RunsError, read_params, revisions, unfinished
    from crossnet.analysis.runs import read_runs
    from crossnet.analysis.settings import SettingsError, effective

    root, wanted_seeds, wanted_rows = Path.cwd(), _seeds(seeds), _rows(rows)
    task, scale = task_and_scale(root, task, scale)
    if why := fault(root):
        raise fail(why)
    try:
        params, experiments = read_params(root, None), revisions(root)
        of_head, _ = read_runs(root, {"HEAD": experiments.pop("HEAD")}, task, scale)
        runs, _ = read_runs(root, experiments, task, scale)
        waiting = [*unfinished(root)]
        queued = [
            (found["method"], found["seed"], effective(found), f"{state.lower()} as {name}")
            for name, state, found in waiting
            if state != "Failed" and (found.get("task"), found.get("scale")) == (task, scale)
        ]
        wanted = grid(task, scale, wanted_seeds, wanted_rows, {*experiments, *(name for name, _, _ in waiting)})
        settings = [settings_of(each, params) for each in wanted]
    except (RunsError, SettingsError) as error:
        raise fail(str(error)) from None
    shapes = (f"scales.{scale}.images.", f"tasks.{task}.")  # what images follow from
    now = {key: value for key, value in settings[0].items() if key.startswith(shapes)}
    alike = (run for run in [*of_head, *runs] if now == {k: v for k, v in run.settings.items() if k.startswith(shapes)})
    usual = next(alike, None)
    ahead = []
    for each, effect in zip(wanted, settings, strict=True):
        made = [run for run in runs if (run.method, run.seed, run.settings) == (each.method, each.seed, effect)]
        known = [f"finished as {run.name}, {_images(run, usual)}" for run in made if usual and run.data == usual.data]
        known += [why for *key, why in queued if key == [each.method, each.seed, effect]]
        if known:
            echo(f"# {each.column}, seed {each.seed}: {known[0]}", result=True)
            continue
        for run in made:
            echo(f"# {each.column}, seed {each.seed}: {run.name} does not count, {_images(run, usual)}", result=True)
        echo(shown(each.command), result=True)
        ahead.append(each)
        if not dry_run:
            try:
                queue(each, root)
            except QueueError as error:
                raise fail(str(error), 1) from None
    if not ahead:
        echo("# nothing left to queue", result=True)
        return
    finished = {run.method: run.seconds for run in runs if run.seconds}
    echo(f"# forecast: {_forecast([each.method for each in ahead], finished, task, scale)}", result=True)
    echo("dvc queue start -j 1", result=True)


def _seeds(text: str) -> range:
    """The seeds that were asked for: "5" is 0 to 4, "100:105" is 100 to 104."""
    found = re.fullmatch(r"(?:([0-9]{1,10}):)?([0-9]{1,10})", text)
    first, end = (int(found[1] or 0), int(found[2])) if found else (0, 0)
    if not first < end <= min(first + MOST_SEEDS, 2**31):
        raise fail(
            f"--seeds {text}: wanted how many, such as 5, or FIRST:END, such as 100:105; at most {MOST_SEEDS} of them, "
            "below 2147483648"
        )
    return range(first, end)


def _rows(text: str | None) -> list[str]:
    """The names of the columns that were asked for, all where none are; stops at one that does not exist."""
    from crossnet.analysis.grid import SLUGS

    names = {slug: name for name, slug in SLUGS.items()}
    slugs = [*names] if text is None else [each.strip() for each in text.split(",")]
    if unknown := [slug for slug in slugs if slug not in names]:
        raise fail(f"--rows {unknown[0]}: is none of {', '.join(names)}")
    return [names[slug] for slug in names if slug in slugs]


def _images(run: "Run", usual: "Run | None") -> str:
    """Which images a run is on, beside those that it should be on."""
    from crossnet.analysis.revisions import SHOWN

    images = f"on images {run.data[:SHOWN] or 'unknown'}"
    if usual is None or run is usual:
        return images
    return f"{images}, {'as' if run.data == usual.data else 'not on ' + usual.data[:SHOWN] + ' as'} {usual.name}"


def _forecast(methods: Sequence[str], finished: Mapping[str, float], task: str, scale: str) -> str:
    """Hours of training ahead: as long as a finished run of each method took, or as is measured here."""
    from crossnet.cli.forecast import NotMeasuredError
    from crossnet.cli.plan import seconds_of
    from crossnet.params import ParamsError

    counts = {method: methods.count(method) for method in sorted(set(methods))}
    total, parts = 0.0, []
    for method, count in counts.items():
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
