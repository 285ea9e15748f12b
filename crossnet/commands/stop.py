"""How a command ends that cannot do what it was asked for."""

import typer


def stop(message: str, status: int = 2) -> typer.Exit:
    """Tell the reason in one line on standard error; what is returned is to be raised."""
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    return typer.Exit(status)
