"""An order and a draw that a seed makes of names, in which a name's place depends on no other name."""

import hashlib


def rank(seed: int, name: str) -> str:
    """What to sort by for an order that a seed shuffles: 64 hexadecimal digits, each as good as a fair draw."""
    return hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogatepass")).hexdigest()
