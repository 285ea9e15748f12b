"""URLs in parameters and messages: find secrets in them, and show them without any."""

import re
from urllib.parse import unquote, unquote_plus

SECRET = re.compile(  # in the name of a value; of an address of the web, other names are refused by what they hold
    r"token|key|sig|secret|pass|pwd|pw|pin|otp|auth|cred|session|sid|jwt|ticket|code|mac|hash|digest|nonce|expire|login"
    r"|user|account|access|policy",
    re.IGNORECASE,
)
PUBLIC = frozenset(  # names of values that are no secrets, in lower case without signs
    {
        "action", "attachment", "branch", "confirm", "dl", "doi", "download", "export", "ext",
        "file", "filename", "format", "id", "inline", "isallowed", "lang", "name", "page",
        "path", "persistentid", "raw", "ref", "rev", "revision", "sequence", "size", "type", "v", "version",
    }
)  # fmt: skip
PLAIN = re.compile(r"\d{1,10}|true|false|yes|no", re.IGNORECASE)  # a value that holds no secret
READABLE = re.compile(r"[\w.,:/+~ -]*")  # a value of a public name: nothing that could be an address's own query
HIDDEN = "..."
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]+?(?=[;,.:)]*(?:[\s'\"]|$))")


def secret_in(address: str) -> str | None:
    """Return why a URL may contain a secret, and the remedy, in one line without the secret; None if it has none.

    In a path of this machine, or a file: URL, only the names of secrets are searched for, as a file may have any name.
    """
    scheme, authority, rest = _split(address)
    if "@" in authority and (scheme or address.startswith("//") or ":" in authority):
        return f"has a user's name or a password in it; {_remedy(address)}"
    if "@" in rest and scheme != "file" and (scheme or ":" in authority or address.startswith("//")):
        return f"has an @ behind its host, as of a password (write %40 where it is none); {_remedy(address)}"
    path, values = re.fullmatch("([^;?#]*)(.*)", authority + rest, re.DOTALL).groups()  # type: ignore[union-attr]
    is_of_web = scheme not in ("", "file")
    pairs = [(unquote(pair), False) for pair in path.split("/")]  # of which the name alone can tell
    pairs += [(pair, is_of_web) for pair in re.findall("[;?&#]([^;?&#]*)", values)]
    for pair, is_known in pairs:
        is_named = "=" in pair and SECRET.search(_named(pair)[0]) is not None
        if (is_named or is_known) and (fault := _fault(pair)):
            return f"has {fault} in it; {_remedy(address)}"
    return None


def token_variable(host: str) -> str:
    """Return the environment variable with the token for a host: CROSSNET_TOKEN_API_MY_SITE_ORG for api.my-site.org."""
    return f"CROSSNET_TOKEN_{re.sub('[^A-Z0-9]', '_', host.upper())}"


def redacted(address: object) -> str:
    """Return a URL for messages: scheme, host and path, without user, password, query and fragment."""
    text = str(address)
    scheme, authority, rest = _split(text)
    if scheme in ("", "file") and secret_in(text) is None:
        return text
    start = text[: text.index("//") + 2] if "//" in text and (scheme or text.startswith("//")) else ""
    if "@" in rest:  # of a password or of a query: where either ends cannot be told
        return f"{start}{HIDDEN}"
    path, *_ = re.split("[;?#]", authority.rpartition("@")[2] + rest, maxsplit=1)
    host, *parts = path.split("/")
    return start + "/".join([host, *map(_shown_part, parts)])


def redact_urls(text: str) -> str:
    """Redact all URLs in a text."""
    return ADDRESS.sub(lambda found: redacted(found[0]), text)


def _shown_part(part: str) -> str:
    text = unquote(part)
    return HIDDEN if "=" in text and SECRET.search(text) else part


def _split(address: str) -> tuple[str, str, str]:
    """Split a URL into its scheme in lower case (or ""), its authority, and the rest from the first / ? or # on."""
    found = re.match(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//(.*)", address, re.DOTALL)
    scheme, behind = (found[1] or "", found[2]) if found else ("", address)
    end = re.search("[/?#]", behind)
    place = end.start() if end else len(behind)
    return scheme.lower(), re.sub("%40", "@", behind[:place]), behind[place:]


def _named(pair: str) -> tuple[str, str]:
    name, _, value = unquote_plus(pair).partition("=")
    return re.sub("[^a-z0-9]", "", name.lower()), value


def _fault(pair: str) -> str:
    """Return what may be secret in `name=value`, or ""."""
    name, value = _named(pair.partition("/")[0] if "=" not in pair else pair)
    if SECRET.search(name):
        return f"{pair.partition('=')[0]!r}, which is a secret by its name," if "=" in pair else "what may be a secret"
    if name in PUBLIC and READABLE.fullmatch(value):
        return ""
    if not pair or ("=" in pair and name and PLAIN.fullmatch(value)):
        return ""
    return "what is not known to be public (docs/tasks.md)"


def _remedy(address: str) -> str:
    _, authority, rest = _split(address)
    host = re.split("[;:]", authority.rpartition("@")[2])[0] if "@" not in rest else ""
    variable = token_variable(host) if re.fullmatch(r"[\w.-]+", host) else "CROSSNET_TOKEN_<HOST>"
    return (
        f"leave that out and give it as the environment variable {variable}, which is sent as a Bearer token, or in "
        "~/.netrc; or download the file by hand and name its path"
    )
