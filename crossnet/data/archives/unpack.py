"""Zip and tar archives, looked through in full before a byte of them is written, and put into place all at once."""

import errno
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from crossnet.data.archives.members import ArchiveError, members
from crossnet.data.atomic_directory import atomic_directory
from crossnet.files import error_message, errors_at
from crossnet.terminal import progress

WINDOWS = os.name == "nt"
Wanted = Callable[[PurePosixPath], PurePosixPath | None]


class ExtractionError(ArchiveError):
    """An archive that may be as it should, and cannot be read here or extracted to where it is to go."""


def keep_all(path: PurePosixPath) -> PurePosixPath | None:
    """A member goes where the archive says."""
    return path


def extract(archive: Path, folder: Path, max_bytes: int, max_files: int, wanted: Wanted = keep_all) -> int:
    """Extract the files of a zip or a tar (plain, gz, bz2, xz) into a folder; how many they are.

    `wanted` says where below the folder a member goes, None for nowhere. `max_bytes` and `max_files` bound all
    members together, wanted or not, folders among them. The whole listing is checked first, and a tar read to its end.
    The folder appears when it is whole, in place of one that was there. Raises ArchiveError for anything but plain
    files and folders under relative paths, for two files that would go to one place, for what is encrypted, damaged or
    too much; ExtractionError where it cannot be read, for a disk without room, and for names that the file system does
    not tell apart (of other case, or their accents written otherwise). Nothing is left of it then.
    """
    with _named(archive), atomic_directory(folder) as filling, archive.open("rb") as file:
        plan = _plan(file, max_bytes, max_files, wanted)
        free = shutil.disk_usage(filling).free
        if plan.size > free:
            raise OSError(errno.ENOSPC, f"its files have {plan.size} bytes, and {free} are free", str(folder))
        _write(file, filling, plan, max_bytes, max_files, f"extracting {archive.name}")
    return len(plan.targets)


@dataclass(frozen=True)
class _Plan:
    """Where each member that is wanted goes, by its place in the listing, and the bytes of all of them."""

    targets: dict[int, PurePosixPath]
    size: int


def _plan(file: BinaryIO, max_bytes: int, max_files: int, wanted: Wanted) -> _Plan:
    """What is to be extracted; refuses the archive for any member that may not be."""
    targets: dict[int, PurePosixPath] = {}
    files: dict[PurePosixPath, str] = {}
    folders: dict[PurePosixPath, str] = {}
    total = size = 0
    for place, member in enumerate(members(file, max_bytes, max_files)):
        total += member.size
        if place >= max_files:
            raise ArchiveError(f"{member.name!r}: more than the {max_files} members allowed")
        if member.size < 0 or total > max_bytes:
            raise ArchiveError(f"{member.name!r}: with it {total} bytes or more, and {max_bytes} are allowed")
        if fault := member.fault or _fault(member.name, member.is_folder):
            raise ArchiveError(f"{member.name!r}: {fault}")
        target = None if member.is_folder else wanted(PurePosixPath(member.name))
        if target is None:
            continue
        if fault := _fault(str(target), False):
            raise ArchiveError(f"{member.name!r}: would go to {str(target)!r}: {fault}")
        above = list(target.parents)[:-1]
        other = files.get(target) or folders.get(target) or next((files[each] for each in above if each in files), None)
        if other is not None:
            raise ArchiveError(
                f"{member.name!r}: would go to {str(target)!r}, where {other!r} is in its way; rename or remove one"
            )
        files[target] = member.name
        folders |= dict.fromkeys(above, member.name)
        targets[place] = target
        size += member.size
    return _Plan(targets, size)


def _write(file: BinaryIO, folder: Path, plan: _Plan, max_bytes: int, max_files: int, what: str) -> None:
    left, targets = max_bytes, plan.targets
    selected = ((place, member) for place, member in enumerate(members(file, max_bytes, max_files)) if place in targets)
    for place, member in progress(selected, len(targets), what, "files"):
        path = folder / targets[place]
        with _distinct_names(targets, place):
            path.parent.mkdir(parents=True, exist_ok=True)
            target = path.open("xb")
        with errors_at(path), target:
            for piece in member.pieces():
                left -= len(piece)
                if left < 0:
                    raise ArchiveError(f"{member.name!r}: with it more than the {max_bytes} bytes allowed")
                target.write(piece)


@contextmanager
def _distinct_names(targets: dict[int, PurePosixPath], place: int) -> Iterator[None]:
    """A name that is taken, though no other target has it, is taken for another's by the file system."""
    try:
        yield
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        mine = _folded(targets[place])
        like = (each for at, each in targets.items() if at < place and mine[: len(_folded(each))] == _folded(each))
        raise ExtractionError(
            f"{str(targets[place])!r} and {str(next(like, error.filename))!r} are one name to the file system of "
            f"{Path(error.filename).parent}; use one that distinguishes upper and lower case and accents, or rename one"
        ) from error


def _fault(name: str, is_folder: bool) -> str:
    """What is wrong with a path below a folder, "" for nothing."""
    if "\\" in name or "\0" in name:
        return "has a backslash or a null in its path"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "has a path that goes up with '..'"
    if WINDOWS and (bad := next(filter(_is_reserved, PurePosixPath(name).parts), None)):
        return f"has a name that Windows keeps for itself or cannot have: {bad!r}"
    return "" if is_folder or PurePosixPath(name).parts else "has no name"


def _is_reserved(part: str) -> bool:
    """Whether Windows has another meaning for a name: a device, a stream of a file, or the name without its end."""
    return PureWindowsPath(part).is_reserved() or part[-1] in " ." or bool(re.search(r'[<>:"|?*\x00-\x1f]', part))


def _folded(path: PurePosixPath) -> tuple[str, ...]:
    """A path's parts as file systems see them that do not tell case, nor ways of writing an accent."""
    return tuple(unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold()) for part in path.parts)


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    """Errors in one line that begins with the archive."""
    try:
        yield
    except ArchiveError as error:
        raise type(error)(f"{archive}: {error}") from error
    except OSError as error:
        raise ExtractionError(f"{archive}: cannot be extracted: {error_message(error)}") from error
