"""Independent random streams out of one seed, each by its name."""

import hashlib


def derive(seed: int, *names: str | int) -> int:
    """A seed in [0, 2^63) for the stream of that name; other names, and other seeds, give unrelated streams."""
    digest = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
