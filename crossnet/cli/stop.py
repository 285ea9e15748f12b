"""How a command ends that cannot do what it was asked for."""

import typer

from crossnet.terminal import say
from crossnet.text import one_line


def stop(message: str, status: int = 2) -> typer.Exit:
    """Tell the reason in one line on standard error; what is returned is to be raised."""
    say(f"error: {one_line(message)}")
    return typer.Exit(status)
