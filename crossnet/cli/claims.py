"""`crossnet claims`: the paper's claims, judged from experiments; its exit status is for a script to read."""

from dataclasses import replace
from pathlib import Path

import typer

from crossnet.cli.options import Out, Overwrite, Revisions, Scale, Task, load_experiments, margins, writing
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
    from crossnet.analysis.claims import exit_status, judge, late_margins
    from crossnet.analysis.tables import short_comparisons_table, write_claims

    limits = margins(Path.cwd())
    found, place = load_experiments(task, scale, rev, out, overwrite)
    found = replace(found, notes=[*found.notes, *late_margins(found.runs, limits)])
    judged = judge(found, limits)
    with writing(place):
        write_claims(place, found, judged, limits)
    for note in found.notes:
        echo(note)
    for each in judged:
        echo(f"{each.claim}  {each.verdict} on {each.where}: {each.statement}", result=True)
        if each.why:
            echo(f"    {each.why}", result=True)
    for line in short_comparisons_table({each.claim: each.comparisons for each in judged}):
        echo(line, result=True)
    raise typer.Exit(exit_status(judged))
