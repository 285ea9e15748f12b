"""Small JSON files that are written whole or not at all, and locks that end with their process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from crossnet.files import write_json
from crossnet.terminal import echo


def read_record(path: Path) -> dict[str, Any]:
    """A JSON object; empty for a file that is not there or not whole."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_record(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON object whole or not at all, also where the power is cut."""
    write_json(path, value, lasting=True)


@contextmanager
def alone(path: Path, waiting: str) -> Iterator[None]:
    """Hold a lock, which ends with this process, however it ends; who has to wait for it says so."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        echo(waiting)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
