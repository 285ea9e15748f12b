"""A download ends with a whole, checked file and a record of it, wherever it came from."""

import hashlib
import json
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossnet.data.download.download import DownloadError, download
from crossnet.data.download.web import Web
from tests.support.servers import Fault, FileServer

BODY = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
BY_HAND = "ask its authors for f.zip and put it there"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web("crossnet-tests", tries=3, timeout_s=5, longest_wait_s=0.1, first_wait_s=0.01) as client:
        yield client


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer({"/f.zip": BODY}) as files:
        yield files


def get(folder: Path, *urls: str, **changed: Any) -> Path:
    options: dict[str, Any] = {"sha256": SHA256, "max_bytes": 10**7, "by_hand": BY_HAND} | changed
    return download(urls, folder, "f.zip", **options)


def test_a_file_comes_with_a_record_and_nothing_else(tmp_path: Path, server: FileServer, web: Web) -> None:
    path = get(tmp_path / "new" / "store", f"{server.url}/f.zip", web=web)
    assert path == tmp_path / "new/store/f.zip"
    assert path.read_bytes() == BODY
    record = json.loads(path.with_name("f.zip.json").read_text())
    assert record.pop("mtime_ns") == path.stat().st_mtime_ns
    assert record == {
        "sha256": SHA256, "bytes": len(BODY), "etag": server.etag("/f.zip"),
        "url": f"{server.url}/f.zip", "address": f"{server.url}/f.zip",
        "source": None,
    }  # fmt: skip
    assert sorted(p.name for p in path.parent.iterdir() if p.suffix != ".lock") == ["f.zip", "f.zip.json"]
    assert server.log[0].headers["Accept-Encoding"] == "identity"


def test_a_client_of_its_own_does_too(tmp_path: Path, server: FileServer) -> None:
    assert get(tmp_path, f"{server.url}/f.zip").read_bytes() == BODY
    assert server.log[0].headers["User-Agent"].startswith("crossnet/")


