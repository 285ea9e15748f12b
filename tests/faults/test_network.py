"""What a network, a server and an archive do wrong, each really done; the rows are those of "Network and archives"."""

import datetime
import gzip
import hashlib
import io
import ipaddress
import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crossnet.data.archives.fetch import fetch_archive
from crossnet.data.archives.members import ArchiveError
from crossnet.data.archives.unpack import extract
from crossnet.data.base import Archive
from crossnet.data.download.addresses import WebError
from crossnet.data.download.download import DownloadError, download
from crossnet.data.download.web import Web
from tests.support.datasets import run_at
from tests.support.paths import ROOT
from tests.support.servers import Fault, FileServer, dripping

BODY = np.random.default_rng(0).bytes(4_000_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
BY_HAND = "get it from its authors and put it there"
MOST: dict[str, Any] = {"max_bytes": 10**6, "max_files": 20}


@pytest.fixture
def web() -> Iterator[Web]:
    with Web("crossnet-tests", tries=3, timeout_s=0.4, longest_wait_s=0.1, first_wait_s=0.01) as client:
        yield client


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer({"/f": BODY, "/mirror/f": BODY}) as files:
        yield files


def get(folder: Path, web: Web | None, *urls: str, **changed: Any) -> bytes:
    options: dict[str, Any] = {"sha256": SHA256, "max_bytes": 10**7, "by_hand": BY_HAND, "web": web} | changed
    return download(urls, folder, "f", **options).read_bytes()


def ranges(server: FileServer) -> list[str | None]:
    return [asked.headers.get("Range") for asked in server.log]


def kept(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


# 404: the next mirror, then stops with what to do by hand


def test_404_is_the_next_mirror(tmp_path: Path, server: FileServer, web: Web) -> None:
    assert get(tmp_path, web, f"{server.url}/gone", f"{server.url}/f") == BODY
    assert server.paths == ["/gone", "/f"]


def test_after_the_last_mirror_it_says_what_to_do_by_hand(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(status=500), times=3)
    with pytest.raises(DownloadError) as stopped:
        get(tmp_path, web, f"{server.url}/gone", "http://127.0.0.1:1/f", f"{server.url}/f")
    assert str(stopped.value) == (
        f"{tmp_path}/f: {server.url}/gone: 404 Not Found: no such file; "
        "http://127.0.0.1:1/f: [Errno 111] Connection refused (tried 3 times); "
        f"{server.url}/f: 500 Internal Server Error (tried 3 times); {BY_HAND}"
    )
    assert kept(tmp_path) == set()


# 429, 5xx: Retry-After honoured, capped backoff, a bounded number of tries


def test_limits_and_errors_that_pass_are_waited_for(tmp_path: Path, server: FileServer, web: Web) -> None:
    web.longest_wait_s = 1
    server.inject("/f", Fault(429, {"Retry-After": "1"}), Fault(503))
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert server.log[1].at - server.log[0].at >= 1
    assert len(server.log) == 3


def test_a_server_that_asks_for_too_long_a_wait_is_left(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(503, {"Retry-After": "3600"}))
    assert get(tmp_path, web, f"{server.url}/f", f"{server.url}/mirror/f") == BODY
    assert server.paths == ["/f", "/mirror/f"]


# slow, stalled, cut off in the middle: time-out; resumed or begun again


@pytest.mark.parametrize("fault", [Fault(stall_after=1_500_000), Fault(cut_after=1_500_000)], ids=["stall", "cut"])
def test_what_is_broken_off_goes_on_where_it_was(fault: Fault, tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", fault)
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert ranges(server) == [None, "bytes=1500000-"]
    assert server.log[1].headers["If-Range"] == server.etag("/f")


def test_so_does_a_later_run(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(cut_after=1_000_000), Fault(status=404))
    with pytest.raises(DownloadError):
        get(tmp_path, web, f"{server.url}/f")
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert ranges(server) == [None, "bytes=1000000-", "bytes=1000000-"]


def test_an_answer_that_never_comes_is_a_time_out(tmp_path: Path, web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/f"
        begun = time.monotonic()
        with pytest.raises(DownloadError, match=r"/f: time-out \(tried 3 times\)"):
            get(tmp_path, web, address)
    assert 1.2 <= time.monotonic() - begun < 20


def test_a_trickle_is_as_good_as_a_stall(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.piece, server.pause_s = 4, 0.05
    with pytest.raises(DownloadError, match=r"/f: \d+ bytes in \d+ s, too slow \(broken off 3 times\)"):
        get(tmp_path, web, f"{server.url}/f")


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS: dict[str, tuple[bytes, bytes]] = {  # how an answer begins, and what comes of it again and again
    "a header": (OK + b"X-Long: ", b"y"),
    "headers": (OK, b"X: y\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the size of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n4;", b"x"),
    "bytes": (OK + b"Content-Length: 9999999\r\n\r\n", b"x"),
}


@pytest.mark.parametrize(("begin", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_each_phase_of_an_answer_has_a_deadline(begin: bytes, piece: bytes, tmp_path: Path) -> None:
    begun = time.monotonic()
    with dripping(begin, piece) as address, Web("crossnet-tests", tries=1, timeout_s=0.3) as web:
        with pytest.raises(DownloadError, match=r"/f: (time-out|.* too slow)"):
            get(tmp_path, web, f"{address}/f")
        with pytest.raises(WebError, match=r"/f: (time-out|.* too slow)"):
            web.content(f"{address}/f", 10**7)
    assert time.monotonic() - begun < 10


def test_an_answer_that_is_read_at_once_has_a_deadline_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.data.download.web.LONGEST", 2)
    begin, piece = OK + b"Content-Length: 9999999\r\n\r\n", bytes(1000)
    with (
        dripping(begin, piece) as address,
        Web("crossnet-tests", tries=1, timeout_s=0.3) as web,
        pytest.raises(WebError, match=r"/f: \d+ bytes in 0.6 s, too slow"),
    ):
        web.content(f"{address}/f", 10**7)


def test_a_host_of_many_addresses_that_do_not_answer_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]  # fill the queue, so that nobody else is let in
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        several = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in range(1, 30)]
        found = socket.getaddrinfo
        asked = lambda host, *rest, **more: several if host == "many" else found(host, *rest, **more)  # noqa: E731
        monkeypatch.setattr("crossnet.data.download.connection.socket.getaddrinfo", asked)
        begun = time.monotonic()
        with Web("crossnet-tests", tries=1, timeout_s=0.3) as web, pytest.raises(WebError, match="/f: time-out"):
            web.content(f"http://many:{port}/f", 10)
        for each in waiting:
            each.close()
    assert 0.3 <= time.monotonic() - begun < 3


def test_many_breaks_are_borne_if_each_try_gains_something(tmp_path: Path, server: FileServer, web: Web) -> None:
    web.tries = 2
    server.inject("/f", Fault(cut_after=1_100_000), times=3)
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert len(server.log) == 4


def test_breaks_that_gain_nothing_are_counted(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(cut_after=1000), times=9)
    with pytest.raises(DownloadError, match=r"/f: peer closed connection .* \(broken off 3 times\)"):
        get(tmp_path, web, f"{server.url}/f")
    assert len(server.log) == 3


def test_a_server_that_always_begins_anew_is_not_asked_for_ever(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(cut_after=2_000_000, no_range=True), times=99)
    with pytest.raises(DownloadError, match="broken off"):
        get(tmp_path, web, f"{server.url}/f")
    assert len(server.log) <= 4


@pytest.mark.parametrize(
    ("second", "requests"),
    [
        (Fault(no_range=True), 2),
        (Fault(content_range="bytes 0-3999999/4000000"), 3),
        (Fault(content_range="bytes 1500000-3999999/5000000"), 3),
        (Fault(content_range="bytes 1500000-1600000/4000000"), 3),
        (Fault(content_range="nonsense"), 3),
        (Fault(status=416), 3),
    ],
    ids=["200", "other start", "other total", "not to the end", "nonsense", "416"],
)
def test_without_the_right_range_it_begins_anew(
    second: Fault, requests: int, tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.inject("/f", Fault(cut_after=1_500_000), second)
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert ranges(server) == [None, "bytes=1500000-", None][:requests]


@pytest.mark.parametrize("honest", [True, False])
def test_parts_of_two_files_are_never_joined(honest: bool, tmp_path: Path, server: FileServer, web: Web) -> None:
    server.files["/f"] = bytes(len(BODY))
    server.inject("/f", Fault(cut_after=1_500_000), Fault(status=404))
    with pytest.raises(DownloadError):
        get(tmp_path, web, f"{server.url}/f")
    server.files["/f"] = BODY
    server.inject("/f", Fault(any_etag=not honest))
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert ranges(server)[2:] == (["bytes=1500000-"] if honest else ["bytes=1500000-", None])


@pytest.mark.parametrize(
    ("etags", "dates", "condition"),
    [("weak", True, FileServer.DATE), ("none", True, FileServer.DATE), ("weak", False, None), ("none", False, None)],
)
def test_what_says_that_it_is_the_same_file(
    etags: str, dates: bool, condition: str | None, tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.etags, server.dates = etags, dates
    server.inject("/f", Fault(cut_after=1_500_000))
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert server.log[1].headers.get("If-Range") == condition
    assert ranges(server) == [None, "bytes=1500000-" if condition else None]


def test_a_part_of_one_mirror_is_not_continued_from_another(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(cut_after=1_500_000), Fault(status=404))
    assert get(tmp_path, web, f"{server.url}/f", f"{server.url}/mirror/f") == BODY
    assert ranges(server) == [None, "bytes=1500000-", None]


# more bytes than announced, or than the cap: stops


@pytest.mark.parametrize(
    ("fault", "max_bytes", "wrong"),
    [
        (Fault(announced=3_000_000), 10**7, "more than 3000000 bytes, which is all that was announced or is allowed"),
        (Fault(announced=-1), 3_500_000, "more than 3500000 bytes, which is all that was announced or is allowed"),
        (Fault(), 3_500_000, "announces 4000000 bytes, more than the 3500000 allowed"),
    ],
    ids=["than announced", "than the cap, unannounced", "than the cap, announced"],
)
def test_too_many_bytes_stop_it(
    fault: Fault, max_bytes: int, wrong: str, tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.inject("/f", fault)
    with pytest.raises(DownloadError, match=f"/f: {wrong}; {BY_HAND}"):
        get(tmp_path, web, f"{server.url}/f", max_bytes=max_bytes)
    assert kept(tmp_path) == set()
    assert len(server.log) == 1


def test_a_length_that_is_not_announced_is_no_fault(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(announced=-1))
    assert get(tmp_path, web, f"{server.url}/f") == BODY


def test_what_comes_after_the_announced_end_belongs_to_no_file(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(surplus=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"))
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert web.content(f"{server.url}/mirror/f", 10**7)[0] == BODY


@pytest.mark.parametrize("packing", ["zip", "gz", ""])
def test_an_archive_that_goes_on_after_its_announced_end_is_refused_and_not_remembered(
    packing: str, tmp_path: Path, server: FileServer
) -> None:
    whole = a_zip(("x.png", BODY[:9000])) if packing == "zip" else a_tar(("x.png", BODY[:9000]), packing=packing)
    server.files["/a"] = whole[:8000]
    server.inject("/a", Fault(surplus=whole[8000:]))
    archive = Archive(url=f"{server.url}/a", mirrors=[], sha256=None, max_bytes=10**6)
    run, out = run_at(tmp_path / "store", tmp_path / "c.json"), tmp_path / "out"
    with pytest.raises(
        ArchiveError, match=r"a: .*damaged.*; kept as .*a\.refused, and the next run downloads it again"
    ):
        fetch_archive(archive, "a", run, "its page", out, lambda path: path)
    assert json.loads(run.checksums.read_text()) == {}
    assert list((tmp_path / "out").rglob("*")) == []
    server.files["/a"] = whole
    fetch_archive(archive, "a", run, "its page", out, lambda path: path)
    assert (tmp_path / "out/x.png").read_bytes() == BODY[:9000]


def test_fewer_bytes_than_announced_are_no_file(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/f", Fault(announced=5_000_000), times=3)
    with pytest.raises(DownloadError, match=r"/f: ended after 4000000 of 5000000 bytes"):
        get(tmp_path, web, f"{server.url}/f")
    assert "f" not in kept(tmp_path)


# checksum mismatch: expected and found; the file is not kept


def test_a_wrong_checksum_is_told_and_the_file_is_not_kept(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.files["/f"] = b"something else"
    found = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(DownloadError, match=f"/f: sha256 is {found}, wanted {SHA256}; {BY_HAND}"):
        get(tmp_path, web, f"{server.url}/f")
    assert kept(tmp_path) == set()
    assert get(tmp_path, web, f"{server.url}/f", f"{server.url}/mirror/f") == BODY


# redirect to file://, or from https to http: refused


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/f", "data:,x", "http://[::1"])
def test_a_redirect_out_of_the_web_is_refused(location: str, tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/moved", Fault(302, {"Location": location}), times=3)
    with pytest.raises(DownloadError, match=r"/moved: (redirects to .*(refused: not http|no address)|Invalid URL)"):
        get(tmp_path, web, f"{server.url}/moved")
    assert kept(tmp_path) == set()


def test_a_redirect_from_https_to_http_is_refused(
    tmp_path: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "certificate.pem")))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate.pem")
    with FileServer({"/f": BODY}, tls) as secure, Web("crossnet-tests", tries=1) as web:
        assert web.content(f"{secure.url}/f", 10**7)[0] == BODY
        secure.inject("/down", Fault(301, {"Location": f"{server.url}/f"}))
        with pytest.raises(WebError, match=rf"/down: redirects from https to {server.url}/f, which is refused"):
            web.content(f"{secure.url}/down", 10**7)
        secure.inject("/down", Fault(301, {"Location": f"{server.url}/f"}))
        with pytest.raises(DownloadError, match=r"/down: redirects from https to .*, which is refused"):
            get(tmp_path / "store", web, f"{secure.url}/down", sha256=None, checksums=tmp_path / "c.json")
        assert server.log == []
        assert kept(tmp_path / "store") == set()
        assert not (tmp_path / "c.json").exists()
        server.inject("/up", Fault(301, {"Location": f"{secure.url}/f"}))
        assert web.content(f"{server.url}/up", 10**7)[0] == BODY


def test_redirects_end(tmp_path: Path, server: FileServer, web: Web) -> None:
    server.inject("/round", Fault(302, {"Location": "/round"}), times=99)
    with pytest.raises(DownloadError, match="/round: more than 10 redirects, the last to"):
        get(tmp_path, web, f"{server.url}/round")
    assert len(server.log) == 11
    for n in range(10):
        server.inject(f"/{n}", Fault(302, {"Location": f"/{n + 1}" if n < 9 else "/f"}))
    assert get(tmp_path, web, f"{server.url}/0") == BODY


def certificate(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 in one file, for an hour."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(encoding))
    return path


# archive with .., absolute paths, links, device files, or a bomb: refused whole, nothing written


def a_zip(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("good", b"good")
            for info, body in entries:
                archive.writestr(info, body)
        return file.getvalue()


def a_tar(*entries: tuple[str | tarfile.TarInfo, bytes], packing: str = "gz") -> bytes:
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode=f"w:{packing}") as archive:  # type: ignore[call-overload]
            for info, body in (("good", b"good"), *entries):
                info = tarfile.TarInfo(info) if isinstance(info, str) else info
                info.size = len(body) or info.size
                archive.addfile(info, io.BytesIO(body) if body else None)
        return file.getvalue()


def special(kind: bytes, target: str = "") -> bytes:
    info = tarfile.TarInfo("bad")
    info.type, info.linkname = kind, target
    return a_tar((info, b""))


def zip_of_mode(mode: int) -> bytes:
    info = zipfile.ZipInfo("bad")
    info.create_system, info.external_attr = 3, mode << 16
    return a_zip((info, b"/etc/passwd"))


def encrypted() -> bytes:
    body = bytearray(a_zip(("bad", b"x")))
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


def announcing(size: int) -> bytes:
    """A tar whose member says that it has so many bytes; what follows is cut off."""
    info = tarfile.TarInfo("bad")
    info.size = size
    return a_tar(packing="")[:1024] + info.tobuf(tarfile.GNU_FORMAT)


def many_headers() -> bytes:
    info = tarfile.TarInfo("bad")
    info.type = tarfile.XHDTYPE
    return a_tar((info, bytes(20_000_000)))


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip ..": (lambda: a_zip(("a/../../bad", b"x")), r"'a/../../bad': has a path that goes up"),
    "zip absolute": (lambda: a_zip(("/bad", b"x")), r"'/bad': has an absolute path"),
    "zip drive": (lambda: a_zip(("C:bad", b"x")), r"'C:bad': has an absolute path"),
    "zip backslash": (lambda: a_zip(("..\\bad", b"x")), r"bad': has a backslash"),
    "zip link": (lambda: zip_of_mode(0o120777), r"'bad': is neither a file nor a folder"),
    "zip fifo": (lambda: zip_of_mode(0o010666), r"'bad': is neither a file nor a folder"),
    "zip device": (lambda: zip_of_mode(0o020666), r"'bad': is neither a file nor a folder"),
    "zip encrypted": (encrypted, r"'bad': is encrypted"),
    "zip file as folder": (lambda: a_zip(("good/bad", b"x")), r"to 'good/bad', where 'good' is in its way"),
    "zip folder as file": (lambda: a_zip(("x/bad", b"x"), ("x", b"x")), r"would go to 'x', where 'x/bad' is in"),
    "zip bomb": (lambda: a_zip(("bad", bytes(2_000_000))), r"'bad': with it 2000004 bytes or more, and 1000000 are"),
    "zip of many": (lambda: a_zip(*((f"{n}", b"") for n in range(20))), r"'19': more than the 20 members"),
    "tar ..": (lambda: a_tar(("../bad", b"x")), r"'../bad': has a path that goes up"),
    "tar absolute": (lambda: a_tar(("/bad", b"x")), r"'/bad': has an absolute path"),
    "tar backslash": (lambda: a_tar(("a\\bad", b"x")), r"has a backslash"),
    "tar link": (lambda: special(tarfile.SYMTYPE, "/etc"), r"'bad': is neither a file nor a folder"),
    "tar hard link": (lambda: special(tarfile.LNKTYPE, "good"), r"'bad': is neither a file nor a folder"),
    "tar device": (lambda: special(tarfile.CHRTYPE), r"'bad': is neither a file nor a folder"),
    "tar block device": (lambda: special(tarfile.BLKTYPE), r"'bad': is neither a file nor a folder"),
    "tar fifo": (lambda: special(tarfile.FIFOTYPE), r"'bad': is neither a file nor a folder"),
    "tar twice": (lambda: a_tar(("./good", b"x")), r"'./good': would go to 'good', where 'good' is in its way"),
    "tar bomb": (lambda: a_tar(("bad", bytes(2_000_000))), r"'bad': with it 2000004 bytes or more"),
    "tar of an announced bomb": (lambda: announcing(10**15), r"'bad': with it 1000000000000004 bytes or more"),
    "tar of a negative size": (lambda: announcing(-10**6), r"'bad': with it|is damaged"),
    "tar of headers": (many_headers, r"holds more than is allowed"),
    "gz that goes on": (lambda: gzip.compress(a_tar(packing="") + bytes(20_000_000)), r"holds more than is allowed"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "wrong"), REFUSED.values(), ids=REFUSED)
def test_an_archive_that_may_not_be_is_refused_whole(make: Callable[[], bytes], wrong: str, tmp_path: Path) -> None:
    (tmp_path / "deep" / "in").mkdir(parents=True)
    (tmp_path / "a").write_bytes(make())
    with pytest.raises(ArchiveError, match=rf"^{tmp_path}/a: .*{wrong}"):
        extract(tmp_path / "a", tmp_path / "deep/in/out", **MOST)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "deep", "in"]


def test_a_header_is_not_read_into_memory_however_much_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(many_headers())
    with pytest.raises(ArchiveError, match="holds more than is allowed"):
        extract(tmp_path / "a", tmp_path / "out", max_bytes=10**9, max_files=20)


def test_a_zip_that_understates_a_size_is_damaged(tmp_path: Path) -> None:
    body = bytearray(a_zip(("bad", bytes(5_000_000))))
    place = body.rindex(b"PK\x01\x02") + 24
    body[place : place + 4] = (100).to_bytes(4, "little")
    (tmp_path / "a").write_bytes(body)
    with pytest.raises(ArchiveError, match="is damaged"):
        extract(tmp_path / "a", tmp_path / "out", **MOST)
    assert kept(tmp_path) == {"a"}


@pytest.mark.parametrize("target", ["../bad", "/bad", "."])
def test_nor_does_a_file_go_out_of_the_folder_when_it_is_renamed(target: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(a_zip())
    with pytest.raises(ArchiveError, match=f"'good': would go to '{target}'"):
        extract(tmp_path / "a", tmp_path / "out", **MOST, wanted=lambda path: PurePosixPath(target))
    assert kept(tmp_path) == {"a"}


# run again: no request, no change


@pytest.mark.parametrize("known", [True, False], ids=["known checksum", "recorded checksum"])
def test_run_again_asks_for_nothing_and_changes_nothing(
    known: bool, tmp_path: Path, server: FileServer, web: Web
) -> None:
    options: dict[str, Any] = {"sha256": SHA256 if known else None, "checksums": tmp_path / "c" / "task.json"}
    get(tmp_path, web, f"{server.url}/f", **options)

    def state() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.suffix != ".lock"}

    before, asked = state(), web.count
    assert get(tmp_path, web, f"{server.url}/f", **options) == BODY
    if known:  # or else another address may have another file
        assert get(tmp_path, None, "http://127.0.0.1:1/elsewhere", **options) == BODY
    assert web.count == asked == 1
    assert state() == before


# killed while downloading or extracting: a second run completes it

GET = """
import sys
from pathlib import Path
from crossnet.data.download.download import download
from crossnet.data.download.web import Web
print("ready", flush=True)
url, folder, checksums = sys.argv[1:]
with Web("crossnet-tests", tries=3, timeout_s=10, longest_wait_s=1, first_wait_s=0.1) as web:
    download([url], Path(folder), "f", None, 10**7, "by hand", Path(checksums), web)
"""
EXTRACT = """
import sys
from pathlib import Path
from crossnet.data.archives.unpack import extract
print("ready", flush=True)
extract(Path(sys.argv[1]), Path(sys.argv[2]), 10**8, 10**4)
"""


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill_when(process: subprocess.Popen[str], due: Callable[[], bool], after_s: float) -> None:
    """Kill -9 a process a moment after something is so, or let it end."""
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        while not due() and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(after_s)
        process.kill()
    assert process.returncode in (-9, 0), process.stderr and process.stderr.read()


def test_a_download_killed_at_random_is_completed_to_the_same_bytes(tmp_path: Path, server: FileServer) -> None:
    server.pause_s = 0.004
    rng, resumed = random.Random(0), 0
    for kill in range(6):
        store, checksums = tmp_path / f"{kill}", tmp_path / f"{kill}.json"
        part, asked = store / "f.part", len(server.log)
        sought = rng.randrange(len(BODY)) if kill else len(BODY)  # and once at the end, when it is put into place
        reached = lambda: part.exists() and part.stat().st_size >= sought  # noqa: B023, E731
        kill_when(started(GET, f"{server.url}/f", store, checksums), reached, rng.uniform(0, 0.02))
        assert not (store / "f").exists() or (store / "f").read_bytes() == BODY
        with Web("crossnet-tests", tries=2) as web:
            assert get(store, web, f"{server.url}/f", sha256=None, checksums=checksums) == BODY
        resumed += any(ranges(server)[asked:])
        assert kept(store) == {"f", "f.json"}
        assert json.loads(checksums.read_text()) == {"f": {f"{server.url}/f": {"sha256": SHA256, "bytes": len(BODY)}}}
    assert resumed >= 4


def test_a_download_killed_when_all_of_it_was_there_asks_for_nothing(
    tmp_path: Path, server: FileServer, web: Web
) -> None:
    server.inject("/f", Fault(cut_after=1_500_000), Fault(status=404))
    with pytest.raises(DownloadError):
        get(tmp_path, web, f"{server.url}/f")
    (tmp_path / "f.part").write_bytes(BODY)  # as it is between its last byte and its taking
    asked = web.count
    assert get(tmp_path, web, f"{server.url}/f") == BODY
    assert web.count == asked
    assert kept(tmp_path) == {"f", "f.json"}


def test_a_download_killed_again_and_again_comes_to_its_end(tmp_path: Path, server: FileServer) -> None:
    server.pause_s = 0.004
    checksums, part, size = tmp_path / "c.json", tmp_path / "f.part", 0
    for _ in range(3):
        sought = size + 700_000
        reached = lambda: part.exists() and part.stat().st_size >= sought  # noqa: B023, E731
        kill_when(started(GET, f"{server.url}/f", tmp_path, checksums), reached, 0)
        size = part.stat().st_size
        assert BODY.startswith(part.read_bytes())
    assert get(tmp_path, None, f"{server.url}/f", sha256=None, checksums=checksums) == BODY
    assert [asked.headers.get("Range") is None for asked in server.log] == [True] + [False] * 3


def test_an_extraction_killed_at_random_is_completed_to_the_same_bytes(tmp_path: Path) -> None:
    rng, unfinished = random.Random(0), 0
    files = {f"{n % 7}/{n}.jpg": rng.randbytes(2000) for n in range(600)}
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for name, body in files.items():
            opened.writestr(name, body)
    for kill in range(5):
        folder = tmp_path / f"{kill}" / "out"
        partial = folder.with_name(".out.filling")
        sought = str(list(files)[rng.randrange(len(files)) if kill else -1])
        reached = lambda: (partial / sought).exists()  # noqa: B023, E731
        kill_when(started(EXTRACT, archive, folder), reached, rng.uniform(0, 0.002))
        unfinished += partial.exists() and not folder.exists()
        for _ in range(2):
            if not folder.exists():  # so that a folder that is there is taken for whole
                assert extract(archive, folder, 10**8, 10**4) == len(files)
            found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jpg")}
            assert found == files
        assert kept(folder.parent) <= {"out"}
    assert unfinished >= 3


# the disk is full: stops in one line, and goes on when there is room

FULL = """
mount -t tmpfs -o size=2m tmpfs store || exit 77
"$@"; status=$?
find store -type f -not -name '.*' -not -name '*.json' -printf 'left: %f %s\\n' >&2
exit $status
"""


def on_a_small_disk(folder: Path, script: str, *arguments: object) -> list[str]:
    """What a script says at last that fails where `store` is a disk of 2 MiB, and then the files that are on it."""
    (folder / "store").mkdir()
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL, "sh", sys.executable, "-c", script]
        + [str(each) for each in arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    return lines[max(place for place, line in enumerate(lines) if "Error: " in line) :]


@pytest.mark.parametrize(
    ("announced", "wrong", "left"),
    [
        (None, "4000000 bytes are still to come, and [12][0-9]{6} are free", []),
        (-1, "No space left on device", [r"left: f.part [12]\d{6}"]),
    ],
)
def test_a_disk_that_fills_stops_a_download(
    announced: int | None, wrong: str, left: list[str], tmp_path: Path, server: FileServer
) -> None:
    server.inject("/f", Fault(announced=announced))
    said = on_a_small_disk(tmp_path, GET, f"{server.url}/f", "store", tmp_path / "c.json")
    wanted = [
        rf".*DownloadError: store/f: cannot be read or written: {wrong}; make room .*, and run the same again",
        *left,
    ]
    assert len(said) == len(wanted)
    assert all(re.match(pattern, line) for pattern, line in zip(wanted, said, strict=True))
    assert len(server.log) == 1
    assert not (tmp_path / "c.json").exists()


@pytest.mark.parametrize(
    ("count", "size", "wrong"),
    [(520, 4200, "its files have 2184004 bytes, and [12][0-9]{6} are free"), (600, 1, "No space left on device")],
)
def test_a_disk_that_fills_stops_an_extraction_of_which_nothing_is_left(
    count: int, size: int, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(a_tar(*((f"{n}", bytes(size)) for n in range(count)), packing="")))
    (said,) = on_a_small_disk(tmp_path, EXTRACT, "a", "store/out")
    assert re.match(rf".*ExtractionError: a: cannot be extracted: [^ ]*store/out[^ ]*: {wrong}; make room", said)


# two at once


def test_two_processes_fetch_it_once(tmp_path: Path, server: FileServer) -> None:
    server.pause_s = 0.01
    both = [started(GET, f"{server.url}/f", tmp_path, tmp_path / "c.json") for _ in range(2)]
    told = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("another process is fetching it, waiting" in each for each in told) == 1
    assert len(server.log) == 1
    assert (tmp_path / "f").read_bytes() == BODY


def test_two_extractions_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(a_zip(*((f"{n}", b"x" * 9) for n in range(400))))
    done: list[int] = []
    work = lambda: done.append(extract(tmp_path / "a", tmp_path / "out", 10**6, 1000))  # noqa: E731
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [401] * 4
    assert kept(tmp_path) == {"a", "out"}
    assert len(list((tmp_path / "out").iterdir())) == 401
