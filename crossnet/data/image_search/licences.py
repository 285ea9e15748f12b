"""The names of licences in one vocabulary, whatever a service calls them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

NAMES = ("cc0", "pdm", "by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
PUBLIC = {"zero": "cc0", "mark": "pdm"}  # by Creative Commons' addresses
UNCLEAR = "unclear"  # the name says one licence, the address another

_ADDRESS = re.compile(r"https?://creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)?", re.IGNORECASE)
_SHORT = re.compile(r"(?:cc[ -])?(by(?:-(?:nc|nd|sa))*)(?:[ -](\d\.\d).*)?", re.IGNORECASE)
_CC0 = re.compile(r"(?:cc[ -]?0|cc[ -]zero)(?:[ -](\d\.\d))?", re.IGNORECASE)
_MARK = re.compile(r"(?:cc[ -])?(?:pdm|pd-mark|public domain mark)(?: (\d\.\d))?|public domain|pd", re.IGNORECASE)
_PARTS = ("by", "nc", "nd", "sa")  # in the order of Creative Commons


class LicenceError(ValueError):
    """A name that is no licence's; the message is one line."""


@dataclass(frozen=True)
class Licence:
    """A name of NAMES, or what else it is called; its version, "4.0", or "" where nothing says it."""

    name: str
    version: str


def normalise(name: str, version: str, url: str) -> Licence:
    """One licence from what a service says of it, each part perhaps "".

    `name` may be Openverse's ("by-sa", "cc0") or Commons' ("CC BY-SA 4.0", "Public domain"). Where the name is no
    Creative Commons one the address decides; where both are and differ it is `unclear`, so nobody's permission is
    guessed.
    """
    by_name, by_url = _from_name(name), _from_url(url)
    if by_name and by_url and by_name.name != by_url.name:
        return Licence(UNCLEAR, "")
    known = by_name or by_url
    if known is None:
        return Licence(name.lower() or UNCLEAR, version)
    return Licence(known.name, version or known.version or (by_url.version if by_url else ""))


def check(allowed: Collection[str]) -> None:
    """Raise LicenceError for a name that no licence has, or for none at all."""
    unknown = sorted(set(allowed) - set(NAMES))
    if unknown or not allowed:
        found = ", ".join(unknown) if unknown else "none"
        raise LicenceError(f"licences: {found}; wanted some of {', '.join(NAMES)}")


def uses(allowed: Collection[str]) -> str:
    """What all of these licences permit, as Openverse's license_type: of "commercial" and "modification", or ""."""
    permitted = {"commercial": "nc", "modification": "nd"}
    return ",".join(use for use, against in permitted.items() if all(against not in n.split("-") for n in allowed))


def title(name: str, version: str) -> str:
    """A licence as a reader knows it: "CC BY-SA 4.0", "CC0 1.0", "Public Domain Mark 1.0"."""
    readable = {"cc0": "CC0", "pdm": "Public Domain Mark"}.get(name, f"CC {name.upper()}")
    return f"{readable} {version}".strip()


def _from_name(name: str) -> Licence | None:
    for pattern, known in ((_CC0, "cc0"), (_MARK, "pdm")):
        if match := pattern.fullmatch(name.strip()):
            return Licence(known, match[1] or "")
    if match := _SHORT.fullmatch(name.strip()):
        return _of_parts(match[1], match[2] or "")
    return None


def _from_url(url: str) -> Licence | None:
    match = _ADDRESS.match(url)
    if match is None:
        return None
    if match[1].lower() == "publicdomain":
        known = PUBLIC.get(match[2].lower())
        return Licence(known, match[3] or "") if known else None
    return _of_parts(match[2], match[3] or "")


def _of_parts(parts: str, version: str) -> Licence | None:
    """ "BY-SA" in any order of its parts; None for a combination that there is not."""
    found = set(parts.lower().split("-"))
    name = "-".join(part for part in _PARTS if part in found)
    return Licence(name, version) if name in NAMES and found <= set(_PARTS) else None
