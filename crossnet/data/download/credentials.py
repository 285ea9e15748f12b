"""What is secret and goes with a request: a token of the environment, or a login of ~/.netrc; it is written nowhere."""

import base64
import netrc
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import httpx

from crossnet.data.download.errors import WebError
from crossnet.urls import redact_urls, redacted, token_variable

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
