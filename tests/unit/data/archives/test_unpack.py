"""Archives come out as they went in; what is wrong with one is found before anything is written."""

import io
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.archives.members import ArchiveError
from crossnet.data.archives.unpack import ExtractionError, extract

FILES = {"h2z/trainA/a.jpg": b"a" * 1000, "h2z/trainB/ü b.jpg": bytes(300_000), "h2z/empty": b""}
MOST = {"max_bytes": 10**6, "max_files": 20}
Make = Callable[[Path, Mapping[str, bytes]], Path]


def make_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def make_tar(path: Path, files: Mapping[str, bytes], packing: str = "") -> Path:
    with tarfile.open(path, f"w:{packing}") as archive:  # type: ignore[call-overload]
        for name, body in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            if name.endswith("/"):
                info.type = tarfile.DIRTYPE
            archive.addfile(info, io.BytesIO(body))
    return path


MAKERS: dict[str, Make] = {
    "zip": make_zip,
    "tar": make_tar,
    "gz": lambda path, files: make_tar(path, files, "gz"),
    "bz2": lambda path, files: make_tar(path, files, "bz2"),
    "xz": lambda path, files: make_tar(path, files, "xz"),
}
EVERY_KIND = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@EVERY_KIND
def test_every_kind_comes_out_as_it_went_in(make: Make, tmp_path: Path) -> None:
    archive = make(tmp_path / "named anyhow", {"h2z/": b"", "h2z/trainA/": b""} | FILES)
    assert extract(archive, tmp_path / "raw" / "task", **MOST) == 3
    assert read(tmp_path / "raw" / "task") == FILES
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["task"]


@EVERY_KIND
def test_what_is_wanted_goes_where_it_is_wanted(make: Make, tmp_path: Path) -> None:
    def wanted(path: PurePosixPath) -> PurePosixPath | None:
        return path.relative_to("h2z") if path.suffix == ".jpg" else None

    assert extract(make(tmp_path / "a", FILES), tmp_path / "out", **MOST, wanted=wanted) == 2
    assert read(tmp_path / "out") == {
        "trainA/a.jpg": FILES["h2z/trainA/a.jpg"],
        "trainB/ü b.jpg": FILES["h2z/trainB/ü b.jpg"],
    }


@EVERY_KIND
def test_a_leading_dot_is_nothing(make: Make, tmp_path: Path) -> None:
    assert extract(make(tmp_path / "a", {"./": b"", "./x/a": b"1"}), tmp_path / "out", **MOST) == 1
    assert read(tmp_path / "out") == {"x/a": b"1"}


def test_a_folder_that_was_there_is_replaced_and_not_added_to(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    extract(make_zip(tmp_path / "a", {"new": b"1"}), tmp_path / "out", **MOST)
    assert read(tmp_path / "out") == {"new": b"1"}


def test_a_folder_that_was_there_stays_if_the_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    with pytest.raises(ArchiveError):
        extract(make_zip(tmp_path / "a", {"../new": b"1"}), tmp_path / "out", **MOST)
    assert read(tmp_path / "out") == {"old": b""}


def test_an_archive_of_nothing_is_an_empty_folder(tmp_path: Path) -> None:
    for make in MAKERS.values():
        assert extract(make(tmp_path / "a", {}), tmp_path / "out", **MOST) == 0
        assert read(tmp_path / "out") == {}


@EVERY_KIND
def test_as_much_as_is_allowed_is_allowed(make: Make, tmp_path: Path) -> None:
    archive = make(tmp_path / "a", FILES)
    assert extract(archive, tmp_path / "out", max_bytes=301_000, max_files=3) == 3
    with pytest.raises(ArchiveError, match=r"'h2z/trainB/ü b.jpg': with it 301000 bytes or more, and 300999 are"):
        extract(archive, tmp_path / "more", max_bytes=300_999, max_files=3)
    with pytest.raises(ArchiveError, match=r"'h2z/empty': more than the 2 members allowed"):
        extract(archive, tmp_path / "more", max_bytes=301_000, max_files=2)
    assert not (tmp_path / "more").exists()


@EVERY_KIND
@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.99])
def test_a_part_of_an_archive_is_damaged(make: Make, share: float, tmp_path: Path) -> None:
    whole = make(tmp_path / "a", {"a": bytes(range(256)) * 400, "b": b"x" * 512}).read_bytes()
    used = len(whole.rstrip(b"\0")) if make is make_tar else len(whole)  # a tar may end in much padding
    (tmp_path / "part").write_bytes(whole[: int(used * share)])
    with pytest.raises(ArchiveError, match=r"/part: (is damaged|has no mark of its end)"):
        extract(tmp_path / "part", tmp_path / "out", **MOST)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "part"}


def test_a_tar_that_ends_between_two_members_is_damaged(tmp_path: Path) -> None:
    whole = make_tar(tmp_path / "a", {"a": b"x" * 512, "b": b"x" * 512}).read_bytes()
    (tmp_path / "part").write_bytes(whole[:1024])
    with pytest.raises(ArchiveError, match="has no mark of its end"):
        extract(tmp_path / "part", tmp_path / "out", **MOST)


def test_a_damaged_checksum_at_the_very_end_is_found(tmp_path: Path) -> None:
    whole = bytearray(MAKERS["gz"](tmp_path / "a", FILES).read_bytes())
    whole[-6] ^= 1
    (tmp_path / "bad").write_bytes(whole)
    with pytest.raises(ArchiveError, match="is damaged: CRC check failed"):
        extract(tmp_path / "bad", tmp_path / "out", **MOST)


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html>not found</html>" * 40, b"PK\x03\x04", b"\x1f\x8b"])
def test_what_is_no_archive_is_refused(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(body)
    with pytest.raises(ArchiveError, match=r"/a.zip: is damaged"):
        extract(tmp_path / "a.zip", tmp_path / "out", **MOST)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_no_archive_at_all_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"/a.zip: cannot be extracted: [^\n]*/a.zip: No such file or directory"):
        extract(tmp_path / "a.zip", tmp_path / "out", **MOST)


