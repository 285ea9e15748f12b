"""Numbers, parameters and times as a reader wants them."""

import math
from typing import Any

from crossnet.urls import redact_urls


def fixed(value: Any, digits: int = 3) -> str:
    """A measured number for reading: so many decimals, whole numbers without, and a dash for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "–" if value is None or isinstance(value, float) else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def plain(value: Any) -> str:
    """A parameter as in params.yaml, lists with commas, a pair by its keys, an address as it may be shown."""
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(each)}" for key, each in value.items())
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else redact_urls(str(value))


def duration(seconds: float) -> str:
    """Seconds as "4 min 41 s", in its two largest units."""
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (s, "s")]
    first = next((i for i, (count, _) in enumerate(parts) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def each(a: int, b: int) -> str:
    """Two counts of images in words."""
    return f"{fixed(a)} images each" if a == b else f"{fixed(a)} and {fixed(b)} images"
