"""The members of a zip or a tar, read within bounds on bytes and members."""

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, BinaryIO, cast

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


@dataclass(frozen=True)
class Member:
    """What an archive says of a member; `fault` is why it is refused, "" for none."""

    name: str
    size: int
    is_folder: bool
    fault: str
    open: Callable[[], IO[bytes] | None]

    def pieces(self) -> Iterator[bytes]:
        """What is in it. Raises ArchiveError."""
        with _damage():
            source = self.open()
            if source is None:
                raise ArchiveError(f"{self.name!r}: {NO_FILE}")
            with source:
                while piece := source.read(PIECE):
                    yield piece


def members(file: BinaryIO, max_bytes: int, max_files: int) -> Iterator[Member]:
    """The members of an archive in order, each to be opened before the next is asked for."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    most = max_bytes + (max_files + 2) * PER_MEMBER
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


def _of_zip(file: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(file) as opened:
        for info in opened.infolist():
            fault = ""
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                fault = NO_FILE
            elif info.flag_bits & 0x41:
                fault = "is encrypted"
            elif info.compress_type not in METHODS:
                fault = f"is packed by method {info.compress_type}, which is not known here"
            yield Member(info.orig_filename, info.file_size, info.is_dir(), fault, partial(opened.open, info))


def _of_tar(stream: "_Bounded") -> Iterator[Member]:
    with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r:") as opened:
        for info in opened:
            fault = "" if info.isreg() or info.isdir() else NO_FILE
            yield Member(info.name, info.size, info.isdir(), fault, partial(opened.extractfile, info))
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
            raise ArchiveError("holds more than is allowed, apart from its files")
        self.last = self._stream.read(size)
        return self.last


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
