"""Names of files: portable, distinct, and in a seeded order."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

MOST_BYTES = 255  # of a name, on common file systems
LONGEST_SUFFIX = 20  # letters of what is an extension
DIGITS = 8  # of a hash that tells names apart


def portable(names: Sequence[str]) -> list[str]:
    """Each of some different names, in their order, as UTF-8: DVC cannot hash another.

    A byte that is no UTF-8 is written as in an address, `%E9`; a name that thereby becomes too long, or that of
    another, has a hash in it. A name that is UTF-8 stays as it is.
    """
    written = {name: "".join(map(_written, name)) for name in names}
    counts = Counter(text.casefold() for text in written.values())
    fits = {text: counts[text.casefold()] == 1 and len(text.encode()) <= MOST_BYTES for text in written.values()}
    return [text if text == name or fits[text] else _hashed(name, text) for name, text in written.items()]


def _written(letter: str) -> str:
    """A letter, or a byte that is no UTF-8, as Python has it in a name."""
    byte = ord(letter) - 0xDC00
    return f"%{byte:02X}" if 0x80 <= byte <= 0xFF else letter


def _hashed(name: str, text: str) -> str:
    """As much of a name as there is room for, and a hash of all of it but its extension."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(text).suffix
    end = "-" + hashlib.sha256(stem.encode("utf-8", "surrogateescape")).hexdigest()[:DIGITS]
    end += suffix if len(suffix) <= LONGEST_SUFFIX else ""
    room = MOST_BYTES - len(end.encode())
    return PurePosixPath(text).stem.encode()[:room].decode(errors="ignore") + end


def translation_stems(sources: Mapping[str, str]) -> dict[str, str]:
    """What to call the translation of each image, given its source's name by its id: without `.png`, the source's own.

    Where two sources have the same name but for upper and lower case or what follows the dot, and where it is too long
    to take `.png`, it is the id. No two are the same, whatever their case.
    """
    names = {id_: PurePosixPath(source).stem for id_, source in sources.items()}
    counts = Counter(text.casefold() for text in (*names.values(), *names))
    longest = MOST_BYTES - len(".png")
    return {
        id_: name if _alone(name, id_, counts) and len(name.encode()) <= longest else id_ for id_, name in names.items()
    }


def _alone(name: str, id_: str, counts: Mapping[str, int]) -> bool:
    """Whether no other image has this for its name or id."""
    return counts[name.casefold()] == (2 if name.casefold() == id_.casefold() else 1)


LONGEST = 80  # letters of a readable part


def stem_of(name: str) -> str:
    """A file name without its extension, and the same however a system composes its letters: macOS takes them apart."""
    return unicodedata.normalize("NFC", PurePosixPath(name).stem)


def ids(names: Sequence[str]) -> list[str]:
    """An id for each file name (or path with `/`), in their order.

    It is the name without its extension where that is made of ASCII letters, digits, `.`, `_` and `-` and no other has
    it, whatever its case; else what is left of it so, and the start of a SHA-256: of the name without its extension, or
    of all of it where another differs in the extension or the folder alone. So an id depends on the names, and on no
    order. Raises ValueError for a name that is there twice.
    """
    if len(set(names)) < len(names):
        raise ValueError(f"{Counter(names).most_common(1)[0][0]}: a name that is there twice")
    stems = [stem_of(name) for name in names]
    readable = [_readable(stem) for stem in stems]
    alike, same = Counter(text.lower() for text in readable), Counter(stems)
    plain = [text == stem and alike[text.lower()] == 1 for text, stem in zip(readable, stems, strict=True)]
    taken = {text.lower() for text, is_plain in zip(readable, plain, strict=True) if is_plain}
    found = {}
    for name, stem, text, is_plain in sorted(zip(names, stems, readable, plain, strict=True)):
        if not is_plain:
            text = _free(text, name if same[stem] > 1 else stem, taken)
            taken.add(text.lower())
        found[name] = text
    return [found[name] for name in names]


def _readable(stem: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_)[:LONGEST].strip("-.") or "image"


def _free(text: str, hashed: str, taken: set[str]) -> str:
    """The text with as much of a hash as no other has."""
    digest = hashlib.sha256(hashed.encode("utf-8", "surrogatepass")).hexdigest()
    length = DIGITS
    while f"{text}-{digest[:length]}".lower() in taken:
        length += 1
    return f"{text}-{digest[:length]}"


def rank(seed: int, name: str) -> str:
    """What to sort by for an order that a seed shuffles: 64 hexadecimal digits, each as good as a fair draw."""
    return hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogatepass")).hexdigest()
