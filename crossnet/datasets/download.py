"""One file from the first of its addresses that has it whole: resumed, bounded, checked, and never half there."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
from filelock import FileLock, Timeout

from crossnet.datasets.web import PassingError, Web, WebError, shown
from crossnet.progress import progress

AGENT = f"crossnet/{version('crossnet')}"
PIECE = 1 << 20  # bytes: what progress counts in, and what a try must gain for the next one to be the first again


class DownloadError(OSError):
    """A file that could not be had: in one line every address and what was wrong, then what to do by hand."""


def download(
    urls: Sequence[str],
    folder: Path,
    name: str,
    sha256: str | None,
    most_bytes: int,
    by_hand: str,
    checksums: Path | None = None,
    web: Web | None = None,
) -> Path:
    """The path of `folder/name`, whole and checked; nobody is asked where it is there already.

    An address is http(s)://, file://, or a path; they are tried in turn. Where `sha256` is None, the JSON file
    `checksums` (name -> sha256, bytes, url) is told what came first, and holds every later download to it. A file that
    was put there by hand is taken when it is what is wanted. More than `most_bytes` is refused. `by_hand` says what to
    do when no address has it. `web` is the client, None for one of its own. Raises DownloadError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / f".{name}.lock", f"{folder / name}: another process is fetching it, waiting"):
        target, part = _Target(folder / name, sha256, most_bytes, checksums), _Part(folder / name, most_bytes)
        problems = target.problems()
        if problems is None:
            part.forget()
            return target.path
        for url in urls:
            try:
                etag = part.fetch(url, web, pages=target.wanted is not None)
                target.take(part, url, etag)
                return target.path
            except (DownloadError, WebError) as error:
                problems.append(str(error))
            except OSError as error:
                raise DownloadError(f"{target.path}: cannot be written: {error.strerror or error}") from error
    raise DownloadError(f"{folder / name}: {'; '.join(problems) or 'no address to fetch it from'}; {by_hand}")


def is_remembered(checksums: Path | None, name: str) -> bool:
    """Whether a checksum of that name was told to the file of checksums."""
    return checksums is not None and name in _read_json(checksums)


def set_aside(path: Path, checksums: Path | None) -> Path:
    """Rename a download that is no use to `<name>.refused` and forget its checksum, so that the next run asks anew."""
    refused = path.with_name(f"{path.name}.refused")
    path.replace(refused)
    path.with_name(f"{path.name}.json").unlink(missing_ok=True)
    if checksums is not None and checksums.exists():
        with _alone(path.with_name(f".{checksums.name}.lock"), f"{checksums}: another process is writing it, waiting"):
            _write_json(checksums, {name: entry for name, entry in _read_json(checksums).items() if name != path.name})
    return refused


class _Target:
    """The whole file, the record of it beside it (`.json`), and what its checksum has to be, if that is known."""

    def __init__(self, path: Path, sha256: str | None, most_bytes: int, checksums: Path | None) -> None:
        self.path, self.most_bytes = path, most_bytes
        self.record = path.with_name(f"{path.name}.json")
        self.checksums = None if sha256 else checksums
        self.wanted = sha256.lower() if sha256 else self._remembered()

    def problems(self) -> list[str] | None:
        """None if the file is there and the one that is wanted; else what is wrong with what is there, if anything is.

        It is read only if it changed since it was recorded.
        """
        if not self.path.exists():
            return []
        facts, known = self.path.stat(), _read_json(self.record)
        if (known.get("bytes"), known.get("mtime_ns")) != (facts.st_size, facts.st_mtime_ns):
            known = {}
        try:
            _bound(facts.st_size, self.most_bytes, f"{self.path}: is there and has")
            digest = known.get("sha256") or _digest(self.path)
            self._check(digest, f"{self.path}: is there")
        except DownloadError as error:
            return [str(error)]
        self._remember(digest, facts.st_size, known.get("url"))
        if not known:
            self._record(digest, None, None)
        return None

    def take(self, part: "_Part", url: str, etag: str | None) -> None:
        """Check a whole part and put it into place; one that is not what is wanted is removed."""
        digest = _digest(part.path)
        try:
            self._check(digest, shown(url))
        except DownloadError:
            part.forget()
            raise
        self._remember(digest, part.path.stat().st_size, shown(url))
        part.path.replace(self.path)
        self._record(digest, shown(url), etag)
        part.forget()

    def _check(self, digest: str, what: str) -> None:
        if self.wanted and digest != self.wanted:
            accept = f", by {self.checksums}; to accept the new file, remove {self.path.name!r} there"
            raise DownloadError(f"{what}: sha256 is {digest}, wanted {self.wanted}{accept if self.checksums else ''}")

    def _record(self, digest: str, url: str | None, etag: str | None) -> None:
        facts = self.path.stat()
        known = {"sha256": digest, "bytes": facts.st_size, "mtime_ns": facts.st_mtime_ns, "etag": etag, "url": url}
        _write_json(self.record, known)

    def _remembered(self) -> str | None:
        if self.checksums is None or not self.checksums.exists():
            return None
        try:
            entry = json.loads(self.checksums.read_text()).get(self.path.name)
            return str(entry["sha256"]) if entry else None
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise DownloadError(f"{self.checksums}: no JSON of names and their sha256; restore or remove it") from error

    def _remember(self, digest: str, size: int, url: str | None) -> None:
        if self.checksums is None or self.wanted:
            return
        self.checksums.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.with_name(f".{self.checksums.name}.lock")
        with _alone(lock, f"{self.checksums}: another process is writing it, waiting"):
            entries = json.loads(self.checksums.read_text()) if self.checksums.exists() else {}
            entries[self.path.name] = {"sha256": digest, "bytes": size, "url": url}
            _write_json(self.checksums, dict(sorted(entries.items())))


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


