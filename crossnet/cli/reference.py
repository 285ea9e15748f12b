"""docs/cli.md, every command with its options: `python -m crossnet.cli.reference` writes it."""

import re
from pathlib import Path

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

from crossnet.cli.main import app
from crossnet.files import write_atomically

PLACE = Path("docs/cli.md")
TITLE = "Command line"
ABOVE = """
<!-- Written by `python -m crossnet.cli.reference`. -->

`crossnet COMMAND --help` prints the same. Results go to standard output, messages and progress to standard error. Bad
input is answered by one line and exit status 2, a failure by exit status 1, unless a command says otherwise.
"""


def reference() -> str:
    """Return all commands of `crossnet` as Markdown, from what typer knows of them."""
    command = get_command(app)
    context = typer.Context(command, info_name="crossnet")
    text = get_docs_for_click(obj=command, ctx=context, name="crossnet", title=TITLE)
    text = text.replace(f"# {TITLE}\n", f"# {TITLE}\n{ABOVE}", 1)
    text = re.sub(r"^(#+) `(.*)`$", r"\1 \2", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


if __name__ == "__main__":
    write_atomically(PLACE, reference())
