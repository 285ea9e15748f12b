"""The base of the fake services: it tells what it was asked, serves files, and misbehaves when told to."""

import io
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from crossnet.data.download.web import Web
from tests.support.servers import Asked, Server, send

AGENT = "crossnet-tests/1 (https://example.org; tests@example.org)"


@dataclass
class Answer:
    """What is answered, `slow_s` seconds late; as a fault of status 0, what would be without it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    slow_s: float = 0.0


class Loopback(Server):
    """Answers from `files`; `faults` go first, each to one request whose path begins with what stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[tuple[str, Answer]] = []
        self.files: dict[str, Answer] = {}
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._clients = ExitStack()

    def reply(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        """A file that is served, or 404; services answer more."""
        return self.files.get(asked.path, Answer(404, b"no such file"))

    def answer(self, asked: Asked, to: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            at = next((i for i, (path, _) in enumerate(self.faults) if asked.path.startswith(path)), None)
            query = {key: values[0] for key, values in asked.query.items()}
            fault = Answer(0) if at is None else self.faults.pop(at)[1]
            answer = fault if fault.status else self.reply(asked, query)
        self.ending.wait(fault.slow_s)
        with self._lock:
            self.at_once -= 1
        wire, to.wfile = to.wfile, io.BytesIO()
        send(to, answer.status, answer.body, answer.headers)
        wire.write(to.wfile.getvalue())  # in one piece: TCP delays the second of two small ones
        to.wfile = wire

    def web(self, tries: int = 3, timeout_s: float = 5.0, longest_wait_s: float = 2.0, agent: str = AGENT) -> Web:
        """A client that is soon tired of waiting, closed with the server."""
        return self._clients.enter_context(
            Web(agent=agent, tries=tries, timeout_s=timeout_s, longest_wait_s=longest_wait_s, first_wait_s=0.01)
        )

    def __exit__(self, *raised: Any) -> None:
        self._clients.close()
        super().__exit__(*raised)
