"""Names for prepared images that every file system and tool takes: ASCII, short, told apart without their case."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

LONGEST = 80  # letters of a readable part
DIGITS = 8  # of a hash, and more where that is taken


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
