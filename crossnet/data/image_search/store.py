"""What services and servers have answered, kept outside of the data set, so that nothing is asked for twice.

    answers/<hash of address and parameters>.json    a page of results, with the time of its retrieval
    images/<hash of address>                         a file as it was served
    images/<hash of address>.json                    its address, time and sha256, or why there is none
    limits/<hash of address and asker>.json          a limit on requests that is used up, and until when

A record is written after what it tells of, each whole or not at all, so a killed run leaves nothing half. What a
machine's crash damages is found by its sha256 when it is read, and asked for again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crossnet.files import write_atomically

PARTIAL = ".*.partial"  # what `write_atomically` leaves where the process is killed


@dataclass(frozen=True)
class Served:
    """What a server gave for an address: a file with this sha256, or a reason why it is not used."""

    url: str
    retrieved_at: str  # UTC, ISO 8601
    sha256: str
    refused: str  # "" for a file that is there


class Store:
    """A folder of answers and images, by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.answers, self.images, self.limits = folder / "answers", folder / "images", folder / "limits"
        for each in (self.answers, self.images, self.limits):
            each.mkdir(parents=True, exist_ok=True)
            for left in each.glob(PARTIAL):  # by a killed run
                left.unlink()

    def answer(self, url: str, params: Mapping[str, str]) -> Any:
        """What a service answered to just these parameters, as JSON's values; None if it was not asked."""
        record = _read(self._answer(url, params))
        return None if record is None else record.get("answer")

    def keep_answer(self, url: str, params: Mapping[str, str], answer: Any) -> None:
        """Keep what a service answered."""
        record = {"url": url, "params": dict(params), "retrieved_at": _now(), "answer": answer}
        write_atomically(self._answer(url, params), json.dumps(record, indent=1).encode())

    def served(self, url: str) -> Served | None:
        """What is known of an image's address; None if nothing, or if its file is not what the record tells."""
        record = _read(self._record(url))
        if record is None:
            return None
        try:
            served = Served(**record)
        except TypeError:  # a record of another kind
            return None
        return served if served.refused or sha256_of(self.file(url)) == served.sha256 else None

    def file(self, url: str) -> Path:
        """Where the file of an address is kept."""
        return self.images / _hash(url)

    def keep_image(self, url: str, content: bytes) -> Served:
        """Keep a file as it was served."""
        write_atomically(self.file(url), content)
        return self._keep(Served(url, _now(), hashlib.sha256(content).hexdigest(), ""))

    def refuse(self, url: str, reason: str) -> Served:
        """Remember that an address gives nothing to use, and why."""
        return self._keep(Served(url, _now(), "", reason))

    def limit(self, url: str, asker: str) -> tuple[str, datetime] | None:
        """The limit of a service that was used up last, and when it no longer is; None if none was."""
        record = _read(self._limit(url, asker)) or {}
        try:
            return str(record["rate"]), datetime.fromisoformat(record["free_at"]).astimezone(UTC)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def keep_limit(self, url: str, asker: str, rate: str, free_at: datetime) -> None:
        """Keep until when a service has no request left for an asker."""
        record = {"url": url, "asker": asker, "rate": rate, "free_at": free_at.isoformat(timespec="seconds")}
        write_atomically(self._limit(url, asker), json.dumps(record, indent=1).encode())

    def _keep(self, served: Served) -> Served:
        write_atomically(self._record(served.url), json.dumps(asdict(served), indent=1).encode())
        return served

    def _record(self, url: str) -> Path:
        return self.images / f"{_hash(url)}.json"

    def _answer(self, url: str, params: Mapping[str, str]) -> Path:
        return self.answers / f"{_hash(json.dumps([url, sorted(params.items())]))}.json"

    def _limit(self, url: str, asker: str) -> Path:
        return self.limits / f"{_hash(json.dumps([url, asker]))}.json"


def sha256_of(path: Path) -> str | None:
    """A file's SHA-256 as hexadecimal digits, or None where there is no file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _read(path: Path) -> dict[str, Any] | None:
    """A record, or None for one that is not there or was damaged since."""
    try:
        record = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
