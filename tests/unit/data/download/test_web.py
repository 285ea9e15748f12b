"""The client is asked for what a server gives; what goes wrong on the way is in tests/faults/test_network.py."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise

import pytest

from crossnet.data.download.addresses import WebError
from crossnet.data.download.web import Web
from tests.support.servers import Asked, Fault, FileServer, Server, send, send_json

AGENT = "crossnet-tests (tests@example.org)"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(AGENT, tries=3, timeout_s=2, longest_wait_s=0.5, first_wait_s=0.01) as client:
        yield client


@pytest.fixture
def files() -> Iterator[FileServer]:
    with FileServer({"/a": b"abc", "/b": b"x" * 100}) as server:
        yield server


class Echo(Server):
    """Answers with what it was asked."""

    def answer(self, asked: Asked, to: BaseHTTPRequestHandler) -> None:
        send_json(to, {"query": asked.query, "headers": dict(asked.headers)})


def test_json_carries_parameters_headers_and_the_agent(web: Web) -> None:
    with Echo() as server:
        asked = {"gsrsearch": "filetype:bitmap elephant", "page": 2, "iiprop": "url|size"}
        answer = web.json(f"{server.url}/w/api.php?kept=1", asked, {"Authorization": "Bearer t"})
    assert answer["query"] == {
        "kept": ["1"], "gsrsearch": ["filetype:bitmap elephant"], "page": ["2"], "iiprop": ["url|size"],
    }  # fmt: skip
    assert answer["headers"]["User-Agent"] == AGENT
    assert answer["headers"]["Authorization"] == "Bearer t"
    assert web.count == 1


def test_content_is_the_bytes_and_the_headers(web: Web, files: FileServer) -> None:
    body, headers = web.content(f"{files.url}/a", max_bytes=3)
    assert body == b"abc"
    assert headers["etag"] == files.etag("/a")


@pytest.mark.parametrize("fault", [Fault(), Fault(announced=50)], ids=["announced", "not announced"])
def test_content_of_more_than_is_allowed_is_refused(web: Web, files: FileServer, fault: Fault) -> None:
    files.inject("/b", fault)
    with pytest.raises(WebError, match=r"/b: .*more than the 99 (bytes )?allowed"):
        web.content(f"{files.url}/b", max_bytes=99)
    assert web.count == 1


def test_compressed_content_is_bounded_by_what_it_unpacks_to(web: Web, files: FileServer) -> None:
    bomb = gzip.compress(bytes(10**6))
    files.inject("/a", Fault(200, {"Content-Encoding": "gzip", "Content-Length": str(len(bomb))}, bomb))
    with pytest.raises(WebError, match="more than the 5000 bytes allowed"):
        web.content(f"{files.url}/a", max_bytes=5000)


def test_no_json_is_an_error(web: Web, files: FileServer) -> None:
    with pytest.raises(WebError, match=r"/a: answered no JSON: Expecting value"):
        web.json(f"{files.url}/a")


def test_a_client_error_stops_at_once_with_the_servers_reason(web: Web, files: FileServer) -> None:
    files.inject("/a", Fault(400, body=b'{"detail": "page_size:\n at most 20"}'))
    with pytest.raises(WebError) as stopped:
        web.json(f"{files.url}/a")
    assert str(stopped.value) == f'{files.url}/a: 400 Bad Request: {{"detail": "page_size: at most 20"}}'
    assert stopped.value.status == 400
    assert web.count == 1


def test_an_answer_that_says_to_come_back_later_is_asked_for_again(web: Web, files: FileServer) -> None:
    files.files["/a"] = b"[1]"
    files.inject("/a", Fault(200, {"Retry-After": "0", "Content-Length": "17"}, b'{"error": "lag"}\n'))
    assert web.json(f"{files.url}/a") == [1]
    assert web.count == 2


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(web: Web, files: FileServer, status: int) -> None:
    web.longest_wait_s = 2
    files.inject("/a", Fault(status, {"Retry-After": "1"}))
    web.content(f"{files.url}/a", 10)
    first, second = files.log
    assert 1 <= second.at - first.at < 10


def test_retry_after_may_be_a_date(web: Web, files: FileServer) -> None:
    web.longest_wait_s = 5
    date = format_datetime(
        datetime.now(UTC) + timedelta(seconds=2), usegmt=True
    )  # of whole seconds, so 1 to 2 from now
    files.inject("/a", Fault(429, {"Retry-After": date}))
    web.content(f"{files.url}/a", 10)
    first, second = files.log
    assert 0.9 < second.at - first.at < 10


def test_retry_after_that_is_nonsense_or_past_is_the_backoff(web: Web, files: FileServer) -> None:
    for said in ("soon", "-3", "Mon, 01 Jan 2024 00:00:00 GMT"):
        files.inject("/a", Fault(429, {"Retry-After": said}))
    web.tries = 4
    assert web.content(f"{files.url}/a", 10)[0] == b"abc"


def test_longer_than_is_allowed_is_not_waited_for(web: Web, files: FileServer) -> None:
    files.inject("/a", Fault(429, {"Retry-After": "86400"}))
    begun = time.monotonic()
    with pytest.raises(
        WebError, match=r"429 Too Many Requests, asks to wait 86400 s, more than 0.5 s: try again later"
    ):
        web.content(f"{files.url}/a", 10)
    assert time.monotonic() - begun < 0.5
    assert web.count == 1


def test_backoff_doubles_up_to_its_cap(web: Web, files: FileServer) -> None:
    web.tries, web.first_wait_s, web.longest_wait_s = 5, 0.1, 0.2
    files.inject("/a", Fault(500), times=4)
    web.content(f"{files.url}/a", 10)
    times = [asked.at for asked in files.log]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert all(wait >= due for wait, due in zip(waits, (0.1, 0.2, 0.2, 0.2), strict=True))
    assert waits[3] < 0.7  # 0.8 without a cap


def test_a_password_is_neither_shown_nor_taken_along_to_another_host(web: Web) -> None:
    with Echo() as other, FileServer({}) as files:
        files.inject("/a", Fault(302, {"Location": f"{other.url}/b"}))
        address = files.url.replace("http://", "http://user:secret@")
        seen = web.json(f"{address}/a", headers={"Authorization": "Bearer t", "X-Kind": "kept"})["headers"]
        assert "Authorization" not in seen
        assert seen["X-Kind"] == "kept"
        with pytest.raises(WebError) as stopped:
            web.json(f"{address}/b")
        assert "secret" not in str(stopped.value)


def test_a_token_that_cannot_be_sent_is_not_shown(web: Web, files: FileServer) -> None:
    for token in ("secret\n", "secret€"):
        with pytest.raises(WebError, match="a header cannot be sent, of Authorization") as stopped:
            web.json(f"{files.url}/a", headers={"Authorization": token})
        assert "secret" not in str(stopped.value)


@pytest.mark.parametrize("address", ["ftp://a/b", "file:///etc/passwd", "nothing", "http://", "http://[::1"])
def test_what_is_no_address_of_the_web_is_refused(web: Web, address: str) -> None:
    with pytest.raises(WebError, match="not an address"):
        web.json(address)
    assert web.count == 0


def test_a_relative_redirect_is_followed(web: Web, files: FileServer) -> None:
    files.inject("/deep/a", Fault(301, {"Location": "../a"}))
    assert web.content(f"{files.url}/deep/a", 10)[0] == b"abc"
    assert files.paths == ["/deep/a", "/a"]


def test_whitespace_of_an_answer_makes_no_second_line(web: Web) -> None:
    class Refuses(Server):
        def answer(self, asked: Asked, to: BaseHTTPRequestHandler) -> None:
            send(to, 403, b"no:\r\n  not\tyou\n")

    with Refuses() as server, pytest.raises(WebError, match=r"403 Forbidden: no: not you$"):
        web.json(f"{server.url}/a")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", "socksio"),
        ("HTTPS_PROXY", "ftp://me:secret@127.0.0.1:9", "Unknown scheme for proxy URL"),
        ("HTTP_PROXY", "http://me:secret@[::1", "not an address"),
        ("HTTPS_PROXY", "http://me:secret/more@127.0.0.1:9", "not an address"),
        ("SSL_CERT_FILE", "/no/such/file", "No such file or directory"),
    ],
)
def test_an_environment_that_cannot_be_used_is_one_line(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(
        WebError, match=rf"^[^\n]*{name}[^\n]* of the environment: cannot be used: [^\n]*{said}"
    ) as stopped:
        Web(AGENT)
    assert "secret" not in str(stopped.value)
    assert str(stopped.value).endswith("; mend or unset it")


def test_a_proxy_is_used_and_named_where_it_fails(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(each, raising=False)
    with FileServer({"/a": b"abc"}) as proxy:
        proxy.files["http://elsewhere.invalid/a"] = b"by way of it"
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://me:secret@"))
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://me:secret@"))
        with Web(AGENT, tries=1) as other:
            assert other.count == 0
            with pytest.raises(WebError, match="404"):
                other.content("http://elsewhere.invalid/b", 99)
        assert proxy.log[0].headers["Proxy-Authorization"].startswith("Basic ")
    with Web(AGENT, tries=1) as other, pytest.raises(WebError) as stopped:
        other.content("http://elsewhere.invalid/a", 99)
    assert str(stopped.value) == (
        f"http://elsewhere.invalid/a: [Errno 111] Connection refused (by way of the proxy {proxy.url}) (tried 1 times)"
    )


def test_a_wait_beyond_all_measure_is_a_year(web: Web, files: FileServer) -> None:
    for after in ("9" * 30, "Fri, 31 Dec 9999 23:59:59 GMT"):
        files.inject("/a", Fault(429, {"Retry-After": after}))
        with pytest.raises(WebError, match="asks to wait 31622400 s") as stopped:
            web.content(f"{files.url}/a", 10)
        assert stopped.value.after_s == 366 * 86400


@pytest.mark.parametrize(
    "address",
    ["http://me:secret@[::1/a?b=c", "ftp://me:secret@host/a", "//me:secret@host/a", "http://h/a?key=secret#s[ecret"],
)
def test_nothing_secret_is_shown_of_what_is_no_address(web: Web, address: str) -> None:
    with pytest.raises(WebError) as stopped:
        web.content(address.replace("http://h/", "http://127.0.0.1:1/"), 10)
    assert "secret" not in str(stopped.value)


def test_a_redirect_shows_no_token(web: Web, files: FileServer) -> None:
    for onward in ("ftp://me:secret@host/?token=secret", "http://me:secret@host:port/?token=secret"):
        files.inject("/moved", Fault(302, {"Location": onward}))
        with pytest.raises(WebError) as stopped:
            web.content(f"{files.url}/moved", 10)
        assert "secret" not in str(stopped.value)
