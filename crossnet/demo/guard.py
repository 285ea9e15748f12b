"""What stands between the network and the page: bounded requests to the page's own addresses, from the page itself.

The web framework below has more addresses than the page uses (a proxy, file recordings, an editor). Only those in
ALLOWED are passed on.
"""

import ipaddress
import json
import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/gradio_api"
UPLOAD = f"{API}/upload"
ALLOWED = re.compile(
    rf"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/(assets|static|svelte)/.+"
    rf"|{API}/(upload|upload_progress|queue/join|queue/data|cancel|reset|startup-events|heartbeat/\w+|file=.+)"
)
MAX_EVENT = 2**20  # bytes of a request that is no upload
ROOM = 2**16  # bytes of an upload around its file
POLICY = (
    "default-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; manifest-src 'self'; worker-src 'self' blob:"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: App, host: str, max_bytes: int, uploads: Path) -> None:
        """Wrap an application.

        Args:
            app: the application.
            host: that the server listens on; a loopback address is asked for by a loopback name alone.
            max_bytes: of a file.
            uploads: the folder of uploaded files; an event may name these and no other file.
        """
        self._app, self._is_loopback, self._max_bytes = app, is_loopback(host), max_bytes
        self._uploads = uploads.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a line."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        most = self._max_bytes + ROOM if scope["path"] == UPLOAD else MAX_EVENT
        if refusal := self._refusal(scope["path"], headers, most):
            await _answer(send, *refusal)
            return
        body = b""
        if scope["method"] == "POST":
            chunks: list[bytes] = []
            more, size = True, 0
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return
                chunks.append(message.get("body", b""))
                size, more = size + len(chunks[-1]), message.get("more_body", False)
                if size > most:
                    await _answer(send, 413, f"more than {most} bytes")
                    return
            body = b"".join(chunks)
            if scope["path"] != UPLOAD and not self._names_uploads_alone(body):
                await _answer(send, 400, "no event, or one that names a file which was not uploaded")
                return

        given = False

        async def replay() -> Message:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self._app(scope, replay if scope["method"] == "POST" else receive, with_headers)

    def _refusal(self, path: str, headers: dict[str, str], most: int) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._is_loopback and not is_loopback(urlsplit(f"//{host}").hostname or ""):
            return 403, "this server answers to its own address only"
        if (origin := headers.get("origin")) and urlsplit(origin).netloc != host:
            return 403, "this server answers to its own page only"
        if not ALLOWED.fullmatch(path):
            return 404, "no such address"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return 413, f"more than {most} bytes"
        return None

    def _names_uploads_alone(self, body: bytes) -> bool:
        """Whether an event is JSON, and each file in it is an uploaded one: the framework would read any."""
        try:
            return all(
                Path(path).resolve().is_relative_to(self._uploads) for path in _paths(json.loads(body or b"null"))
            )
        except (ValueError, RecursionError, OSError, RuntimeError):
            return False


def is_loopback(host: str) -> bool:
    """Whether a name or address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _answer(send: Send, status: int, line: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{line}\n".encode()})


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(path := value.get("path"), str):
            yield path
        for each in value.values():
            yield from _paths(each)
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each)
