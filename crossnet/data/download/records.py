"""Small JSON files that are written atomically, locks that end with their process, and the checksums of downloads."""

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


class ChecksumsError(OSError):
    """A file of checksums that is none; the message is one line."""


class Checksums:
    """A JSON file: name -> address -> sha256, bytes. `locks` is a folder for its lock, which is no part of it."""

    def __init__(self, path: Path, locks: Path) -> None:
        self.path, self._lock = path, locks / f".{path.name}.lock"

    def of(self, name: str, address: str) -> str | None:
        """The SHA-256 that is held to, None for what never came. Raises ChecksumsError."""
        entry = self._entries().get(name, {}).get(address)
        return None if entry is None else str(entry["sha256"])

    def remember(self, name: str, address: str, sha256: str, size: int) -> None:
        """Add what came first."""
        self._change(name, address, {"sha256": sha256, "bytes": size})

    def forget(self, name: str, address: str) -> None:
        """Hold to nothing any more."""
        if self.path.exists():
            self._change(name, address, None)

    def _change(self, name: str, address: str, entry: dict[str, Any] | None) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with alone(self._lock, f"{self.path}: another process is writing it, waiting"):
            entries = self._entries()
            known = {key: value for key, value in entries.pop(name, {}).items() if key != address}
            known |= {} if entry is None else {address: entry}
            entries |= {name: dict(sorted(known.items()))} if known else {}
            write_record(self.path, dict(sorted(entries.items())))

    def _entries(self) -> dict[str, dict[str, Any]]:
        if not self.path.exists():
            return {}
        try:
            entries = json.loads(self.path.read_text())
            for known in entries.values():
                for entry in known.values():
                    entry["sha256"]
            return dict(entries)
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise ChecksumsError(
                f"{self.path}: no JSON of names, their addresses and sha256; restore or remove it"
            ) from error
