"""Atomic writes of files, and messages for errors of the disk."""

import csv
import errno
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from crossnet.escaping import csv_cell

LONGEST_NAME = 255  # bytes, of a file's name
REMEDIES = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room within your quota there",
    errno.EFBIG: "allow larger files there",
    errno.EROFS: "that disk is read-only: go on where it can be written",
    errno.EACCES: "allow this user to read and write there",
    errno.EPERM: "allow this user to read and write there",
    errno.EIO: "that disk does not work: look at it, or go on elsewhere",
}


def write_atomically(
    path: Path, content: bytes | memoryview | str, lasting: bool = False, shared: bool = False
) -> None:
    """Write a file as a whole or not at all, even if the process is killed, and leave no partial file after an error.

    An existing file is replaced; of a symbolic link, the link itself.

    Args:
        path: the file.
        content: text is encoded as UTF-8, with backslash escapes for what Unicode cannot encode.
        lasting: the file also survives a power cut (fsync).
        shared: several processes may write the same file at once.

    Raises:
        OSError: with the name of the file.
    """
    write_all_atomically({path: content}, lasting, shared)


def write_all_atomically(
    files: Mapping[Path, bytes | memoryview | str], lasting: bool = False, shared: bool = False
) -> None:
    """Write several files as `write_atomically`; none is put in place before the disk had room for all of them."""
    partials = {path: _partial(path, shared) for path in files}
    try:
        for path, content in files.items():
            with errors_at(path, instead=True):
                _write(partials[path], content, lasting)
        for path, partial in partials.items():
            with errors_at(path, instead=True):
                partial.replace(path)
        for folder in {path.parent for path in files} if lasting else ():
            fsync_folder(folder)
    except BaseException:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any, lasting: bool = False) -> None:
    """Write a value as JSON, as `write_atomically`."""
    write_atomically(path, json.dumps(value, indent=1) + "\n", lasting)


def write_csv(path: Path, rows: Iterable[Sequence[Any]], exact: bool = False) -> None:
    """Write a table as `write_atomically`; its header is the first of the rows.

    Each cell is escaped by `csv_cell`, unless `exact`, which is for tables of the pipeline's own words alone.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows if exact else ([csv_cell(cell) for cell in row] for row in rows))
    write_atomically(path, text.getvalue())


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def errors_at(place: Path, instead: bool = False) -> Iterator[None]:
    """Give every OSError of the system that is raised inside a file name: its own, or this one; `instead`: this one."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and (instead or error.filename is None):
            error.filename, error.filename2 = str(place), None
        raise


def error_message(error: OSError) -> str:
    """Format an error of the system as its file, the reason and the remedy; any other keeps its own words."""
    if error.errno is None:
        return str(error)
    file = error.filename if error.filename2 is None else error.filename2
    where = "" if file is None else f"{os.fsdecode(file) if isinstance(file, bytes | str) else file}: "
    remedy = f"; {remedy_for(error)}, and run the same again" if error.errno in REMEDIES else ""
    return f"{where}{error.strerror}{remedy}"


def remedy_for(error: OSError) -> str:
    """Return what to do about an error of a disk."""
    return REMEDIES.get(error.errno or 0, "mend that")


def _partial(path: Path, shared: bool) -> Path:
    """Return the temporary file that is renamed to `path` in the end; a long name is cut."""
    end = f".{os.getpid()}.partial" if shared else ".partial"
    name = os.fsencode(path.name)[: LONGEST_NAME - 1 - len(end)]
    return path.with_name(f".{os.fsdecode(name)}{end}")


def _write(path: Path, content: bytes | memoryview | str, lasting: bool) -> None:
    with path.open("wb") as file:
        file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
