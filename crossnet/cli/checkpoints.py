"""`crossnet checkpoints`: what unfinished runs have left, and how to be rid of it."""

from typing import Annotated

import typer

from crossnet.cli.options import fail
from crossnet.terminal import echo


def checkpoints(
    names: Annotated[list[str] | None, typer.Argument(help="Runs by name; all of them if none is named.")] = None,
    prune: Annotated[bool, typer.Option(help="Delete these runs. One that is being trained is left alone.")] = False,
) -> None:
    """List the checkpoints of unfinished runs, or delete them.

    A run that ended has one until the translate stage begins. One that was broken off goes on from its newest when the
    same command is typed.
    """
    from crossnet.training.checkpointing.cleanup import delete_run, foreign_files, list_runs
    from crossnet.training.checkpointing.run_directory import LockedError, runs_directory

    folder = runs_directory()
    if not (folder.parent.parent / "params.yaml").is_file():
        raise fail(f"{folder.parent.parent / 'params.yaml'}: No such file; run from the root of the repository")
    if files := [path for path in (folder.parent, folder) if path.is_file()]:
        raise fail(f"{files[0]}: is a file, wanted the folder that holds unfinished runs; move it away")
    found = {run.folder.name: run for run in list_runs(folder)}
    if unknown := [name for name in names or () if name not in found]:
        raise fail(f"{unknown[0]}: no such run in {folder}; `crossnet checkpoints` lists them")
    chosen = [found[name] for name in names] if names else list(found.values())
    for path in foreign_files(folder):
        echo(f"left alone: {path}: is no run")
    if not chosen:
        echo(f"no unfinished runs in {folder}", result=True)
    for run in chosen:
        settings = run.identity["settings"]
        what = f"{settings['task']}, {settings['method']}, seed {settings['seed']}"
        size, hours = f"{run.size / 2**20:.0f} MiB", f"{run.age / 3600:.1f} h ago"
        if not prune:
            now = f", trained by {run.owner}" if run.owner else ""
            echo(f"{run.folder.name}  {what}: step {run.step}, {size}, {hours}{now}", result=True)
            continue
        try:
            left = delete_run(run.folder)
            echo(f"deleted {run.folder.name}  {what}: {size}", result=True)
            for path in left:
                echo(f"left alone: {path}: was not written by the run")
        except LockedError as error:
            echo(f"left alone: {error}")
