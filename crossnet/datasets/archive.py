"""Zip and tar archives, looked through in full before a byte of them is written, and put into place all at once."""

import bz2
import gzip
import lzma
import re
import shutil
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from filelock import FileLock

from crossnet.progress import progress

PIECE = 1 << 18  # bytes, of what is written at once
MOST_AT_ONCE = 1 << 20  # bytes, of what a tar's reader may ask for at once: more is a header that wants to be a bomb
PER_MEMBER = 1 << 13  # bytes, of a member's headers and padding in a tar
DAMAGE = (  # what the readers of the standard library raise for it
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, ValueError, RuntimeError, LookupError, ArithmeticError,
)  # fmt: skip
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
PACKED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
NO_FILE = "is neither a file nor a folder, but a link or a device"


class ArchiveError(OSError):
    """An archive that is refused or damaged: in one line its path, the member, and what is wrong."""


def keep_all(path: PurePosixPath) -> PurePosixPath | None:
    """A member goes where the archive says."""
    return path


def extract(
    archive: Path,
    folder: Path,
    most_bytes: int,
    most_files: int,
    wanted: Callable[[PurePosixPath], PurePosixPath | None] = keep_all,
) -> int:
    """Extract the files of a zip or a tar (plain, gz, bz2, xz) into a folder; how many they are.

    `wanted` says where below the folder a member goes, None for nowhere. `most_bytes` and `most_files` bound all
    members together, wanted or not, folders among them. The whole listing is checked first, and a tar read to its end.
    The folder appears when it is whole, in place of one that was there. Raises ArchiveError for anything but plain
    files and folders under relative paths, for two files of one name (upper and lower case being the same), for what
    is encrypted, damaged or too much; nothing is left of it then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.extracting"), folder.with_name(f".{folder.name}.replaced")
    lock = folder.with_name(f".{folder.name}.lock")
    with _named(archive), FileLock(lock):
        _remove(*beside)
        try:
            with archive.open("rb") as file:
                targets = _targets(file, most_bytes, most_files, wanted)
                _write(file, beside[0], targets, most_bytes, most_files, f"extracting {archive.name}")
            if folder.exists():
                folder.replace(beside[1])
            beside[0].replace(folder)
        finally:
            _remove(*beside)
            lock.unlink()  # the last deed of who holds it; who waits for it sees that, and begins again
    return len(targets)


@dataclass(frozen=True)
class _Member:
    """What an archive says of a member; `fault` is why it is refused, "" for none."""

    name: str
    size: int
    is_folder: bool
    fault: str
    open: Callable[[], IO[bytes] | None]


def _targets(
    file: BinaryIO, most_bytes: int, most_files: int, wanted: Callable[[PurePosixPath], PurePosixPath | None]
) -> dict[int, PurePosixPath]:
    """Where each member that is wanted goes, by its place in the listing; refuses the archive for any that may not."""
    targets: dict[int, PurePosixPath] = {}
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    total = 0
    for place, member in enumerate(_members(file, most_bytes, most_files)):
        total += member.size
        if place >= most_files:
            raise ArchiveError(f"{member.name!r}: more than the {most_files} members allowed")
        if member.size < 0 or total > most_bytes:
            raise ArchiveError(f"{member.name!r}: with it {total} bytes or more, and {most_bytes} are allowed")
        if fault := member.fault or _fault(member.name, member.is_folder):
            raise ArchiveError(f"{member.name!r}: {fault}")
        target = None if member.is_folder else wanted(PurePosixPath(member.name))
        if target is None:
            continue
        if fault := _fault(str(target), False):
            raise ArchiveError(f"{member.name!r}: would go to {str(target)!r}: {fault}")
        key, above = _folded(target), [_folded(parent) for parent in target.parents]
        clash = files.get(key) or folders.get(key) or next((files[each] for each in above if each in files), None)
        if clash is not None:
            raise ArchiveError(f"{member.name!r}: has the same name as {clash!r}, but for the case of its letters")
        files[key] = member.name
        folders |= dict.fromkeys(above, member.name)
        targets[place] = target
    return targets


def _write(
    file: BinaryIO, folder: Path, targets: dict[int, PurePosixPath], most_bytes: int, most_files: int, what: str
) -> None:
    folder.mkdir()
    left = most_bytes
    chosen = (
        (place, member) for place, member in enumerate(_members(file, most_bytes, most_files)) if place in targets
    )
    for place, member in progress(chosen, len(targets), what, "files"):
        path = folder / targets[place]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            for piece in _pieces(member):
                left -= len(piece)
                if left < 0:
                    raise ArchiveError(f"{member.name!r}: with it more than the {most_bytes} bytes allowed")
                target.write(piece)


def _pieces(member: _Member) -> Iterator[bytes]:
    with _damage():
        source = member.open()
        if source is None:
            raise ArchiveError(f"{member.name!r}: {NO_FILE}")
        with source:
            while piece := source.read(PIECE):
                yield piece


def _members(file: BinaryIO, most_bytes: int, most_files: int) -> Iterator[_Member]:
    """The members of an archive in order, each to be opened before the next is asked for."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    most = most_bytes + (most_files + 2) * PER_MEMBER
    with _damage():
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from _of_zip(file)
            return
        for magic, unpack in PACKED.items():
            if start.startswith(magic):
                with unpack(file) as unpacked:
                    yield from _of_tar(_Bounded(unpacked, most))
                return
        yield from _of_tar(_Bounded(file, most))


