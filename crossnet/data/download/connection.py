"""The way to servers: proxies, certificates, credentials, and a deadline for every phase of a request."""

import base64
import netrc
import os
import re
import socket
import ssl
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from crossnet.data.download.addresses import WebError
from crossnet.escaping import one_line
from crossnet.urls import redact_urls, redacted, token_variable


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


LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")
QUERY = re.compile(r"([?;&#])[^\s'\"<>]+")
HIDDEN = "..."


def credentials(address: httpx.URL) -> tuple[str, frozenset[str]]:
    """The Authorization header for an address, "" for none, and all that is secret in it.

    The environment's `CROSSNET_TOKEN_<HOST>` is a Bearer token; else what `$NETRC` or ~/.netrc has for the host by its
    name, its `default` never. Raises WebError where that cannot be read, or would be sent without encryption to another
    machine.
    """
    variable = token_variable(address.host)
    token = os.environ.get(variable, "").strip()
    login = None if token else _login(address.host)
    if not token and not login:
        return "", frozenset()
    if address.scheme != "https" and not LOOPBACK.fullmatch(address.host):
        source = variable if token else "netrc"
        raise WebError(f"{redacted(address)}: {source} has a secret for this host; give an address of https to send it")
    if login is None:
        return f"Bearer {token}", frozenset({token})
    user, password = login
    packed = base64.b64encode(f"{user}:{password}".encode()).decode()
    return f"Basic {packed}", frozenset({packed, password} - {""})


def cut(text: str, secrets: Iterable[str]) -> str:
    """A server's words without the secrets that were sent to it, and without the query of any address in them."""
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return QUERY.sub(rf"\1{HIDDEN}", redact_urls(text))


def _login(host: str) -> tuple[str, str] | None:
    """The user and the password of a host in netrc."""
    named = os.environ.get("NETRC")
    try:
        path = Path(named or "~/.netrc").expanduser()
        if not path.is_file():
            return None
        found = netrc.netrc(path).hosts.get(host)
    except netrc.NetrcParseError as error:  # whose words may be a password
        raise WebError(f"{error.filename}: cannot be read from line {error.lineno} on; mend or remove it") from None
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise WebError(f"{named or '~/.netrc'}: cannot be read: {type(error).__name__}; mend or remove it") from None
    return None if found is None else (found[0], found[2] or "")


PROXIES = ("http", "https", "all", "no")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def client(agent: str, deadline: Deadline) -> httpx.Client:
    """A client that follows no redirect and keeps to a deadline; WebError where it cannot use the environment's way."""
    try:
        made = httpx.Client(headers={"User-Agent": agent}, timeout=deadline.seconds, follow_redirects=False)
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        names = [f"{kind.upper()}_PROXY" for kind in PROXIES if getproxies().get(kind)]
        names += [name for name in CERTIFICATES if os.environ.get(name)]
        said = "not an address" if isinstance(error, httpx.InvalidURL) else one_line(error)  # which has parts of it
        raise WebError(f"{', '.join(names)} of the environment: cannot be used: {said}; mend or unset it") from None
    for transport in (made._transport, *made._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):  # None where the environment has no proxy for a host
            transport._pool._network_backend = BoundedBackend(deadline)  # which httpx lets nobody choose
    return made


def by_way_of(address: httpx.URL) -> str:
    """The proxy that the environment has for an address, for an error's line; "" if there is none."""
    proxy = getproxies().get(address.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(address.host):
        return ""
    return f" (by way of the proxy {redacted(proxy if '://' in proxy else f'http://{proxy}')})"
