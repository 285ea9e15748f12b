"""Files are written whole or not at all, and a fault of the disk names the file and the remedy."""

import csv
import errno
import os
import pickle
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossnet.files import error_message, errors_at, write_all_atomically, write_atomically, write_csv, write_json


@pytest.fixture
def bounded() -> Iterator[None]:
    """No file may be longer than a page."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_what_cannot_be_written_is_named_and_what_was_there_stays(lasting: bool, shared: bool, tmp_path: Path) -> None:
    write_atomically(tmp_path / "x", "old")
    with pytest.raises(OSError, match="File too large") as stopped:
        write_atomically(tmp_path / "x", bytes(100_000), lasting, shared)
    assert error_message(stopped.value) == (
        f"{tmp_path}/x: File too large; allow larger files there, and run the same again"
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x": b"old"}


@pytest.mark.usefixtures("bounded")
def test_of_several_files_none_is_there_where_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"File too large: '.*/b'"):
        write_all_atomically({tmp_path / "a": b"small", tmp_path / "b": bytes(100_000)})
    assert list(tmp_path.iterdir()) == []


def test_several_files_are_there_together(tmp_path: Path) -> None:
    write_all_atomically({tmp_path / "a": "text", tmp_path / "b": b"bytes"}, lasting=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "text", "b": "bytes"}


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "x").symlink_to(tmp_path / "theirs")
    write_atomically(tmp_path / "x", "ours")
    assert (tmp_path / "theirs").read_text() == "theirs"
    assert (tmp_path / "x").read_text() == "ours"
    assert not (tmp_path / "x").is_symlink()


@pytest.mark.parametrize("name", ["x" * 255, "ä" * 127, os.fsdecode(b"\xff.json")])
def test_any_name_that_a_file_can_have_is_written(name: str, tmp_path: Path) -> None:
    write_atomically(tmp_path / name, "content", shared=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_no_cell_of_a_table_is_a_formula_unless_it_is_to_be_exact(tmp_path: Path) -> None:
    row = ["=1+1", "\x1b[31m", "-0.5", -0.5]
    for exact, first in ((False, ["'=1+1", "\\x1b[31m", "-0.5", "-0.5"]), (True, ["=1+1", "\x1b[31m", "-0.5", "-0.5"])):
        write_csv(tmp_path / "x.csv", [row], exact)
        with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
            assert [*csv.reader(file)] == [first]


def test_what_is_no_unicode_is_written_with_backslashes(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", [("a", "b"), (os.fsdecode(b"\xff"), "ä,")])
    assert (tmp_path / "x.csv").read_bytes() == 'a,b\r\n\\udcff,"ä,"\r\n'.encode()
    write_json(tmp_path / "x.json", {"a": [1]})
    assert (tmp_path / "x.json").read_text() == '{\n "a": [\n  1\n ]\n}\n'


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "f"), "f: No space left on device; make room on that disk, "),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "f"), "f: Disk quota exceeded; make room within your quota "),
        (OSError(errno.EROFS, "Read-only file system", "f"), "f: Read-only file system; that disk is read-only: "),
        (PermissionError(errno.EACCES, "Permission denied", "f"), "f: Permission denied; allow this user "),
        (OSError(errno.ENOSPC, "No space left", "from", None, "to"), "to: No space left; make room"),
        (OSError(errno.ENOENT, "No such file", b"f"), "f: No such file"),
        (OSError(errno.ENOSPC, "No space left"), "No space left; make room"),
        (OSError("a line of ours"), "a line of ours"),
    ],
)
def test_a_fault_is_told_with_the_file_and_the_remedy(error: OSError, wanted: str) -> None:
    assert error_message(error).startswith(wanted)
    assert "\n" not in error_message(error)


def test_a_fault_without_a_name_is_given_one_and_keeps_it_on_the_way_from_a_worker() -> None:
    with pytest.raises(OSError, match="No space") as stopped, errors_at(Path("folder")):
        raise OSError(errno.ENOSPC, "No space left")
    assert error_message(pickle.loads(pickle.dumps(stopped.value))).startswith("folder: No space left; make room")
    with pytest.raises(OSError, match="No space") as stopped, errors_at(Path("folder")):
        raise OSError(errno.ENOSPC, "No space left", "its own")
    assert error_message(stopped.value).startswith("its own: ")
