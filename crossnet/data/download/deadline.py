"""A deadline for each phase of a request: connecting, the header of an answer, each part of its body.

A time-out of httpx bounds a single read, so a server that sends one byte now and then keeps a request alive for ever.
Here all reads of one phase share what is left of it.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class Deadline:
    """When the phase that has begun has to end; each phase may last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begin()

    def begin(self) -> None:
        """Begin the next phase."""
        self._at = time.monotonic() + self.seconds

    def left_s(self, expired: type[Exception]) -> float:
        """The seconds that are left. Raises `expired` where none are."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise expired(f"took more than {self.seconds:g} s")
        return left


class BoundedBackend(httpcore.NetworkBackend):
    """Connections of httpcore that end at a deadline, whatever time-outs they are called with."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline, self._backend = deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers; the next phase begins then."""
        refused: httpcore.ConnectError | None = None
        for address in _resolved(host, port):
            left = self._deadline.left_s(httpcore.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except httpcore.ConnectError as error:
                refused = error
            else:
                self._deadline.begin()
                return _BoundedStream(stream, self._deadline)
        raise refused or httpcore.ConnectError(f"{host}: has no address")


class _BoundedStream(httpcore.NetworkStream):
    """One connection."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left_s(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left_s(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left_s(httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, each once, in the resolver's order. Raises httpcore.ConnectError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