def test_it_tells_how_far_it_is(
    tmp_path: Path, server: FileServer, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    server.inject("/f.zip", Fault(cut_after=2_500_000))
    get(tmp_path, f"{server.url}/f.zip", web=web)
    assert capsys.readouterr().err.startswith("f.zip: 3/3 MiB, ")


@pytest.mark.parametrize("form", ["{}", "file://{}", "file://localhost{}", "file:{}"])
def test_a_local_file_is_copied_and_checked_the_same_way(form: str, tmp_path: Path) -> None:
    source = tmp_path / "my mirror%" / "f.zip"
    source.parent.mkdir()
    source.write_bytes(BODY)
    address = form.format(source if form == "{}" else str(source).replace("%", "%25").replace(" ", "%20"))
    assert get(tmp_path / "store", address).read_bytes() == BODY
    assert source.read_bytes() == BODY
    with pytest.raises(DownloadError, match=f"sha256 is {SHA256}, wanted 0000"):
        get(tmp_path / "other", address, sha256="0" * 64)
    assert not (tmp_path / "other/f.zip").exists()
    with pytest.raises(DownloadError, match="announces 3000000 bytes, more than the 1000 allowed"):
        get(tmp_path / "other", address, max_bytes=1000)


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("/no/such/file", "/no/such/file: no such file"),
        ("/etc", "/etc: no such file"),
        ("ftp://host/f.zip", "ftp://host/f.zip: not an address of http, https or file on this machine"),
        ("file://elsewhere/f.zip", "file://elsewhere/f.zip: not an address of http, https or file on this machine"),
    ],
)
def test_what_cannot_be_had_says_what_to_do_by_hand(address: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as stopped:
        get(tmp_path, address)
    assert str(stopped.value) == f"{tmp_path}/f.zip: {wrong}; {BY_HAND}"


def test_without_an_address_it_is_by_hand_alone(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=f"f.zip: no address to fetch it from; {BY_HAND}"):
        get(tmp_path)


@pytest.mark.parametrize("sha256", [SHA256, SHA256.upper(), None])
def test_a_file_put_there_by_hand_is_taken(sha256: str | None, tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(BODY)
    assert get(tmp_path, "http://127.0.0.1:1/f.zip", sha256=sha256).read_bytes() == BODY
    assert json.loads((tmp_path / "f.zip.json").read_text())["sha256"] == SHA256


def test_a_wrong_file_put_there_by_hand_is_said_to_be_wrong(tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(b"another")
    found = hashlib.sha256(b"another").hexdigest()
    with pytest.raises(DownloadError, match=f"f.zip: is there: sha256 is {found}, wanted {SHA256}; {BY_HAND}"):
        get(tmp_path)
    assert (tmp_path / "f.zip").read_bytes() == b"another"


def test_a_wrong_file_that_was_put_there_by_hand_is_kept_beside_the_right_one(
    tmp_path: Path, server: FileServer, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("f.zip.refused", b"mine"), ("f.zip.refused-2", b"mine too")):
        (tmp_path / "f.zip").write_bytes(content)
        assert get(tmp_path, f"{server.url}/f.zip", web=web).read_bytes() == BODY
        assert (tmp_path / name).read_bytes() == content
        assert (
            f"f.zip: was there, and is not the file that is wanted; kept as {tmp_path}/{name}\n"
            in capsys.readouterr().err
        )


def test_a_file_that_was_taken_by_hand_is_kept_where_the_address_changes(
    tmp_path: Path, server: FileServer, web: Web
) -> None:
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json", "web": web}
    (tmp_path / "f.zip").write_bytes(b"mine")
    assert get(tmp_path, "http://127.0.0.1:1/f.zip", **options).read_bytes() == b"mine"
    assert get(tmp_path, f"{server.url}/f.zip", **options).read_bytes() == BODY
    assert (tmp_path / "f.zip.refused").read_bytes() == b"mine"


def test_a_download_is_replaced(tmp_path: Path, server: FileServer, web: Web) -> None:
    get(tmp_path, f"{server.url}/f.zip", web=web)
    server.files["/f.zip"] = b"newer"
    assert (
        get(tmp_path, f"{server.url}/f.zip", sha256=hashlib.sha256(b"newer").hexdigest(), web=web).read_bytes()
        == b"newer"
    )
    assert not (tmp_path / "f.zip.refused").exists()


def test_a_file_that_changed_since_is_read_again(tmp_path: Path, server: FileServer, web: Web) -> None:
    path = get(tmp_path, f"{server.url}/f.zip", web=web)
    path.write_bytes(BODY[:-1] + b"?")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert get(tmp_path, f"{server.url}/f.zip", web=web).read_bytes() == BODY
    assert web.count == 2


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, server: FileServer, web: Web) -> None:
    path = get(tmp_path, f"{server.url}/f.zip", web=web)
    time_ns = path.stat().st_mtime_ns
    path.write_bytes(bytes(len(BODY)))  # behind its back, to see that nobody looks
    os.utime(path, ns=(time_ns, time_ns))
    assert get(tmp_path, web=web) == path
    path.touch()
    with pytest.raises(DownloadError, match="is there: sha256 is"):
        get(tmp_path, web=web)


def test_an_unknown_checksum_is_written_down_and_held_to(tmp_path: Path, server: FileServer, web: Web) -> None:
    checksums, url = tmp_path / "lock" / "task.json", f"{server.url}/f.zip"
    (tmp_path / "lock").mkdir()
    checksums.write_text('{"z.tar": {"http://z": {"sha256": "1", "bytes": 1}}}')
    options: dict[str, Any] = {"sha256": None, "checksums": checksums, "web": web}
    get(tmp_path / "one", url, **options)
    recorded = json.loads(checksums.read_text())
    assert recorded["f.zip"] == {url: {"sha256": SHA256, "bytes": len(BODY)}}
    assert list(recorded) == ["f.zip", "z.tar"]
    server.files["/f.zip"] = b"changed"
    with pytest.raises(DownloadError, match=rf"wanted {SHA256}, by {checksums}; to accept .* remove 'f.zip' there"):
        get(tmp_path / "two", url, **options)
    assert not (tmp_path / "two/f.zip").exists()
    del recorded["f.zip"]
    checksums.write_text(json.dumps(recorded))
    assert get(tmp_path / "two", url, **options).read_bytes() == b"changed"


def test_a_checksum_that_is_known_is_not_written_down(tmp_path: Path, server: FileServer, web: Web) -> None:
    get(tmp_path, f"{server.url}/f.zip", checksums=tmp_path / "task.json", web=web)
    assert not (tmp_path / "task.json").exists()


@pytest.mark.parametrize("content", ['{"f.zip": ', "[]", '{"f.zip": {"sha256": "1"}}', '{"f.zip": {"http://z": {}}}'])
def test_broken_checksums_stop_it(content: str, tmp_path: Path) -> None:
    (tmp_path / "task.json").write_text(content)
    wrong = r"^[^ ]*/task.json: no JSON of names, their addresses and sha256; restore or remove it$"
    with pytest.raises(DownloadError, match=wrong):
        get(tmp_path, sha256=None, checksums=tmp_path / "task.json")


def test_another_address_is_fetched_anew_and_the_same_one_asks_for_nothing(
    tmp_path: Path, server: FileServer, web: Web
) -> None:
    other = bytes(1000)
    server.files["/other.zip"] = other
    one, two = f"{server.url}/f.zip", f"{server.url}/other.zip"
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json", "web": web}
    for address, body, requests in ((one, BODY, 1), (one, BODY, 1), (two, other, 2), (two, other, 2), (one, BODY, 3)):
        assert get(tmp_path, address, **options).read_bytes() == body
        assert len(server.log) == requests
    assert json.loads((tmp_path / "task.json").read_text())["f.zip"] == {
        one: {"sha256": SHA256, "bytes": len(BODY)},
        two: {"sha256": hashlib.sha256(other).hexdigest(), "bytes": 1000},
    }
    server.files["/other.zip"] = b"changed"
    with pytest.raises(DownloadError, match="wanted " + hashlib.sha256(other).hexdigest()):  # held to what it was
        get(tmp_path, two, **options)
    assert (tmp_path / "f.zip").read_bytes() == BODY
    assert get(tmp_path, "http://127.0.0.1:1/gone", one, **options | {"sha256": SHA256}).read_bytes() == BODY


def test_a_mirror_more_is_no_other_address(tmp_path: Path, server: FileServer, web: Web) -> None:
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json", "web": web}
    gone = f"{server.url}/gone"
    get(tmp_path, gone, f"{server.url}/f.zip", **options)
    asked = len(server.log)
    assert get(tmp_path, gone, **options).read_bytes() == BODY
    assert len(server.log) == asked == 2
    assert list(json.loads((tmp_path / "task.json").read_text())["f.zip"]) == [gone]


def test_one_local_file_has_one_address_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.zip").write_bytes(BODY)
    monkeypatch.chdir(tmp_path)
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json"}
    for address in ("mine.zip", str(tmp_path / "mine.zip"), f"file://{tmp_path}/mine.zip"):
        get(tmp_path / "store", address, **options)
        (tmp_path / "mine.zip").unlink(missing_ok=True)  # which nobody asks for a second time
    assert list(json.loads((tmp_path / "task.json").read_text())["f.zip"]) == [str(tmp_path / "mine.zip")]


def test_a_local_file_that_changed_is_taken_anew_and_one_that_did_not_is_not_read_again(tmp_path: Path) -> None:
    mine, options = tmp_path / "mine.zip", {"sha256": None, "checksums": tmp_path / "task.json"}
    for content in (b"first", b"second"):
        mine.write_bytes(content)
        for _ in range(2):
            assert get(tmp_path / "store", str(mine), **options).read_bytes() == content
    [entry] = json.loads((tmp_path / "task.json").read_text())["f.zip"].values()
    assert entry["sha256"] == hashlib.sha256(b"second").hexdigest()
    wanted = hashlib.sha256(b"second").hexdigest()
    mine.write_bytes(b"third")
    assert get(tmp_path / "store", str(mine), sha256=wanted).read_bytes() == b"second"  # which is what is asked for


def test_a_file_of_another_address_stays_where_the_new_one_has_none_and_may_be_taken(
    tmp_path: Path, server: FileServer, web: Web
) -> None:
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json", "web": web}
    get(tmp_path, f"{server.url}/f.zip", **options)
    with pytest.raises(DownloadError) as stopped:
        get(tmp_path, f"{server.url}/gone", **options)
    assert str(stopped.value) == (
        f"{tmp_path}/f.zip: is there, but of another address, {server.url}/f.zip; to take it all the same, remove "
        f"'f.zip.json' beside it; {server.url}/gone: 404 Not Found: no such file; {BY_HAND}"
    )
    (tmp_path / "f.zip.json").unlink()
    assert get(tmp_path, f"{server.url}/gone", **options).read_bytes() == BODY


def test_a_checksum_message_says_the_path_once(tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(b"another")
    with pytest.raises(DownloadError) as stopped:
        get(tmp_path)
    assert str(stopped.value).count(str(tmp_path)) == 1


def test_a_page_that_says_sorry_is_no_first_download(tmp_path: Path, server: FileServer, web: Web) -> None:
    page = Fault(200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": "5"}, b"sorry")
    server.inject("/f.zip", page)
    with pytest.raises(DownloadError, match=r"answered with a web page \(text/html; charset=utf-8\), not with a file"):
        get(tmp_path, f"{server.url}/f.zip", sha256=None, checksums=tmp_path / "task.json", web=web)
    assert not (tmp_path / "f.zip").exists()
    assert not (tmp_path / "task.json").exists()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Log in</title>", b"\xef\xbb\xbf\n <HTML lang=en>"])
def test_nor_one_that_does_not_say_what_it_is(
    page: bytes, known: bool, tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.files["/f.zip"] = page
    with pytest.raises(DownloadError, match=rf"{server.url}/f.zip: a web page, (sha256 is|wanted the file)"):
        get(tmp_path, f"{server.url}/f.zip", sha256=SHA256 if known else None, checksums=tmp_path / "t.json", web=web)
    (tmp_path / "f.zip").write_bytes(page)  # as a browser saves it
    with pytest.raises(DownloadError, match=r"f.zip: is there: a web page, "):
        get(tmp_path, sha256=SHA256 if known else None, checksums=tmp_path / "t.json")
    assert not (tmp_path / "t.json").exists()


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (Fault(204), "answered 204 No Content, not with a file"),
        (Fault(202, {"Content-Type": "application/json"}, b"{}"), "answered 202 Accepted, not with a file"),
        (Fault(200), "nothing at all, wanted the file"),
        (Fault(407), "407 Proxy Authentication Required"),
        (Fault(304), "304 Not Modified"),
        (Fault(300), "300 Multiple Choices"),
    ],
)
def test_an_answer_without_a_file_is_no_first_download(
    fault: Fault, wrong: str, tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.inject("/f.zip", fault)
    with pytest.raises(DownloadError, match=rf"{server.url}/f.zip: {wrong}; {BY_HAND}"):
        get(tmp_path, f"{server.url}/f.zip", sha256=None, checksums=tmp_path / "task.json", web=web)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".f.zip.lock"]
    assert get(tmp_path, f"{server.url}/f.zip", sha256=None, web=web).read_bytes() == BODY


def test_what_was_joined_and_is_not_the_file_is_begun_anew(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.etags = "none"  # and the date is that of both files
    server.files["/f.zip"] = bytes(len(BODY))
    server.inject("/f.zip", Fault(cut_after=1_500_000), Fault(status=404))
    with pytest.raises(DownloadError):
        get(tmp_path, f"{server.url}/f.zip", web=web)
    server.files["/f.zip"] = BODY
    assert get(tmp_path, f"{server.url}/f.zip", web=web).read_bytes() == BODY
    assert [asked.headers.get("Range") for asked in server.log][2:] == ["bytes=1500000-", None]
    server.files["/f.zip"] = b"wrong"
    with pytest.raises(DownloadError, match="sha256"):
        get(tmp_path / "other", f"{server.url}/f.zip", web=web)
    assert len(server.log) == 5  # what was whole and wrong is not asked for again


@pytest.mark.parametrize("address", ["{}/f.zip?token=secret", "{}/f.zip;token=secret", "http://me:secret@{host}/f.zip"])
def test_an_address_with_a_secret_is_refused_and_nobody_is_asked(
    address: str, tmp_path: Path, server: FileServer, web: Web
) -> None:
    with pytest.raises(DownloadError, match=r"/f\.zip has .* CROSSNET_TOKEN_127_0_0_1") as stopped:
        get(tmp_path, address.format(server.url, host=server.url.removeprefix("http://")), web=web)
    assert "=secret" not in str(stopped.value)
    assert ":secret" not in str(stopped.value)
    assert server.log == []
    assert list(tmp_path.iterdir()) == []


def test_addresses_that_differ_in_a_public_value_are_of_two_files(tmp_path: Path, server: FileServer, web: Web) -> None:
    options: dict[str, Any] = {"sha256": None, "checksums": tmp_path / "task.json", "web": web}
    get(tmp_path, f"{server.url}/f.zip?id=7&download=1", **options)
    server.files["/f.zip"] = b"another"
    assert get(tmp_path, f"{server.url}/f.zip?id=7&download=1", **options).read_bytes() == BODY
    assert get(tmp_path, f"{server.url}/f.zip?id=8&download=1", **options).read_bytes() == b"another"
    assert [asked.query["id"] for asked in server.log] == [["7"], ["8"]]


def test_where_no_more_can_be_written_it_stops_in_one_line_and_goes_on_later(
    tmp_path: Path, server: FileServer, web: Web
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        wrong = r"/f.zip: cannot be read or written: File too large; allow .*, and run the same again: it goes on"
        with pytest.raises(DownloadError, match=wrong):
            get(tmp_path, f"{server.url}/f.zip", f"{server.url}/other.zip", web=web)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "f.zip").exists()
    get(tmp_path, f"{server.url}/f.zip", web=web)
    assert [asked.headers.get("Range") for asked in server.log] == [None, "bytes=1000000-"]


def test_more_than_there_is_room_for_is_not_begun(tmp_path: Path, server: FileServer, web: Web) -> None:
    room = shutil.disk_usage(tmp_path).free
    server.inject("/f.zip", Fault(200, {"Content-Length": str(10 * room)}, BODY))
    wrong = rf"/f.zip: cannot be read or written: {10 * room} bytes are still to come, and \d+ are free; make room"
    with pytest.raises(DownloadError, match=wrong):
        get(tmp_path, f"{server.url}/f.zip", f"{server.url}/other.zip", max_bytes=11 * room, web=web)
    assert server.paths == ["/f.zip"]
    assert not (tmp_path / "f.zip.part").exists()


def test_a_folder_of_checksums_that_cannot_be_written_is_named(tmp_path: Path, server: FileServer, web: Web) -> None:
    (tmp_path / "checksums").write_text("a file")
    with pytest.raises(DownloadError, match=rf"^{tmp_path}/checksums: cannot be read or written: "):
        get(tmp_path, f"{server.url}/f.zip", sha256=None, checksums=tmp_path / "checksums/task.json", web=web)
