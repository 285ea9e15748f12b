"""Addresses: which are of the web, where one leads, and what goes wrong on the way."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from crossnet.urls import redacted, secret_in


class WebError(OSError):
    """In one line what is wrong; `status` is that of the answer, None if there was none, `headers` are the answer's.

    `after_s` is how long the server asks to wait.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        after_s: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.after_s, self.headers = status, after_s, headers or {}


class PassingError(WebError):
    """A fault that may mend by itself."""


def identity(url: str) -> str:
    """What tells one address from another: itself; of a file on this machine, its path from the root."""
    try:
        path = local(url)
    except WebError:
        path = None
    if path is not None:
        return str(path.absolute())
    return url if secret_in(url) is None else redacted(url)


def parsed(url: str) -> httpx.URL:
    """An address of http or https; WebError for any other text."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise WebError(f"{redacted(url)}: not an address: {error}") from error
    if address.scheme not in ("http", "https") or not address.host:
        raise WebError(f"{redacted(address)}: not an address of http or https")
    return address


def redirected(address: httpx.URL, location: str) -> httpx.URL:
    """Where an answer's Location leads from an address; WebError for what leaves the web, or https for http."""
    try:
        onward = address.join(location)
    except httpx.InvalidURL as error:
        raise WebError(f"{redacted(address)}: redirects to {redacted(location)!r}, which is no address") from error
    if onward.scheme not in ("http", "https") or not onward.host:
        raise WebError(f"{redacted(address)}: redirects to {redacted(onward)}, which is refused: not http or https")
    if address.scheme == "https" and onward.scheme == "http":
        raise WebError(f"{redacted(address)}: redirects from https to {redacted(onward)}, which is refused")
    return onward


def local(url: str) -> Path | None:
    """The file that a path or a file: address names; None for one of http or https, WebError for any other."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://|(file):", url)
    if scheme is None:
        return Path(url).expanduser()
    kind = (scheme[1] or scheme[2]).lower()
    if kind in ("http", "https"):
        return None
    parts = urlsplit(url)
    if kind != "file" or parts.netloc not in ("", "localhost"):
        raise WebError(f"{redacted(url)}: not an address of http, https or file on this machine")
    return Path(url2pathname(parts.path))
