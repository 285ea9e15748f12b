"""One file from the first of its addresses that has it whole: resumed, bounded, checked, and never half there."""

import hashlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from crossnet.data.download.addresses import WebError, identity, local
from crossnet.data.download.records import Checksums, ChecksumsError, alone, read_record, write_record
from crossnet.data.download.transfer import Part, TransferError, check_size
from crossnet.data.download.web import Web
from crossnet.files import remedy_for
from crossnet.terminal import echo
from crossnet.urls import redacted, secret_in

PAGE = (b"<!doctype html", b"<html")  # how a web page begins


class DownloadError(OSError):
    """A file that could not be had: in one line every address and what was wrong, then what to do by hand."""


class WrongFileError(TransferError):
    """A file that is not the one that is wanted."""


def download(
    urls: Sequence[str],
    folder: Path,
    name: str,
    sha256: str | None,
    max_bytes: int,
    by_hand: str,
    checksums: Path | None = None,
    web: Web | None = None,
) -> Path:
    """The path of `folder/name`, whole and checked; nobody is asked where it is there already.

    An address is http(s)://, file://, or a path; the first is the file's own, the others are mirrors of it, and they
    are tried in turn. Where `sha256` is None, the JSON file `checksums` (`Checksums`) keeps the checksum of the first
    download from that own address, and later ones have to agree; a file from another own address is fetched again,
    and so is a file of this machine that changed since. A file that was put there by hand is taken when it is what is
    wanted. More than `max_bytes` is refused. `by_hand` says what to do when no address has it. `web` is the client,
    None for one of its own. Raises DownloadError, also for an address with a secret in it, of which nobody is asked.
    """
    path = folder / name
    for url in urls:
        if fault := secret_in(url):
            raise DownloadError(f"{path}: {redacted(url)} {fault}")
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / f".{name}.lock", f"{path}: another process is fetching it, waiting"):
        try:
            known = Checksums(checksums, folder) if checksums and not sha256 else None
            target = _Target(path, address_of(urls), sha256, max_bytes, known, source_of(urls))
            part = Part(path, max_bytes)
            problems = target.problems()
            if problems is None:
                part.forget()
                return path
            for url in urls:
                try:
                    _fetch_from(url, part, target, web)
                    return path
                except (TransferError, WebError) as error:
                    problems.append(str(error))
        except ChecksumsError as error:
            raise DownloadError(str(error)) from error
        except OSError as error:
            where, why = error.filename or path, error.strerror or error
            remedy = f"{remedy_for(error)}, and run the same again: it goes on from here"
            raise DownloadError(f"{where}: cannot be read or written: {why}; {remedy}") from error
    raise DownloadError(f"{path}: {'; '.join(problems) or 'no address to fetch it from'}; {by_hand}")


def address_of(urls: Sequence[str]) -> str:
    """The address that a file is remembered by, "" for none."""
    return identity(urls[0]) if urls else ""


def source_of(urls: Sequence[str]) -> list[int] | None:
    """Size and time of change of a file on this machine that is a file's own address; None for any other."""
    try:
        source = local(urls[0]) if urls else None
        facts = source.stat() if source else None
    except (OSError, WebError):
        return None
    return [facts.st_size, facts.st_mtime_ns] if facts else None


def set_aside(path: Path, address: str, checksums: Path | None) -> Path:
    """Rename a useless download to `<name>.refused` and forget its checksum: the next run downloads it again."""
    refused = _renamed(path)
    path.with_name(f"{path.name}.json").unlink(missing_ok=True)
    if checksums is not None:
        Checksums(checksums, path.parent).forget(path.name, address)
    return refused


def _renamed(path: Path) -> Path:
    """Rename a file to `<name>.refused`, or, where that is taken, to `<name>.refused-2` and so on."""
    names = (f"{path.name}.refused{f'-{number}' * (number > 1)}" for number in count(1))
    refused = next(place for place in map(path.with_name, names) if not place.exists())
    path.rename(refused)
    return refused