class _Part:
    """What there is of a file until it is whole (`.part`), and where that is from (`.part.json`)."""

    def __init__(self, target: Path, most_bytes: int) -> None:
        self.name, self.most_bytes = target.name, most_bytes
        self.path, self.source = target.with_name(f"{self.name}.part"), target.with_name(f"{self.name}.part.json")

    def fetch(self, url: str, web: Web | None, pages: bool) -> str | None:
        """Complete the part from one address; its ETag. A web page is taken for a file only if `pages`."""
        path = _local(url)
        if path is not None:
            self._copy(path)
            return None
        if web is not None:
            return self._transfer(url, web, pages)
        with Web(AGENT) as own:
            return self._transfer(url, own, pages)

    def forget(self) -> None:
        """Remove the part, what it is a part of first: without that it is never added to."""
        self.source.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def _copy(self, path: Path) -> None:
        if not path.is_file():
            raise DownloadError(f"{path}: no such file")
        self.forget()
        self._write(_read_pieces(path), 0, path.stat().st_size, str(path))

    def _transfer(self, url: str, web: Web, pages: bool) -> str | None:
        """Bring the part to its end, again and again while that gains something."""
        failures, best = 0, self._have(url)
        while True:
            try:
                return self._attempt(url, web, pages)
            except PassingError as error:
                have = self._have(url)
                failures = 1 if have >= best + PIECE else failures + 1
                best = max(best, have)
                if failures >= web.tries:
                    raise WebError(f"{error} (broken off {failures} times)", error.status) from error
                web.wait(failures)

    def _attempt(self, url: str, web: Web, pages: bool) -> str | None:
        have, source = self._have(url), _read_source(self.source)
        headers = {"Accept-Encoding": "identity"}
        if have and source and source.validator:
            if have == source.bytes:
                return source.etag
            headers |= {"Range": f"bytes={have}-", "If-Range": source.validator}
        try:
            with web.stream(url, headers) as response:
                found = self._continued(url, response, have, source) or self._begun(url, response, pages)
                start = have if found is source else 0
                self._write(web.steadily(response.iter_raw(), url), start, found.bytes, shown(url))
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
        raise PassingError(f"{shown(url)}: answered with {claimed!r} of {etag}, not with the bytes from {have} on", 206)

    def _begun(self, url: str, response: httpx.Response, pages: bool) -> _Source:
        """The source that an answer of a whole file begins, with nothing of it there yet."""
        kind, length = response.headers.get("Content-Type", ""), response.headers.get("Content-Length", "")
        if kind.startswith("text/html") and not pages:
            raise WebError(f"{shown(url)}: answered with a web page ({kind}), not with a file", response.status_code)
        validators = response.headers.get("ETag"), response.headers.get("Last-Modified")
        source = _Source(shown(url), *validators, int(length) if length.isdecimal() else None)
        self.forget()
        _write_json(self.source, asdict(source))
        return source

    def _write(self, parts: Iterable[bytes], have: int, total: int | None, where: str) -> None:
        """Write parts behind the first `have` bytes, to `total` if that is known, and tell how far it is.

        Of more than that, or than is allowed, nothing is kept.
        """
        most = self.most_bytes if total is None else total
        what = self.name if total is not None else f"{self.name} (length unknown)"
        try:
            _bound(total or 0, self.most_bytes, f"{where}: announces")
            with self.path.open("ab" if have else "wb") as file:
                counted = _counted(file, parts, have, most, where)
                for _ in progress(counted, -(-most // PIECE), what, "MiB", before=have // PIECE):
                    pass
                os.fsync(file.fileno())
        except DownloadError:
            self.forget()
            raise
        size = self.path.stat().st_size
        if total is not None and size < total:
            raise PassingError(f"{where}: ended after {size} of {total} bytes")

    def _have(self, url: str) -> int:
        """How many bytes of what is at an address are in the part, such that the others can be asked for."""
        source = _read_source(self.source)
        if source is None or source.url != shown(url) or not source.validator or not self.path.exists():
            return 0
        size = self.path.stat().st_size
        return size if source.bytes is not None and size <= source.bytes else 0


def _bound(size: int, most: int, what: str) -> None:
    if size > most:
        raise DownloadError(f"{what} {size} bytes, more than the {most} allowed")


def _local(url: str) -> Path | None:
    """The file that an address without http names, or None."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://|(file):", url)
    if scheme is None:
        return Path(url).expanduser()
    kind = (scheme[1] or scheme[2]).lower()
    if kind in ("http", "https"):
        return None
    parts = urlsplit(url)
    if kind != "file" or parts.netloc not in ("", "localhost"):
        raise DownloadError(f"{shown(url)}: not an address of http, https or file on this machine")
    return Path(url2pathname(parts.path))


def _counted(file: BinaryIO, parts: Iterable[bytes], have: int, most: int, where: str) -> Iterator[None]:
    """Write parts, and yield at every whole piece and at the end of a begun one."""
    for part in parts:
        if have + len(part) > most:
            raise DownloadError(f"{where}: more than {most} bytes, which is all that was announced or is allowed")
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
        raise DownloadError(f"{path}: cannot be read: {error.strerror or error}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_source(path: Path) -> _Source | None:
    try:
        return _Source(**_read_json(path))
    except TypeError:
        return None


def _read_json(path: Path) -> dict[str, Any]:
    """A JSON object of this module's, empty if it is not there or not whole."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w") as file:
        file.write(json.dumps(value, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


@contextmanager
def _alone(path: Path, waiting: str) -> Iterator[None]:
    """Hold a lock, which ends with this process, however it ends; who has to wait for it says so."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(waiting, file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
