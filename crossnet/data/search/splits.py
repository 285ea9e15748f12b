"""Which photographer's images are for training and which for testing."""

from collections import Counter
from collections.abc import Mapping, Sequence

from crossnet.data.ranking import rank


def testers(creators: Mapping[str, Sequence[str]], share: float, seed: int) -> set[str]:
    """Those whose images are all for testing, on whatever side.

    creators: of every image of each side, its creator; share: of each side's images, how many are for testing, at
    least one. Creators are taken in an order drawn from the seed, each for testing if that takes no side over its
    share; then, of those who are left, each who brings the sides' numbers, summed, nearer to their shares; a side that
    none is near to gets the one with the fewest images. A side has no
    images for testing, or for training, only where all are of one creator, or of those who have all of the other side.
    """
    counts = {side: Counter(names) for side, names in creators.items()}
    left = {side: max(1, round(share * len(names))) for side, names in creators.items()}
    order = sorted(set().union(*counts.values()), key=lambda name: rank(seed, name))
    chosen: set[str] = set()
    for over in (False, True):
        for creator in (name for name in order if name not in chosen):
            after = {side: left[side] - count[creator] for side, count in counts.items()}
            nearer = sum(map(abs, after.values())) < sum(map(abs, left.values()))
            if nearer and (over or min(after.values()) >= 0) and _spared(counts, chosen | {creator}):
                chosen.add(creator)
                left = after
    for count in counts.values():
        if not chosen & set(count):
            fit = [name for name in order if count[name] and _spared(counts, chosen | {name})]
            chosen |= set(sorted(fit, key=lambda name: count[name])[:1])
    return chosen


def _spared(counts: Mapping[str, Counter[str]], chosen: set[str]) -> bool:
    """Whether each side has images of others left, for training."""
    return all(set(count) - chosen for count in counts.values())
