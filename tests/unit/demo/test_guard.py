"""What is passed on to the page's application, and what is answered with a line."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from crossnet.demo.guard import API, MAX_EVENT, ROOM, UPLOAD, Guard, is_loopback

HOST = "127.0.0.1:7860"
REFUSED = b"no event, or one that names a file which was not uploaded\n"


def ask(
    path: str,
    method: str = "GET",
    body: bytes = b"",
    listens: str = "127.0.0.1",
    told: bool = True,
    **headers: str,
) -> tuple[int, bytes, list[bytes]]:
    """Status and body of the answer, and the bodies that were passed on; without `told` the length is not declared."""
    passed: list[bytes] = []
    sent: list[Any] = []
    half = len(body) // 2
    parts = [{"type": "http.request", "body": body[:half], "more_body": True}]
    parts.append({"type": "http.request", "body": body[half:], "more_body": False})

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        passed.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"host": HOST} | ({"content-length": str(len(body))} if told else {}) | headers
    raw = [(key.encode(), value.encode()) for key, value in given.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": raw}
    asyncio.run(Guard(app, listens, max_bytes=1000, uploads=Path("/tmp/it"))(scope, receive, send))
    assert any(key == b"content-security-policy" for key, _ in sent[0]["headers"])
    return sent[0]["status"], sent[1]["body"], passed


@pytest.mark.parametrize("path", ["/", "/config", "/assets/a.js", f"{API}/file=/tmp/x.png", f"{API}/heartbeat/a1"])
def test_the_pages_own_addresses_are_passed_on(path: str) -> None:
    assert ask(path)[:2] == (200, b"ok")


@pytest.mark.parametrize(
    "path",
    ["/monitoring", "/login", f"{API}/proxy=https://x.hf.space/", f"{API}/vibe-edit", f"{API}/run/0", f"{API}/info",
     f"{API}/stream/1", f"{API}/process_recording", f"{API}/component_server", "//", "/config/../login"],
)  # fmt: skip
def test_no_other_address_is(path: str) -> None:
    assert ask(path) == (404, b"no such address\n", [])


@pytest.mark.parametrize(
    ("listens", "headers", "status"),
    [
        ("127.0.0.1", {"host": "localhost:7860"}, 200),
        ("::1", {"host": "[::1]:7860"}, 200),
        ("127.0.0.1", {"host": "evil.example"}, 403),  # a name of others that leads here
        ("127.0.0.1", {"host": ""}, 403),
        ("0.0.0.0", {"host": "demo.example"}, 200),
        ("127.0.0.1", {"origin": f"http://{HOST}"}, 200),
        ("127.0.0.1", {"origin": "http://evil.example"}, 403),
        ("127.0.0.1", {"origin": "null"}, 403),
    ],
)
def test_the_server_answers_to_its_own_address_and_page_alone(
    listens: str, headers: dict[str, str], status: int
) -> None:
    assert ask("/", listens=listens, **headers)[0] == status


@pytest.mark.parametrize(("path", "most"), [(UPLOAD, 1000 + ROOM), (f"{API}/queue/join", MAX_EVENT)])
@pytest.mark.parametrize("told", [True, False])
def test_a_request_is_bounded_whether_it_tells_its_length_or_not(path: str, most: int, told: bool) -> None:
    body = json.dumps("x" * (most - 2)).encode()
    assert ask(path, "POST", body, told=told)[::2] == (200, [body])
    assert ask(path, "POST", body + b" ", told=told) == (413, f"more than {most} bytes\n".encode(), [])


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30])
def test_an_odd_length_is_refused(length: str) -> None:
    assert ask(UPLOAD, "POST", b"x", **{"content-length": length})[0] == 413


@pytest.mark.parametrize(
    "path",
    ["http://169.254.169.254/x.png", "/etc/passwd", "/tmp/it/../x.png", "x.png", "/tmp/it\0", "/tmp/items/x.png"],
)
def test_no_other_file_than_an_upload_is_read_and_no_address_fetched(path: str) -> None:
    body = json.dumps({"data": [None, [{"path": path, "meta": {"_type": "gradio.FileData"}}]]}).encode()
    status, line, passed = ask(f"{API}/queue/join", "POST", body)
    assert (status, line, passed) == (400, REFUSED, [])


@pytest.mark.parametrize("body", [b"{", b"[" * 10**5])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    assert ask(f"{API}/queue/join", "POST", body)[0] == 400


def test_an_uploaded_file_is_named_by_its_path() -> None:
    body = json.dumps({"data": [{"path": "/tmp/it/a.png", "meta": {}}]}).encode()
    assert ask(f"{API}/queue/join", "POST", body)[::2] == (200, [body])


@pytest.mark.parametrize(
    ("name", "is_it"), [("localhost", True), ("::1", True), ("127.9.9.9", True), ("10.0.0.1", False)]
)
def test_loopback(name: str, is_it: bool) -> None:
    assert is_loopback(name) is is_it
