"""Types that the blocks of params.yaml are made of: strict models, ranges, names, paths of the user's.

Data sets and methods declare their options with these, and `crossnet.params` puts the options together.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

Positive = Annotated[int, Field(ge=1, le=10**9)]
Count = Annotated[int, Field(ge=1, le=10**6)]  # of images
Bytes = Annotated[int, Field(ge=1, le=10**15)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


def plain_name(text: str) -> str:
    """A name that can also be that of a folder. Raises ValueError for any that could lead elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text):
        raise ValueError(f"{text[:80]!r} is no name; wanted at most 64 letters (a to z), digits, - and _")
    return text


Name = Annotated[str, AfterValidator(plain_name)]


class PlaceText(str):
    """The text of a path, or of an address that may be one."""

    __slots__ = ()


Place = Annotated[str, AfterValidator(PlaceText)]  # a file or folder on this machine, which no stage may replace


def on_disk(home: Path, text: str) -> Path | None:
    """Resolve a path as a user writes it: from the user's folder if it begins with `~`, else from `home`, the clone.

    Returns None for an address of another scheme than file.
    """
    if scheme := re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://|file:", text):
        return Path(url2pathname(urlsplit(text).path)) if (scheme[1] or "file").lower() == "file" else None
    return Path(text).expanduser() if text.startswith("~") else home / text


class Block(BaseModel):
    """Every key has to be there, no other may be, and a value has its type without being converted."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Directions(Block):
    """A weight for each direction of a loss term, by the domain in which it is judged."""

    a: Weight
    b: Weight


def _kind(value: Any) -> str:
    return "directions" if isinstance(value, Mapping | Directions) else "number"


OneOrTwoWeights = Annotated[
    Annotated[Weight, Tag("number")] | Annotated[Directions, Tag("directions")], Discriminator(_kind)
]
