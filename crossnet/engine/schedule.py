"""The order in which the paths of a figure are computed: in few calls, and with few waits of one lane for another."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations

Edges = tuple[tuple[str, str, str], ...]  # (path, network, input); an input that is no path of them is given
Calls = tuple[tuple[str, tuple[str, ...]], ...]  # (network, paths)


@cache
def fewest_rounds(edges: Edges, width: int) -> tuple[tuple[Calls, ...], ...]:
    """Rounds of at most `width` lanes, each with its calls in order, none of which needs another lane of its round.

    They are the calls of `fewest_beats`, those of a beat in a lane each. A network stays in its lane within a round,
    for the gradients of its weights gather there. The full objective of CrossNet's generators takes 1 round in one
    lane, or 2 rounds in two: lanes wait for each other once.
    """
    read = {path: source for path, _, source in edges}
    rounds: list[list[list[tuple[str, tuple[str, ...]]]]] = []
    lane_of: dict[str, int] = {}  # by path or network, in this round
    for beat in fewest_beats(edges, width):
        bound = [
            {lane_of[name] for name in (network, *(read[path] for path in paths)) if name in lane_of}
            for network, paths in beat
        ]
        taken = [lane for lanes in bound for lane in lanes]
        if not rounds or len(taken) > len(set(taken)) or any(len(lanes) > 1 for lanes in bound):
            rounds.append([[] for _ in range(width)])
            lane_of, bound, taken = {}, [set() for _ in beat], []
        free = iter(sorted({*range(width)} - {*taken}, key=lambda lane: len(rounds[-1][lane])))
        for lanes, (network, paths) in zip(bound, beat, strict=True):
            lane = lanes.pop() if lanes else next(free)
            rounds[-1][lane].append((network, paths))
            lane_of |= dict.fromkeys((network, *paths), lane)
    return tuple(tuple(tuple(lane) for lane in lanes if lane) for lanes in rounds)


def fewest_beats(edges: Edges, width: int) -> tuple[Calls, ...]:
    """The order of calls with the fewest beats, and among these one with the fewest calls.

    A beat holds at most `width` calls, of networks that do the same (E_ab and E_ba, say) and so take as long. The
    full objective of CrossNet's generators takes 9 beats of one call, or 5 beats of two.
    """
    everything = frozenset(path for path, _, _ in edges)
    ways: dict[frozenset[str], tuple[Calls, ...]] = {frozenset(): ()}
    while everything not in ways:
        further: dict[frozenset[str], tuple[Calls, ...]] = {}
        for known, beats in ways.items():
            for made in _beats(_ready(edges, known, everything), width):
                after, way = known.union(*(paths for _, paths in made)), (*beats, made)
                if after not in further or _count(way) < _count(further[after]):
                    further[after] = way
        ways = further
    return ways[everything]


def _beats(ready: Calls, width: int) -> Iterator[Calls]:
    for size in range(1, width + 1):
        for made in combinations(ready, size):
            if len({network.partition("_")[0] for network, _ in made}) == 1:
                yield made


def _count(beats: Iterable[Calls]) -> int:
    return sum(map(len, beats))


def _ready(edges: Edges, known: frozenset[str], everything: frozenset[str]) -> Calls:
    """By network, the unknown paths whose input is there."""
    ready: dict[str, list[str]] = {}
    for path, network, source in edges:
        if path not in known and (source in known or source not in everything):
            ready.setdefault(network, []).append(path)
    return tuple((network, tuple(paths)) for network, paths in ready.items())
