"""Archives of a bounded number and size come back as they went, and what finds no room is named."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from deploy.airgapped.archives import ArchiveError, read_archives, write_archives
from tests.support.cloned import hashes


def folders(root: Path, **sizes: int) -> list[Path]:
    for name, size in sizes.items():
        (root / "work" / name / "deep").mkdir(parents=True)
        (root / "work" / name / "deep" / "file").write_bytes(os.urandom(size))
        (root / "work" / name / "lock").touch()
    return [root / "work" / name for name in sizes]


def test_what_is_written_in_parts_comes_back(tmp_path: Path) -> None:
    made = folders(tmp_path, one=70_000, two=1)
    assert write_archives(made, tmp_path, tmp_path / "back", 8, 40_000) == []
    sizes = [path.stat().st_size for path in (tmp_path / "back").iterdir()]
    assert 1 < len(sizes) <= 8
    assert max(sizes) <= 40_000
    read_archives(tmp_path / "back", tmp_path / "into")
    wanted = {name: digest for name, digest in hashes(tmp_path / "work").items() if not name.endswith("lock")}
    assert hashes(tmp_path / "into/work") == wanted


def test_what_finds_no_room_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    large, small = folders(tmp_path, large=200_000, small=1)
    assert write_archives([large, small], tmp_path, tmp_path / "back", 2, 50_000) == [large]
    read_archives(tmp_path / "back", tmp_path / "into")
    assert {path.name for path in (tmp_path / "into/work").iterdir()} == {"small"}


@pytest.mark.parametrize("member", ["../../outside", "a link", "no archive", "nothing"])
def test_archives_that_others_wrote_are_refused(tmp_path: Path, member: str) -> None:
    written = io.BytesIO()
    if member == "no archive":
        written.write(b"no archive" * 100)
    elif member != "nothing":
        with tarfile.open(fileobj=written, mode="w") as archive:
            entry = tarfile.TarInfo(member)
            entry.type, entry.linkname = (tarfile.SYMTYPE, "/etc") if member == "a link" else (tarfile.REGTYPE, "")
            archive.addfile(entry)
    name = f"back-1-of-1-{hashlib.sha256(written.getvalue()).hexdigest()[:16]}.tar"
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / name).write_bytes(written.getvalue())
    with pytest.raises(ArchiveError, match=r"^[^\n]*back: its archives cannot be unpacked: [^\n]*$"):
        read_archives(tmp_path / "back", tmp_path / "deep/into")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_archives_that_are_not_whole_are_refused(tmp_path: Path, damage: str) -> None:
    write_archives(folders(tmp_path, one=70_000), tmp_path, tmp_path / "back", 8, 40_000)
    [*_, last] = sorted((tmp_path / "back").iterdir())
    if damage == "missing":
        last.unlink()
    else:
        last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(ArchiveError, match=r"^[^\n]*back[^\n]*$"):
        read_archives(tmp_path / "back", tmp_path / "into")
