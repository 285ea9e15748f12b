"""`crossnet claims`: the paper's claims, judged from experiments; its exit status is for a script to read."""

from pathlib import Path
from typing import Annotated

import typer

from crossnet.commands.stop import stop


def claims(
    task: Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")] = None,
    scale: Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")] = None,
    rev: Annotated[
        list[str] | None,
        typer.Option(
            help="An experiment, branch or commit; may be repeated. All experiments and HEAD if none is named."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write; reports/experiments/<task> if not named.")] = None,
) -> None:
    """Judge the paper's claims C1 to C6 on a task: holds, does not hold, undecided, or not tried.

    Writes claims.json and claims.md. A difference counts if its paired t-test over at least 3 shared seeds has
    p < 0.05; undecided is what is inside the spread.
    Exit status: 0 if all claims that were tried hold, 1 if one does not hold, 3 if one is undecided and none fails or
    if none was tried, 2 for misuse.
    """
    from crossnet.experiments.claims import exit_status, judge, write
    from crossnet.experiments.read import read
    from crossnet.experiments.revisions import RunsError
    from crossnet.experiments.settings import SettingsError

    try:
        found = read(Path.cwd(), task, scale, rev or [])
    except (RunsError, SettingsError) as error:
        raise stop(str(error)) from None
    judged = judge(found.task, found.rows)
    write(out or Path("reports/experiments") / found.task, found.task, found.scale, judged)
    for line in found.notes:
        typer.echo(line, err=True)
    for claim in judged:
        typer.echo(f"{claim.claim}  {claim.verdict}: {claim.statement}\n    {claim.why}")
    raise typer.Exit(exit_status(judged))
