"""Orders in which nothing stays in its place: what is left of a measure when images are judged by others' truths."""

import numpy as np
from numpy.typing import NDArray

DRAWS = 5
SEED = 0


def derangements(count: int) -> list[NDArray[np.int64]]:
    """DRAWS seeded permutations (count,) without a fixed point; none for fewer than 2.

    Each is a random cycle through all: whoever follows i in it takes the place of i.
    """
    if count < 2:
        return []
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(DRAWS):
        cycle = rng.permutation(count)
        places = np.empty(count, np.int64)
        places[cycle] = np.roll(cycle, -1)
        found.append(places)
    return found
