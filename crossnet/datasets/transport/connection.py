"""The way out to servers, as the environment has it: proxies and certificates."""

import os
from urllib.request import getproxies, proxy_bypass

import httpx

from crossnet.datasets.transport.addresses import shown
from crossnet.datasets.transport.errors import WebError

PROXIES = ("http", "https", "all", "no")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def client(agent: str, timeout_s: float) -> httpx.Client:
    """A client that follows no redirect; WebError where it cannot use what the environment says."""
    try:
        return httpx.Client(headers={"User-Agent": agent}, timeout=timeout_s, follow_redirects=False)
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        names = [f"{kind.upper()}_PROXY" for kind in PROXIES if getproxies().get(kind)]
        names += [name for name in CERTIFICATES if os.environ.get(name)]
        said = " ".join(str(error).split())
        raise WebError(f"{', '.join(names)} of the environment: cannot be used: {said}; mend or unset it") from None


def by_way_of(address: httpx.URL) -> str:
    """The proxy that the environment has for an address, for an error's line; "" if there is none."""
    proxy = getproxies().get(address.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(address.host):
        return ""
    return f" (by way of the proxy {shown(proxy if '://' in proxy else f'http://{proxy}')})"
