"""`crossnet claims`: the paper's claims, judged from experiments; its exit status is for a script to read."""

from pathlib import Path

import typer

from crossnet.cli.options import Out, Overwrite, Revisions, Scale, Task, experiments, margins, writing
from crossnet.terminal import echo


def claims(
    task: Task = None,
    scale: Scale = None,
    rev: Revisions = None,
    out: Out = None,
    overwrite: Overwrite = False,
) -> None:
    """Judge the paper's claims C1 to C6 on a task: holds, does not hold, no difference, undecided, or not tried.

    Writes claims.json and claims.md. docs/claims.md has the rules. The margins, within which a difference counts as
    none, are claims.margins of params.yaml.
    Exit status: 0 if all claims that were judged hold, 1 if one does not hold or shows no difference, 3 if one is
    undecided and none fails or if none was judged, 2 for misuse.
    """
    from crossnet.analysis.claims import exit_status, judge, late_margins, write

    limits = margins(Path.cwd())
    found, folder = experiments(task, scale, rev, out, overwrite)
    judged = judge(found, limits)
    notes = [*found.notes, *late_margins(found.rows, limits)]
    with writing(folder):
        write(folder, found.task, found.scale, found.rows, judged, limits, notes)
    for line in notes:
        echo(line)
    for claim in judged:
        echo(f"{claim.claim}  {claim.verdict} on {claim.where}: {claim.statement}", result=True)
        if claim.why:
            echo(f"    {claim.why}", result=True)
    raise typer.Exit(exit_status(judged))
