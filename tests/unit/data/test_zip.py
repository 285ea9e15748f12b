"""The CycleGAN authors' zips come with their four sides, or say what is missing."""

from hashlib import sha256
from pathlib import Path

import pytest

from crossnet.data.archives.members import ArchiveError
from crossnet.data.base import Archive, SourceError
from crossnet.data.download.download import DownloadError
from tests.support.archived import archived, picture, tree
from tests.support.datasets import dataset, run_at
from tests.support.servers import FileServer

SIDES = ("trainA", "trainB", "testA", "testB")
FILES = {f"{side}/n0238 ü_{k}.jpg": picture(10 * i + k) for i, side in enumerate(SIDES) for k in range(2)}
NOISE = {
    "horse2zebra/.DS_Store": b"a",
    "__MACOSX/horse2zebra/trainA/._n0.jpg": b"b",
    "horse2zebra/trainA/.hidden.jpg": b"c",
    "horse2zebra/readme.txt": b"d",
    "horse2zebra/cover.jpg": b"e",
}


def fetch(raw: Path, store: Path, archive: Archive, checksums: Path | None) -> None:
    dataset("horse2zebra", **dict(archive)).fetch(raw, run_at(store, checksums))


def zipped(folder: Path, root: str = "horse2zebra/", without: str = "-", **more: bytes) -> Archive:
    files = {f"{root}{name}": content for name, content in FILES.items() if not name.startswith(without)}
    return archived(folder / "there" / "horse2zebra.zip", files | NOISE | more)


@pytest.mark.parametrize("root", ["horse2zebra/", "./horse2zebra/", "deep/down/", ""])
def test_the_four_sides_are_there_byte_for_byte_and_nothing_else(tmp_path: Path, root: str) -> None:
    fetch(tmp_path / "raw", tmp_path / "store", zipped(tmp_path, root), None)
    assert tree(tmp_path / "raw") == FILES


def test_a_first_download_that_is_damaged_is_set_aside_and_the_next_one_taken(tmp_path: Path) -> None:
    archive, checksums = zipped(tmp_path), tmp_path / "checksums.json"
    whole = Path(archive.url).read_bytes()
    for name, content in (("cut", whole[:-100]), ("whole", whole)):
        (tmp_path / name).write_bytes(content)
        offered = archive.model_copy(update={"url": str(tmp_path / name)})
        if name == "cut":
            with pytest.raises(
                ArchiveError, match=r"kept as .*horse2zebra\.zip\.refused, and the next run downloads it again"
            ):
                fetch(tmp_path / "raw", tmp_path / "store", offered, checksums)
        else:
            fetch(tmp_path / "raw", tmp_path / "store", offered, checksums)
    assert tree(tmp_path / "raw") == FILES
    assert sha256(whole).hexdigest() in checksums.read_text()


def test_a_second_time_asks_nobody_and_gives_the_same(tmp_path: Path) -> None:
    archive = zipped(tmp_path)
    content = Path(archive.url).read_bytes()
    with FileServer({"/horse2zebra.zip": content}) as server:
        archive = archive.model_copy(
            update={"url": f"{server.url}/horse2zebra.zip", "sha256": sha256(content).hexdigest()}
        )
        fetch(tmp_path / "raw", tmp_path / "store", archive, None)
        asked = len(server.log)
        fetch(tmp_path / "again", tmp_path / "store", archive, None)
        assert len(server.log) == asked == 1
    assert tree(tmp_path / "again") == tree(tmp_path / "raw") == FILES


def test_a_zip_put_there_by_hand_is_taken(tmp_path: Path) -> None:
    archive = zipped(tmp_path)
    (tmp_path / "store").mkdir()
    Path(archive.url).rename(tmp_path / "store" / Path(archive.url).name)
    fetch(tmp_path / "raw", tmp_path / "store", archive, None)
    assert tree(tmp_path / "raw") == FILES


@pytest.mark.parametrize("side", SIDES)
def test_a_missing_side_is_named_with_what_was_expected_and_found(tmp_path: Path, side: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path / "raw", tmp_path / "store", zipped(tmp_path, without=side), None)
    other = next(each for each in SIDES if each != side)
    message = str(caught.value)
    assert f"store/horse2zebra.zip: no images in {side}; expected <name>/{{{','.join(SIDES)}}}, found " in message
    assert f"2 horse2zebra/{other}/*.jpg" in message
    assert "\n" not in message


def test_what_cannot_be_had_says_what_to_do_by_hand(tmp_path: Path) -> None:
    archive = zipped(tmp_path).model_copy(update={"url": str(tmp_path / "absent.zip")})
    with pytest.raises(DownloadError) as caught:
        fetch(tmp_path / "raw", tmp_path / "store", archive, None)
    assert "get horse2zebra.zip from https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/" in str(caught.value)
    assert f"put it at {tmp_path / 'store' / 'horse2zebra.zip'}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_zip_that_climbs_out_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"\.\./evil\.jpg"):
        fetch(tmp_path / "raw", tmp_path / "store", zipped(tmp_path, **{"../evil.jpg": b"x"}), None)
    assert not list(tmp_path.rglob("*.jpg"))


def test_an_unknown_checksum_is_remembered_and_held_to(tmp_path: Path) -> None:
    archive, checksums = zipped(tmp_path), tmp_path / "checksums.json"
    fetch(tmp_path / "raw", tmp_path / "store", archive, checksums)
    changed = zipped(tmp_path, **{"horse2zebra/trainA/more.jpg": picture(99)})
    with pytest.raises(DownloadError, match="sha256"):
        fetch(tmp_path / "again", tmp_path / "elsewhere", changed, checksums)


def test_two_data_sets_in_one_zip_are_named_with_what_was_wanted(tmp_path: Path) -> None:
    both = zipped(tmp_path, **{f"copy/{name}": content for name, content in FILES.items()})
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path / "raw", tmp_path / "store", both, None)
    assert str(caught.value) == (
        f"{tmp_path}/store/horse2zebra.zip: has sides in two folders, 'horse2zebra' and 'copy'; expected one "
        "<name>/{trainA,trainB,testA,testB}; give an archive of one of them"
    )
    assert not list((tmp_path / "raw").rglob("*.jpg"))


def test_a_first_download_is_not_set_aside_for_a_fault_of_the_disk(tmp_path: Path) -> None:
    long = "x" * 300
    archive, checksums = zipped(tmp_path, **{f"horse2zebra/trainA/{long}.jpg": b"1"}), tmp_path / "checksums.json"
    with pytest.raises(ArchiveError, match=r"cannot be extracted: [^;]*/x+\.jpg: File name too long$"):
        fetch(tmp_path / "raw", tmp_path / "store", archive, checksums)
    assert (tmp_path / "store/horse2zebra.zip").is_file()
    assert "horse2zebra.zip" in checksums.read_text()
