"""The way out to servers, as the environment has it: proxies and certificates."""

import os
from urllib.request import getproxies, proxy_bypass

import httpx

from crossnet.data.download.deadline import BoundedBackend, Deadline
from crossnet.data.download.errors import WebError
from crossnet.escaping import one_line
from crossnet.urls import redacted

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
