"""Archives of bounded number and size, and digests of code and data, for both machines. Standard library only."""

import hashlib
import io
import re
import shutil
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

MIB = 2**20
PREPARED = Path("data/prepared")
PART = re.compile(r"back-(\d+)-of-(\d+)-([0-9a-f]{16})\.tar")  # the third is the start of its SHA-256


class ArchiveError(ValueError):
    """Archives, or a pack, that cannot be used; the message is one line."""


def code_digest(root: Path) -> str:
    """Return a digest of the code that training and translating can import: names and contents."""
    total = hashlib.sha256()
    for path in sorted(p for d in ("crossnet", "stages") for k in ("*.py", "*.cpp") for p in (root / d).rglob(k)):
        total.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def pixels_digest(prepared: Path) -> str:
    """Return a digest of the pixels of a prepared data set; the bytes of PNG files depend on the library's version."""
    from PIL import Image

    total = hashlib.sha256()
    for path in sorted(prepared.rglob("*.png")):
        with Image.open(path) as image:
            total.update(f"{path.relative_to(prepared)}\0{image.mode}{image.size}".encode() + image.tobytes())
    return total.hexdigest()


def folder_size(folder: Path) -> int:
    """Return the bytes that a run's folder takes in an archive."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file() and _travels(path.relative_to(folder))]
    return sum(-(-size // 512) * 512 + 3 * 512 for size in sizes)


def write_archives(folders: Iterable[Path], root: Path, out: Path, most_files: int, most_bytes: int) -> list[Path]:
    """Write folders of `root` into archives, in their order, and return those that did not fit.

    Args:
        folders: folders of runs; their data and locks are left out.
        root: the folder that paths in the archives are relative to.
        out: the folder of the archives; earlier ones in it are deleted.
        most_files: how many archives there may be.
        most_bytes: how large each may be.
    """
    room = most_files * most_bytes - 4 * tarfile.RECORDSIZE
    taken: list[Path] = []
    left: list[Path] = []
    for folder in folders:
        size = folder_size(folder)
        (taken if size <= room else left).append(folder)
        room -= size if size <= room else 0
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        if PART.fullmatch(old.name) or old.name.startswith(".part-"):
            old.unlink()
    parts = _Parts(out, most_bytes)
    with tarfile.open(fileobj=parts, mode="w|") as archive:
        for folder in taken:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and _travels(path.relative_to(folder)):
                    archive.add(path, path.relative_to(root))
    parts.end()
    return left


def read_archives(folder: Path, into: Path) -> None:
    """Unpack what `write_archives` wrote. Raises ArchiveError if a part is missing, broken or leads out."""
    found = {int(m[1]): (int(m[2]), path) for path in folder.glob("*.tar") if (m := PART.fullmatch(path.name))}
    counts = {count for count, _ in found.values()}
    if len(counts) != 1 or sorted(found) != list(range(1, counts.copy().pop() + 1)):
        raise ArchiveError(f"{folder}: wanted all of back-1-of-N to back-N-of-N, found {len(found)} of them")
    for _, path in found.values():
        if not path.stem.endswith(_start_of_sha256(path)):
            raise ArchiveError(f"{path}: is not as it was written; copy it again")
    parts = _Joined([found[number][1] for number in sorted(found)])
    try:
        with io.BufferedReader(parts) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                _unpack(archive, member, into.resolve())
    except tarfile.TarError as error:  # none that `write_archives` wrote
        raise ArchiveError(f"{folder}: its archives cannot be unpacked: {error}") from error


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Write a regular file of an archive. Raises TarError for anything else, and for a name that leads out of `into`.

    `filter="data"` of tarfile needs Python 3.11.4.
    """
    path = (into / member.name).resolve()
    content = archive.extractfile(member) if member.isreg() and path.is_relative_to(into) else None
    if not content:
        raise tarfile.TarError(f"{member.name!r} is no regular file within the folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _start_of_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _travels(path: Path) -> bool:
    """Whether a file of a run's folder belongs in an archive: neither data nor locks do."""
    return not path.is_relative_to(PREPARED) and path.name not in ("lock", "holder")


class _Parts(io.RawIOBase):
    """A file that is written as several files of at most `most` bytes; `end` gives them their names."""

    def __init__(self, folder: Path, most: int):
        self._folder, self._most, self._room = folder, most, 0
        self._paths: list[Path] = []
        self._file: IO[bytes] | None = None

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        rest = memoryview(content)
        while rest:
            if not self._room:
                self._next()
            assert self._file
            done = self._file.write(rest[: self._room])
            self._room, rest = self._room - done, rest[done:]
        return len(content)

    def _next(self) -> None:
        if self._file:
            self._file.close()
        self._paths.append(self._folder / f".part-{len(self._paths)}")
        self._file, self._room = self._paths[-1].open("wb"), self._most

    def end(self) -> None:
        if self._file:
            self._file.close()
        for number, path in enumerate(self._paths, 1):
            path.rename(self._folder / f"back-{number}-of-{len(self._paths)}-{_start_of_sha256(path)}.tar")


class _Joined(io.RawIOBase):
    """Several files read as one."""

    def __init__(self, paths: Sequence[Path]):
        self._files = [path.open("rb") for path in paths]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._files:
            content = self._files[0].read(len(buffer))
            if content:
                buffer[: len(content)] = content
                return len(content)
            self._files.pop(0).close()
        return 0

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()
