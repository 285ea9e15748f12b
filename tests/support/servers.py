"""Loopback servers for tests: a base that logs what it is asked, and one of files that can do everything wrong."""

import hashlib
import json
import socket
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: its path without the query, the query's values, its headers, and when it came (monotonic)."""

    path: str
    query: Mapping[str, list[str]]
    headers: Message
    at: float


class Server:
    """A loopback server while its context lasts; a subclass says in `answer` what it answers.

    `log` is what was asked, in order. An error in `answer` is raised when the context ends.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.log: list[Asked] = []
        self.ending = threading.Event()
        self._tls = tls
        self._errors: list[BaseException] = []
        self._open: set[socket.socket] = set()

    def answer(self, asked: Asked, to: BaseHTTPRequestHandler) -> None:
        """Write one whole answer, or what is wrong about it."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Scheme, host and port, with no slash at the end."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._http.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [asked.path for asked in self.log]

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def setup(self) -> None:
                outer._open.add(self.request)
                super().setup()

            def finish(self) -> None:
                outer._open.discard(self.request)
                super().finish()

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = Asked(parts.path, parse_qs(parts.query), self.headers, time.monotonic())
                outer.log.append(asked)
                outer.answer(asked, self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Http(ThreadingHTTPServer):
            daemon_threads = False  # so that closing joins them

            def handle_error(self, request: Any, client_address: Any) -> None:
                error = sys.exc_info()[1]
                if error and not isinstance(error, ConnectionError | TimeoutError | ssl.SSLError):
                    outer._errors.append(error)

        self._http = Http(("127.0.0.1", 0), Handler)
        if self._tls:
            self._http.socket = self._tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.ending.set()
        self._http.shutdown()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        if self._errors and kind is None:
            raise self._errors[0]


@contextmanager
def dripping(begin: bytes, piece: bytes, pause_s: float = 0.02) -> Iterator[str]:
    """The address of a loopback server whose answer begins well, and then goes on piece by piece without an end."""
    ending = threading.Event()

    def answer(to: socket.socket) -> None:
        with to, suppress(OSError):
            to.recv(9999)
            to.sendall(begin)
            while not ending.wait(pause_s):
                to.sendall(piece)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=answer, args=(listening.accept()[0],)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads = [threading.Thread(target=serve)]
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ending.set()
            listening.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def send(to: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
    """A whole, honest answer."""
    to.send_response(status)
    for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        to.send_header(key, value)
    to.end_headers()
    to.wfile.write(body)


def send_json(
    to: BaseHTTPRequestHandler, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    """A whole answer that is JSON."""
    send(to, status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer; of a field that is None or false nothing is.

    `status` and `headers` are sent in place of the file. `stall_after` and `cut_after` send so many bytes of the body,
    and then nothing more, or close. `announced` is the Content-Length that is claimed, in front of a body in chunks
    which it does not bound; if it is negative none is claimed. `surplus` comes after the body. `no_range` answers 200
    to a request for a range; `content_range` is the one that is claimed; `any_etag` sends a range whatever If-Range
    says.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stall_after: int | None = None
    cut_after: int | None = None
    announced: int | None = None
    surplus: bytes = b""
    no_range: bool = False
    content_range: str | None = None
    any_etag: bool = False


class FileServer(Server):
    """Files under paths, with ETag, Last-Modified and ranges; the faults of a path are used up one a request.

    `etags` is "strong", "weak" or "none"; `dates` whether there is a Last-Modified; each piece of `piece` bytes is
    followed by a pause of `pause_s`.
    """

    DATE = "Mon, 01 Jan 2024 00:00:00 GMT"

    def __init__(self, files: Mapping[str, bytes], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.files = dict(files)
        self.etags, self.dates = "strong", True
        self.piece, self.pause_s = 1 << 16, 0.0
        self._faults: defaultdict[str, list[Fault]] = defaultdict(list)

    def inject(self, path: str, *faults: Fault, times: int = 1) -> None:
        """The next answers at a path have these faults, one after the other, `times` times over."""
        self._faults[path] += [*faults] * times

    def etag(self, path: str) -> str | None:
        """The ETag of a file as it is now."""
        tag = f'"{hashlib.sha1(self.files[path]).hexdigest()[:12]}"'
        return {"strong": tag, "weak": f"W/{tag}", "none": None}[self.etags]

    def answer(self, asked: Asked, to: BaseHTTPRequestHandler) -> None:
        """The file or a part of it, or the next fault."""
        fault = self._faults[asked.path].pop(0) if self._faults[asked.path] else Fault()
        if fault.status is not None:
            send(to, fault.status, fault.body, fault.headers)
        elif asked.path not in self.files:
            send(to, 404, b"no such file")
        else:
            self._send_file(asked, to, fault)

    def _send_file(self, asked: Asked, to: BaseHTTPRequestHandler, fault: Fault) -> None:
        whole, etag = self.files[asked.path], self.etag(asked.path)
        start = self._start(asked, fault)
        if start is not None and start >= len(whole):
            send(to, 416, b"", {"Content-Range": f"bytes */{len(whole)}"})
            return
        body = whole[start or 0 :]
        to.send_response(200 if start is None else 206)
        if start is not None:
            claimed = fault.content_range or f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            to.send_header("Content-Range", claimed)
        if etag:
            to.send_header("ETag", etag)
        if self.dates:
            to.send_header("Last-Modified", self.DATE)
        if fault.announced is None or fault.announced >= 0:
            to.send_header("Content-Length", str(len(body) if fault.announced is None else fault.announced))
        if fault.announced is not None:
            to.send_header("Transfer-Encoding", "chunked")
        to.end_headers()
        self._send_body(body, to, fault)

    def _start(self, asked: Asked, fault: Fault) -> int | None:
        """Where the range that is asked for starts, or None for the whole file."""
        wanted = asked.headers.get("Range", "")
        condition = asked.headers.get("If-Range")
        met = condition in (None, self.etag(asked.path) if self.etags == "strong" else None, self.dates and self.DATE)
        if not wanted or fault.no_range or not (met or fault.any_etag):
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send_body(self, body: bytes, to: BaseHTTPRequestHandler, fault: Fault) -> None:
        limit = min((n for n in (fault.stall_after, fault.cut_after) if n is not None), default=len(body))
        for begin in range(0, limit, self.piece):
            piece = body[begin : min(begin + self.piece, limit)]
            to.wfile.write(piece if fault.announced is None else b"%x\r\n%s\r\n" % (len(piece), piece))
            if self.pause_s:
                self.ending.wait(self.pause_s)
        if fault.announced is not None:
            to.wfile.write(b"0\r\n\r\n")
        if fault.surplus:
            to.wfile.write(fault.surplus)
        if fault.stall_after is not None:
            self.ending.wait(20)
        if fault.stall_after is not None or fault.cut_after is not None or fault.surplus:
            to.close_connection = True
