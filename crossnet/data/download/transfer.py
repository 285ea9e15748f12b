"""What there is of a file until it is whole: begun, gone on with after a break, and never longer than it may be."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import httpx

from crossnet.data.download.addresses import PassingError, WebError, identity, local
from crossnet.data.download.records import read_record, write_record
from crossnet.data.download.web import Web
from crossnet.terminal import progress
from crossnet.urls import redacted

AGENT = f"crossnet/{version('crossnet')}"
PIECE = 1 << 20  # bytes: what progress counts in, and what a try must gain for the next one to be the first again
WHOLE = (200, 203)  # statuses of an answer that has a file


class TransferError(OSError):
    """A file that is not there, is too long, or is another one; the message is one line."""


@dataclass(frozen=True)
class _Source:
    """What a part is a part of; `bytes` is the length of the whole."""

    url: str
    etag: str | None
    last_modified: str | None
    bytes: int | None

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong ETag, or else a date."""
        return self.etag if self.etag and self.etag.startswith('"') else self.last_modified


class Part:
    """`<target>.part`, and where that is from (`.part.json`).

    `joined`: whether it was put together of more than one answer, perhaps by an earlier run.
    """

    def __init__(self, target: Path, max_bytes: int) -> None:
        self.name, self.max_bytes, self.joined = target.name, max_bytes, False
        self.path, self._source = target.with_name(f"{self.name}.part"), target.with_name(f"{self.name}.part.json")

    def fetch(self, url: str, web: Web | None, pages: bool) -> str | None:
        """Complete the part from one address; its ETag. What says that it is a web page is a file only if `pages`.

        Raises TransferError or WebError, and OSError for a part that cannot be written.
        """
        self.joined, path = False, local(url)
        if path is not None:
            self._copy(path)
            return None
        if web is not None:
            return self._transfer(url, web, pages)
        with Web(AGENT) as own:
            return self._transfer(url, own, pages)

    def forget(self) -> None:
        """Remove the part, what it is a part of first: without that it is never added to."""
        self._source.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def _copy(self, path: Path) -> None:
        if not path.is_file():
            raise TransferError(f"{path}: no such file")
        self.forget()
        self._write(_read_pieces(path), 0, path.stat().st_size, str(path))

    def _transfer(self, url: str, web: Web, pages: bool) -> str | None:
        """Bring the part to its end, again and again while that gains something."""
        failures, best = 0, self._have(url)
        while True:
            try:
                with web.discreet():
                    return self._attempt(url, web, pages)
            except PassingError as error:
                have = self._have(url)
                failures = 1 if have >= best + PIECE else failures + 1
                best = max(best, have)
                if failures >= web.tries:
                    raise WebError(f"{error} (broken off {failures} times)", error.status) from error
                web.wait(failures)

    def _attempt(self, url: str, web: Web, pages: bool) -> str | None:
        have, source = self._have(url), self._read_source()
        headers = {"Accept-Encoding": "identity"}
        if have and source and source.validator:
            self.joined = True
            if have == source.bytes:
                return source.etag
            headers |= {"Range": f"bytes={have}-", "If-Range": source.validator}
        try:
            with web.stream(url, headers) as response:
                found = self._continued(url, response, have, source) or self._begun(url, response, pages)
                start = have if found is source else 0
                self._write(web.steadily(response.iter_raw(), url), start, found.bytes, redacted(url))
                return found.etag
        except WebError as error:
            if error.status != 416 or not have:
                raise
            self.forget()
            raise PassingError(str(error), 416) from error

    def _continued(self, url: str, response: httpx.Response, have: int, source: _Source | None) -> _Source | None:
        """The source, if an answer is the rest of it after `have` bytes; None if it is a whole file."""
        if response.status_code != 206:
            return None
        claimed = response.headers.get("Content-Range", "")
        etag = response.headers.get("ETag")
        if have and source and source.bytes and etag in (None, source.etag):  # so this is the file that was begun
            rest = f"bytes {have}-{source.bytes - 1}/{source.bytes}"
            if claimed.strip() == rest:
                return source
        self.forget()
        raise PassingError(
            f"{redacted(url)}: answered with {claimed!r} of {etag}, not with the bytes from {have} on", 206
        )

    def _begun(self, url: str, response: httpx.Response, pages: bool) -> _Source:
        """The source that an answer of a whole file begins, with nothing of it there yet."""
        kind, length = response.headers.get("Content-Type", ""), response.headers.get("Content-Length", "")
        if response.status_code not in WHOLE:
            said = f"{response.status_code} {response.reason_phrase}".strip()
            raise WebError(f"{redacted(url)}: answered {said}, not with a file", response.status_code)
        if kind.lower().startswith(("text/html", "application/xhtml")) and not pages:
            raise WebError(f"{redacted(url)}: answered with a web page ({kind}), not with a file", response.status_code)
        validators = response.headers.get("ETag"), response.headers.get("Last-Modified")
        source = _Source(identity(url), *validators, int(length) if length.isdecimal() else None)
        self.forget()
        self.joined = False
        write_record(self._source, asdict(source))
        return source

    def _write(self, parts: Iterable[bytes], have: int, total: int | None, where: str) -> None:
        """Write parts behind the first `have` bytes, to `total` if that is known, and tell how far it is.

        Of more than that, or than is allowed, nothing is kept.
        """
        most = self.max_bytes if total is None else total
        what = self.name if total is not None else f"{self.name} (length unknown)"
        try:
            check_size(total or 0, self.max_bytes, f"{where}: announces")
            _check_room(self.path.parent, (total or 0) - have)
            with self.path.open("ab" if have else "wb") as file:
                counted = _counted(file, parts, have, most, where)
                for _ in progress(counted, -(-most // PIECE), what, "MiB", before=have // PIECE):
                    pass
                os.fsync(file.fileno())
        except TransferError:
            self.forget()
            raise
        size = self.path.stat().st_size
        if total is not None and size < total:
            raise PassingError(f"{where}: ended after {size} of {total} bytes")

    def _have(self, url: str) -> int:
        """How many bytes of what is at an address are in the part, such that the others can be asked for."""
        source = self._read_source()
        if source is None or source.url != identity(url) or not source.validator or not self.path.exists():
            return 0
        size = self.path.stat().st_size
        return size if source.bytes is not None and size <= source.bytes else 0

    def _read_source(self) -> _Source | None:
        try:
            return _Source(**read_record(self._source))
        except TypeError:
            return None


def check_size(size: int, most: int, what: str) -> None:
    """Raise TransferError for more bytes than are allowed; `what` begins its message."""
    if size > most:
        raise TransferError(f"{what} {size} bytes, more than the {most} allowed")


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed} bytes are still to come, and {free} are free")


def _counted(file: BinaryIO, parts: Iterable[bytes], have: int, most: int, where: str) -> Iterator[None]:
    """Write parts, and yield at every whole piece and at the end of a begun one."""
    for part in parts:
        if have + len(part) > most:
            raise TransferError(f"{where}: more than {most} bytes, which is all that was announced or is allowed")
        file.write(part)
        file.flush()  # so that a killed process loses nothing
        pieces = (have + len(part)) // PIECE - have // PIECE
        have += len(part)
        yield from [None] * pieces
    if have % PIECE:
        yield None


def _read_pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as error:
        raise TransferError(f"{path}: cannot be read: {error.strerror or error}") from error