@EVERY_KIND
def test_names_that_differ_in_case_or_accents_alone_are_both_there(make: Make, tmp_path: Path) -> None:
    files = {"x/Good.jpg": b"1", "x/good.jpg": b"2", "X/good.jpg": b"3", "\u00fc": b"4", "u\u0308": b"5"}
    assert extract(make(tmp_path / "a", files), tmp_path / "out", **MOST) == 5
    assert read(tmp_path / "out") == files


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("x/Good", "x/good"), "'x/good' and 'x/Good' are one name to the file system of"),
        (("x/Good", "X/good/deep"), "'X/good/deep' and 'x/Good' are one name to the file system of"),
    ],
)
def test_where_the_file_system_takes_two_names_for_one_both_are_named(
    names: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded = lambda path: Path(str(path).lower())  # noqa: E731  # as file systems do it that tell no case
    opened, made = Path.open, Path.mkdir
    monkeypatch.setattr(Path, "open", lambda path, *rest, **more: opened(folded(path), *rest, **more))
    monkeypatch.setattr(Path, "mkdir", lambda path, *rest, **more: made(folded(path), *rest, **more))
    place = tmp_path.parent / tmp_path.name.lower()
    made(place, exist_ok=True)
    archive = make_zip(place / "a", dict.fromkeys(names, b"1"))
    with pytest.raises(ExtractionError, match=rf"/a: {said} .*; use one that distinguishes upper .* or rename one$"):
        extract(archive, place / "out", **MOST)
    assert [path.name for path in place.iterdir()] == ["a"]


RESERVED = ["aux.jpg", "x/CON", "nul.tar.gz", "x/com1", "name:stream", "what?.jpg", "ends.", "ends /a", "tab\t"]


@pytest.mark.parametrize("name", RESERVED)
def test_what_windows_keeps_for_itself_is_refused_there_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_tar(tmp_path / "a", {"good.jpg": b"1", name: b"2"})
    monkeypatch.setattr("crossnet.data.archives.unpack.WINDOWS", False)
    assert extract(archive, tmp_path / "out", **MOST) == 2
    monkeypatch.setattr("crossnet.data.archives.unpack.WINDOWS", True)
    with pytest.raises(ArchiveError, match="has a name that Windows keeps for itself or cannot have: '"):
        extract(archive, tmp_path / "other", **MOST)
    assert not (tmp_path / "other").exists()


def test_a_name_that_is_too_long_is_one_line(tmp_path: Path) -> None:
    archive = make_tar(tmp_path / "a", {f"{'x' * 300}.jpg": b"2"})
    with pytest.raises(ExtractionError, match=r"/a: cannot be extracted: [^\n]*/out/x+.jpg: File name too long$"):
        extract(archive, tmp_path / "out", **MOST)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_there_is_no_room_for_is_not_begun(tmp_path: Path) -> None:
    size = 2 * shutil.disk_usage(tmp_path).free
    archive = make_zip(tmp_path / "a", {"big": b"x"})
    body = bytearray(archive.read_bytes())
    place = body.rindex(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, size)  # Zip64: the size that it says it unpacks to
    body[place + 24 : place + 28], body[place + 30 : place + 32] = b"\xff" * 4, struct.pack("<H", len(extra))
    body[place + 49 : place + 49] = extra  # after the header and its name of three letters
    end = body.rindex(b"PK\x05\x06")
    body[end + 12 : end + 16] = struct.pack("<I", end - place)
    archive.write_bytes(body)
    with pytest.raises(
        ExtractionError,
        match=rf"/a: cannot be extracted: .*/out: its files have {size} bytes, and \d+ are free; make room",
    ):
        extract(archive, tmp_path / "out", max_bytes=2 * size, max_files=9)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs/own").write_bytes(b"the only copy")
    (tmp_path / "out").symlink_to(tmp_path / "photographs")
    for content in (b"1", b"2"):
        extract(make_zip(tmp_path / "a", {"new": content}), tmp_path / "out", **MOST)
        assert read(tmp_path / "out") == {"new": content}
    assert read(tmp_path / "photographs") == {"own": b"the only copy"}
    assert not (tmp_path / "out").is_symlink()


def test_an_error_of_the_callers_is_the_callers(tmp_path: Path) -> None:
    def wanted(path: PurePosixPath) -> PurePosixPath | None:
        raise KeyError(path.name)

    with pytest.raises(KeyError):
        extract(make_zip(tmp_path / "a", FILES), tmp_path / "out", **MOST, wanted=wanted)


@EVERY_KIND
@given(where=st.floats(0, 1), mask=st.integers(1, 255), length=st.integers(1, 8))
def test_whatever_byte_is_wrong_it_is_extracted_or_refused(
    make: Make, where: float, mask: int, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    body = bytearray(make(folder / "a", {"x/a": b"1" * 50, "x/b": b"2" * 700}).read_bytes())
    begin = int(where * (min(len(body), 4096) - length))
    for place in range(begin, begin + length):
        body[place] ^= mask
    (folder / "a").write_bytes(body)
    refused = ""
    try:
        extract(folder / "a", folder / "out", **MOST)
    except ArchiveError as error:
        refused = str(error)
    assert "\n" not in refused
    assert {path.name for path in folder.iterdir()} == ({"a"} if refused else {"a", "out"})
