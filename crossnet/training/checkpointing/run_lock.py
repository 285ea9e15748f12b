"""A lock on a folder: one process writes there. It ends with the process that has it, however that ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.files import write_atomically

OWNER = "holder"  # a file beside the lock that names the process


class LockedError(RuntimeError):
    """Another process writes there; the message is one line and names it."""


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Lock a folder for this process. Raises LockedError where another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=1)  # `lock_owner` has it for less
    except Timeout:
        raise LockedError(f"{folder}: is being written by {_owner(folder)}; let it end, or end it first") from None
    try:
        write_atomically(folder / OWNER, f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        (folder / OWNER).unlink(missing_ok=True)
        lock.release()


def lock_owner(folder: Path) -> str | None:
    """The process that has locked a folder now; None where none has, or where the folder is gone."""
    if not folder.is_dir():
        return None
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _owner(folder)
    except OSError:
        return None
    lock.release()
    return None


def _owner(folder: Path) -> str:
    try:
        return (folder / OWNER).read_text() or "another process"
    except OSError:
        return "another process"
