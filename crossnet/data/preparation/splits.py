"""Files split by a seeded rule, those of one group together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossnet.data.names import rank
from crossnet.data.preparation.checks import PreparationError

LARGEST_SHARE = 0.1  # of a training side that is held back for validation


@dataclass(frozen=True)
class TrainTestSplit:
    """The test's share, and the seed of the rule."""

    test_share: float
    seed: int


@dataclass(frozen=True)
class ValidationSplit:
    """How many images of a training side are kept for validation, at most, and the seed of the rule."""

    count: int
    seed: int

    def of(self, groups: Sequence[str]) -> set[str]:
        """Choose groups, given that of each image of a side: whole ones, together at most LARGEST_SHARE of the side.

        An order that a seeded hash makes of their names decides, so that another image changes little.
        """
        sizes = Counter(groups)
        room = min(self.count, int(LARGEST_SHARE * len(groups)))
        selected = set()
        for group in sorted(sizes, key=lambda name: rank(self.seed, name)):
            if sizes[group] <= room:
                selected.add(group)
                room -= sizes[group]
        return selected


def shares(test_share: float) -> dict[str, float]:
    """The test's share, and what is left to train A and train B in halves."""
    return {"testA": test_share, "trainA": (1 - test_share) / 2, "trainB": (1 - test_share) / 2}


def split(groups: Sequence[str], shares: Mapping[str, float], seed: int) -> list[str]:
    """The part of each item, given the group of each: as near to the shares as whole groups come, no part empty.

    Raises PreparationError where there are fewer groups than parts.
    """
    sizes = Counter(groups)
    if len(sizes) < len(shares):
        raise PreparationError(
            f"{len(sizes)} {'group' if len(sizes) == 1 else 'groups'} of images that belong together, "
            f"for the {len(shares)} parts {', '.join(shares)}: add images, or fetch them again"
        )
    short = {part: share / sum(shares.values()) * len(groups) for part, share in shares.items()}
    part_of: dict[str, str] = {}
    for left, group in zip(range(len(sizes), 0, -1), sorted(sizes, key=lambda name: rank(seed, name)), strict=True):
        empty = set(shares) - set(part_of.values()) if left <= len(shares) else set()
        choice = empty if left <= len(empty) else set(shares)
        part_of[group] = max((part for part in shares if part in choice), key=lambda part: short[part])
        short[part_of[group]] -= sizes[group]
    return [part_of[group] for group in groups]
