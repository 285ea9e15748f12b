"""The order in which the paths of a table are computed: in few calls, and with few waits of one worker for another."""

from functools import cache
from typing import NamedTuple

from crossnet.methods.graph import Edge


class Call(NamedTuple):
    """One call of a network, which makes several paths at once."""

    network: str
    paths: tuple[str, ...]


Edges = tuple[Edge, ...]
Chain = tuple[Call, ...]  # calls of one worker, one after the other
Level = tuple[Chain, ...]  # chains that need nothing of each other


@cache
def levels(edges: Edges, workers: int) -> tuple[Level, ...]:
    """Levels of at most `workers` chains each, which together compute every path once.

    The calls are those of `simultaneous_calls`, in their order. A network stays with one worker within a level, since
    the gradients of its weights accumulate there. The full objective of CrossNet's generators takes 1 level with one
    worker and 2 levels with two workers: they wait for each other once.
    """
    sources_of = {edge.path: edge.sources for edge in edges}
    found: list[list[list[Call]]] = []
    worker_of: dict[str, int] = {}  # of each path and network of the current level
    for calls in simultaneous_calls(edges, workers):
        touched = [(c.network, *(name for path in c.paths for name in sources_of[path])) for c in calls]
        bound = [{worker_of[name] for name in names if name in worker_of} for names in touched]
        taken = [worker for each in bound for worker in each]
        if not found or len(taken) > len(set(taken)) or any(len(each) > 1 for each in bound):
            found.append([[] for _ in range(workers)])
            worker_of, bound, taken = {}, [set() for _ in calls], []
        free = iter(sorted({*range(workers)} - {*taken}, key=lambda worker: len(found[-1][worker])))
        for each, call in zip(bound, calls, strict=True):
            worker = each.pop() if each else next(free)
            found[-1][worker].append(call)
            worker_of |= dict.fromkeys((call.network, *call.paths), worker)
    return tuple(tuple(tuple(chain) for chain in level if chain) for level in found)


def simultaneous_calls(edges: Edges, workers: int) -> list[list[Call]]:
    """Groups of at most `workers` calls that can be made at the same time, by a greedy rule.

    The networks of a group are of one kind (`E_ab` and `E_ba`, say) and so take equally long. First come calls that
    compute all that their networks have left to compute; else those that most other networks wait for. That takes as
    many groups as an exhaustive search finds in all combinations of CrossNet's losses, 9 of one call or 5 of two, and
    one more than it in CycleGAN's.
    """
    made: set[str] = set()
    groups: list[list[Call]] = []
    while len(made) < len(edges):
        left = [edge for edge in edges if edge.path not in made]
        blocked = {edge.path for edge in left}
        ready: dict[str, list[str]] = {}
        for edge in left:
            if not blocked.intersection(edge.sources):
                ready.setdefault(edge.network, []).append(edge.path)
        kinds: dict[str, list[Call]] = {}
        for network, paths in ready.items():
            kinds.setdefault(network.partition("_")[0], []).append(Call(network, tuple(paths)))

        def finishes(call: Call) -> bool:
            return len(call.paths) == sum(edge.network == call.network for edge in left)  # noqa: B023

        def wait_for(call: Call) -> int:
            return _networks_behind(left, call.paths)  # noqa: B023

        best = [sorted(calls, key=wait_for, reverse=True)[:workers] for calls in kinds.values()]
        group = max(best, key=lambda calls: (all(map(finishes, calls)), sum(map(wait_for, calls))))
        groups.append(sorted(group, key=lambda call: list(ready).index(call.network)))
        made.update(path for call in group for path in call.paths)
    return groups


def _networks_behind(edges: list[Edge], paths: tuple[str, ...]) -> int:
    """How many networks compute these paths, or what rests on them."""
    behind, size = set(paths), 0
    while len(behind) > size:
        size = len(behind)
        behind |= {edge.path for edge in edges if behind.intersection(edge.sources)}
    return len({edge.network for edge in edges if edge.path in behind})
