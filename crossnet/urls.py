"""Addresses of the web as parameters and messages have them: nothing secret is in one, and nothing secret is shown."""

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
    """Why an address may have a secret in it, and the remedy, in one line that shows none of it; None if it has not.

    A path of this machine, or a file: address, is looked at for the names that secrets have, since its own name may
    hold any character.
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
    """The environment variable that has the token for a host: api.my-site.org is CROSSNET_TOKEN_API_MY_SITE_ORG."""
    return f"CROSSNET_TOKEN_{re.sub('[^A-Z0-9]', '_', host.upper())}"


def redacted(address: object) -> str:
    """An address for a message or a page: scheme, host and path, without a user, a password, a query or a fragment."""
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
    """A text with every address of the web in it as it is shown."""
    return ADDRESS.sub(lambda found: redacted(found[0]), text)


def _shown_part(part: str) -> str:
    text = unquote(part)
    return HIDDEN if "=" in text and SECRET.search(text) else part


def _split(address: str) -> tuple[str, str, str]:
    """The scheme in lower case, "" for none, what is before the first / ? or #, and what is from there on."""
    found = re.match(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//(.*)", address, re.DOTALL)
    scheme, behind = (found[1] or "", found[2]) if found else ("", address)
    end = re.search("[/?#]", behind)
    place = end.start() if end else len(behind)
    return scheme.lower(), re.sub("%40", "@", behind[:place]), behind[place:]


def _named(pair: str) -> tuple[str, str]:
    name, _, value = unquote_plus(pair).partition("=")
    return re.sub("[^a-z0-9]", "", name.lower()), value


def _fault(pair: str) -> str:
    """What may be secret of one `name=value`, "" for nothing."""
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
