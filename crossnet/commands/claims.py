"""`crossnet claims`: the paper's claims, judged from experiments; its exit status is for a script to read."""

import typer

from crossnet.commands.chosen import Out, Revisions, Scale, Task, chosen, writing
from crossnet.terminal import say


def claims(
    task: Task = None,
    scale: Scale = None,
    rev: Revisions = None,
    out: Out = None,
) -> None:
    """Judge the paper's claims C1 to C6 on a task: holds, does not hold, undecided, or not tried.

    Writes claims.json and claims.md. A difference counts if its paired t-test over at least 3 shared seeds has
    p < 0.05; undecided is what is inside the spread.
    Exit status: 0 if all claims that were tried hold, 1 if one does not hold, 3 if one is undecided and none fails or
    if none was tried, 2 for misuse.
    """
    from crossnet.experiments.claims import exit_status, judge, write

    found, folder = chosen(task, scale, rev, out)
    judged = judge(found.task, found.rows)
    with writing(folder):
        write(folder, found.task, found.scale, judged)
    for line in found.notes:
        say(line)
    for claim in judged:
        say(f"{claim.claim}  {claim.verdict}: {claim.statement}", result=True)
        say(f"    {claim.why}", result=True)
    raise typer.Exit(exit_status(judged))
