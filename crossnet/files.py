"""Files that are written whole or not at all, and a disk's faults told with the file and the remedy."""

import csv
import errno
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from crossnet.text import csv_cell

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


def write_whole(path: Path, content: bytes | memoryview | str, lasting: bool = False, shared: bool = False) -> None:
    """Write a file whole or not at all, whenever the process is killed; no partial one is left by an error.

    A text is written as UTF-8, what is no Unicode in it with backslashes. lasting: also after a power cut. shared:
    several processes may write the same file at once. What was there is replaced, and of a link the link itself.
    Raises OSError that names the file.
    """
    write_together({path: content}, lasting, shared)


def write_together(files: Mapping[Path, bytes | memoryview | str], lasting: bool = False, shared: bool = False) -> None:
    """Write several files as `write_whole`: none is put into place before there was room for all of them."""
    partials = {path: _partial(path, shared) for path in files}
    try:
        for path, content in files.items():
            with naming(path, instead=True):
                _write(partials[path], content, lasting)
        for path, partial in partials.items():
            with naming(path, instead=True):
                partial.replace(path)
        for folder in {path.parent for path in files} if lasting else ():
            flush(folder)
    except BaseException:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any, lasting: bool = False) -> None:
    """Write a value as JSON, as `write_whole`."""
    write_whole(path, json.dumps(value, indent=1) + "\n", lasting)


def write_csv(path: Path, rows: Iterable[Sequence[Any]], exact: bool = False) -> None:
    """Write a table as `write_whole`, its head among the rows: each cell as `csv_cell` makes it for people, or exact,
    which is for tables of the pipeline's own words alone.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows if exact else ([csv_cell(cell) for cell in row] for row in rows))
    write_whole(path, text.getvalue())


def flush(folder: Path) -> None:
    """Make the names in a folder lasting."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def naming(place: Path, instead: bool = False) -> Iterator[None]:
    """Let every OSError of the system name a file or folder: its own, or this one; `instead`: always this one."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and (instead or error.filename is None):
            error.filename, error.filename2 = str(place), None
        raise


def told(error: OSError) -> str:
    """What went wrong with which file, and the remedy; the words of an error that is none of the system's stay."""
    if error.errno is None:
        return str(error)
    file = error.filename if error.filename2 is None else error.filename2
    where = "" if file is None else f"{os.fsdecode(file) if isinstance(file, bytes | str) else file}: "
    remedy = f"; {remedy_for(error)}, and run the same again" if error.errno in REMEDIES else ""
    return f"{where}{error.strerror}{remedy}"


def remedy_for(error: OSError) -> str:
    """What to do against a fault of a disk."""
    return REMEDIES.get(error.errno or 0, "mend that")


def _partial(path: Path, shared: bool) -> Path:
    """The file beside another one in which it is written first; the name of a long one is cut."""
    end = f".{os.getpid()}.partial" if shared else ".partial"
    name = os.fsencode(path.name)[: LONGEST_NAME - 1 - len(end)]
    return path.with_name(f".{os.fsdecode(name)}{end}")


def _write(path: Path, content: bytes | memoryview | str, lasting: bool) -> None:
    with path.open("wb") as file:
        file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
