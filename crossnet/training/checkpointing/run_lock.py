"""One writer a folder: a lock that ends with the process that holds it, however it ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.files import write_atomically


class BusyError(RuntimeError):
    """Somebody else writes there; the message is one line and names the process."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone, until it ends, however it ends. Raises BusyError where it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=1)  # a look at who holds it takes no longer
    except Timeout:
        raise BusyError(f"{folder}: is being written by {_name(folder)}; let it end, or end it first") from None
    try:
        write_atomically(folder / "holder", f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        (folder / "holder").unlink(missing_ok=True)
        lock.release()


def holder(folder: Path) -> str | None:
    """Who holds a folder now, or None; also of a folder that is gone."""
    if not folder.is_dir():
        return None
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _name(folder)
    except OSError:
        return None
    lock.release()
    return None


def _name(folder: Path) -> str:
    try:
        return (folder / "holder").read_text() or "another process"
    except OSError:
        return "another process"