def _fetch_from(url: str, part: Part, target: "_Target", web: Web | None) -> None:
    """Fetch the file from one address and put it into place; once more, if what was joined is not the file."""
    for _ in range(2):
        etag = part.fetch(url, web, pages=target.wanted is not None)
        try:
            target.take(part, url, etag)
            return
        except WrongFileError:
            part.forget()
            if not part.joined:
                raise


class _Target:
    """The whole file, the record next to it (`.json`), and what its checksum has to be, if that is known."""

    def __init__(
        self,
        path: Path,
        address: str,
        sha256: str | None,
        max_bytes: int,
        checksums: Checksums | None,
        source: list[int] | None,
    ) -> None:
        self.path, self.address, self.max_bytes, self.checksums = path, address, max_bytes, checksums
        self.source = source
        self.record = path.with_name(f"{path.name}.json")
        remembered = checksums.of(path.name, address) if checksums else None
        self.wanted = sha256.lower() if sha256 else remembered

    def problems(self) -> list[str] | None:
        """None if the file is there and the one that is wanted; else what is wrong with what is there, if anything is.

        It is read only if it changed since it was recorded.
        """
        if not self.path.exists():
            return []
        facts, known = self.path.stat(), read_record(self.record)
        if self.source and self.checksums and known.get("source", self.source) != self.source:
            self.checksums.forget(self.path.name, self.address)
            self.wanted = None
            return []
        if (known.get("bytes"), known.get("mtime_ns")) != (facts.st_size, facts.st_mtime_ns):
            known = {}
        if self.wanted is None and known.get("address", self.address) != self.address:
            taken = f"to take it all the same, remove {self.record.name!r} beside it"
            return [f"is there, but of another address, {known['address'] or 'none'}; {taken}"]
        try:
            check_size(facts.st_size, self.max_bytes, "is there and has")
            digest = known.get("sha256") or _digest(self.path)
            self._check(self.path, digest, "is there")
        except TransferError as error:
            return [str(error)]
        self._remember(digest, facts.st_size)
        if not known:
            self._record(digest, None, None)
        return None

    def take(self, part: Part, url: str, etag: str | None) -> None:
        """Check a whole part and put it into place. Raises WrongFileError for one that is not what is wanted.

        An existing file is renamed, unless it was downloaded: it may be the only copy of a user's own file.
        """
        digest = _digest(part.path)
        self._check(part.path, digest, redacted(url))
        self._remember(digest, part.path.stat().st_size)
        if self.path.exists() and not self._is_download():
            echo(f"{self.path}: was there, and is not the file that is wanted; kept as {_renamed(self.path)}")
        part.path.replace(self.path)
        self._record(digest, redacted(url), etag)
        part.forget()

    def _is_download(self) -> bool:
        """Whether the file that is there came from an address, and did not change since."""
        facts, known = self.path.stat(), read_record(self.record)
        return bool(known.get("url")) and (known.get("bytes"), known.get("mtime_ns")) == (
            facts.st_size,
            facts.st_mtime_ns,
        )

    def _check(self, file: Path, digest: str, what: str) -> None:
        if digest == self.wanted:
            return
        page = _is_page(file)
        if self.wanted:
            found = f"{what}: {'a web page, ' * page}sha256 is {digest}, wanted {self.wanted}"
            if self.checksums:
                found += f", by {self.checksums.path}; to accept the new file, remove {self.path.name!r} there"
            raise WrongFileError(found)
        if page or not file.stat().st_size:
            raise WrongFileError(f"{what}: {'a web page' if page else 'nothing at all'}, wanted the file")

    def _record(self, digest: str, url: str | None, etag: str | None) -> None:
        facts = self.path.stat()
        known = {"sha256": digest, "bytes": facts.st_size, "mtime_ns": facts.st_mtime_ns, "etag": etag, "url": url}
        write_record(self.record, known | {"address": self.address, "source": self.source})

    def _remember(self, digest: str, size: int) -> None:
        if self.checksums and not self.wanted:
            self.checksums.remember(self.path.name, self.address, digest, size)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE)