def _of_zip(file: BinaryIO) -> Iterator[_Member]:
    with zipfile.ZipFile(file) as opened:
        for info in opened.infolist():
            fault = ""
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                fault = NO_FILE
            elif info.flag_bits & 0x41:
                fault = "is encrypted"
            elif info.compress_type not in METHODS:
                fault = f"is packed by method {info.compress_type}, which is not known here"
            yield _Member(info.orig_filename, info.file_size, info.is_dir(), fault, partial(opened.open, info))


def _of_tar(stream: "_Bounded") -> Iterator[_Member]:
    with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r:") as opened:
        for info in opened:
            fault = "" if info.isreg() or info.isdir() else NO_FILE
            yield _Member(info.name, info.size, info.isdir(), fault, partial(opened.extractfile, info))
    if stream.last != bytes(tarfile.BLOCKSIZE):
        raise ArchiveError("has no mark of its end: cut off or damaged; get it again")
    while stream.read(PIECE):  # up to the checksum of what is packed
        pass


class _Bounded:
    """A stream for a tar's reader, which goes forwards alone, and neither far nor in large steps."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._most, self.last = stream, most, b""

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int) -> int:
        if not self.tell() <= position <= self._most:
            raise ArchiveError(f"a header leads to byte {position}: it is damaged, or more than is allowed")
        return self._stream.seek(position)

    def read(self, size: int) -> bytes:
        if size > MOST_AT_ONCE or self.tell() > self._most:
            raise ArchiveError("holds more than is allowed, beside its files")
        self.last = self._stream.read(size)
        return self.last


def _fault(name: str, is_folder: bool) -> str:
    """What is wrong with a path below a folder, "" for nothing."""
    if "\\" in name or "\0" in name:
        return "has a backslash or a null in its path"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "has a path that goes up with '..'"
    return "" if is_folder or PurePosixPath(name).parts else "has no name"


def _folded(path: PurePosixPath) -> str:
    """A path as file systems see it that do not tell upper from lower case, nor ways of writing an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(path)).casefold())


@contextmanager
def _damage() -> Iterator[None]:
    """What readers of archives raise, as ArchiveError."""
    try:
        yield
    except DAMAGE as error:
        raise ArchiveError(f"is damaged, or neither a zip nor a tar: {error}") from error
    except OSError as error:
        if error.errno is not None or isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"is damaged: {error}") from error


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    """Errors in one line that begins with the archive."""
    try:
        yield
    except ArchiveError as error:
        raise ArchiveError(f"{archive}: {error}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise ArchiveError(f"{archive}: cannot be extracted: {error.strerror or error}{where}") from error


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
