"""`crossnet ablation`: the paper's ablation and CycleGAN, queued as DVC experiments."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crossnet.commands.chosen import Scale, Task
from crossnet.commands.stop import stop


def ablation(
    seeds: Annotated[int, typer.Option(help="Seeds 0 to this, not included, of each column.", min=1)] = 3,
    task: Task = None,
    scale: Scale = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, queue nothing.")] = False,
) -> None:
    """Queue GAN+Id, +ZId, +CTC, CrossNet and CycleGAN (Fig. 5) with `dvc exp run --queue`, seed by seed.

    Prints each command, leaves out what is an experiment or queued already, and forecasts how long the rest will take.
    """
    from crossnet.experiments.grid import QueueError, grid, queue, settings_of, shown
    from crossnet.experiments.revisions import RunsError, read_params, revisions, unfinished
    from crossnet.experiments.runs import read_runs
    from crossnet.experiments.settings import SettingsError, effective

    root = Path.cwd()
    try:
        params = read_params(root, None)
        task, scale = task or str(params.get("task")), scale or str(params.get("scale"))
        experiments = {name: commit for name, commit in revisions(root).items() if name != "HEAD"}
        runs, _ = read_runs(root, experiments, task, scale)
        waiting = [*unfinished(root)]
        there = [(run.method, run.seed, run.settings, f"finished as {run.name}") for run in runs]
        there += [
            (found["method"], found["seed"], effective(found), f"{state.lower()} as {name}")
            for name, state, found in waiting
            if state != "Failed" and (found.get("task"), found.get("scale")) == (task, scale)
        ]
        wanted = grid(task, scale, seeds, {*experiments, *(name for name, _, _ in waiting)})
        settings = [settings_of(each, params) for each in wanted]
    except (RunsError, SettingsError) as error:
        raise stop(str(error)) from None
    ahead = []
    for each, effect in zip(wanted, settings, strict=True):
        known = [why for *key, why in there if key == [each.method, each.seed, effect]]
        if known:
            typer.echo(f"# {each.column}, seed {each.seed}: {known[0]}")
            continue
        typer.echo(shown(each.command))
        ahead.append(each)
        if not dry_run:
            try:
                queue(each, root)
            except QueueError as error:
                raise stop(str(error), 1) from None
    if not ahead:
        typer.echo("# nothing left to queue")
        return
    _forecast([each.method for each in ahead], {run.method: run.seconds for run in runs if run.seconds}, task, scale)
    typer.echo("dvc queue start -j 1")


def _forecast(methods: Sequence[str], seconds: dict[str, Any], task: str, scale: str) -> None:
    """Hours of training ahead: as long as finished runs of each method took, or as `crossnet plan` measures."""
    from crossnet.commands.plan import plan

    counts = {method: methods.count(method) for method in sorted(set(methods))}
    if all(method in seconds for method in counts):
        hours = sum(count * seconds[method] for method, count in counts.items()) / 3600
        parts = ", ".join(f"{n} of {method} at {seconds[method] / 60:.1f} minutes" for method, n in counts.items())
        typer.echo(f"# forecast: {hours:.1f} hours of training one after another ({parts}, as finished runs took)")
        return
    for method, count in counts.items():
        typer.echo(f"# {count} of {method}; each is measured to take:")
        plan(task=task, method=method, scale=scale)
