"""Images of two sides by searching for words: openly licensed, told apart, and each with its author."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.data.download.errors import WebError
from crossnet.data.download.web import Web
from crossnet.data.search import licences
from crossnet.data.search.commons import Commons
from crossnet.data.search.dataset import empty, is_complete, write
from crossnet.data.search.found import Found, Search, SearchError
from crossnet.data.search.judge import Judge, Kept, Rules
from crossnet.data.search.manifest import REFUSED, Refusal, write_refused
from crossnet.data.search.openverse import Openverse
from crossnet.data.search.store import Store
from crossnet.terminal import echo, progress

WHITE = "B"  # the side with a white border, searched first: it is the scarcer, and a duplicate stays where it is first
GOES_ON = "run the same again later: it goes on from here; or take images of your own, by task=folders"
SERVICES = ("openverse", "commons")


def fetch(
    folder: Path,
    store: Path,
    web: Web,
    queries: Mapping[str, Sequence[str]],
    services: Mapping[str, str],
    rules: Rules,
    wanted: int,
    max_results: int,
    preview_width: int,
    test_share: float,
    seed: int,
) -> None:
    """Fill a folder with trainA, trainB, testA, testB, manifest.csv and refused.csv; nothing is asked for twice.

    queries: for sides A and B, the words, one query after the other; services: of SERVICES, with their addresses, one
    after the other; wanted: images a side; max_results: results looked at of one query to one service; preview_width:
    pixels, of Commons' images; test_share: of each side. `store` keeps what was answered, so a run that was killed
    goes on, and the folder follows from the store and these arguments alone. The environment's OPENVERSE_TOKEN is for
    Openverse. Raises SearchError where it cannot go on, LicenceError for an unknown licence.
    """
    licences.check(rules.licences)
    settings = {
        "queries": {side: list(queries[side]) for side in sorted(queries)},
        "services": list(services.items()),
        "rules": asdict(rules),
        "wanted": wanted,
        "max_results": max_results,
        "preview_width": preview_width,
        "test_share": test_share,
        "seed": seed,
    }
    if is_complete(folder, settings):
        return
    store.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store / "lock", timeout=0):
            kept_store = Store(store)
            searches = [_service(name, services[name], web, kept_store, rules, preview_width) for name in services]
            judge = Judge(web, kept_store, rules)
            kept, refused = _choose(judge, searches, queries, wanted, max_results)
            empty(folder)
            write_refused(folder / REFUSED, refused)
            _check(kept, refused, queries)
            write(folder, kept_store, kept, settings, test_share, seed)
    except Timeout:
        raise SearchError(f"{store}: another run fetches into it; wait for it to end") from None
    except WebError as error:
        raise SearchError(f"{error}; {GOES_ON}") from error


def _service(name: str, address: str, web: Web, store: Store, rules: Rules, preview_width: int) -> Search:
    if name == "openverse":
        return Openverse(web, store, address, rules.licences, os.environ.get("OPENVERSE_TOKEN", "").strip())
    if name == "commons":
        return Commons(web, store, address, preview_width)
    raise SearchError(f"services: {name} is none; wanted some of {', '.join(SERVICES)}")


def _choose(
    judge: Judge, searches: Sequence[Search], queries: Mapping[str, Sequence[str]], wanted: int, max_results: int
) -> tuple[dict[str, list[Kept]], list[Refusal]]:
    """The images of each side, at most `wanted`, and all that were refused on the way."""
    kept: dict[str, list[Kept]] = {}
    refused: list[Refusal] = []
    for side in sorted(queries, key=lambda side: side != WHITE):
        found = (each for query in queries[side] for search in searches for each in search.search(query, max_results))
        chosen = islice(_judged(judge, found, side, refused), wanted)
        kept[side] = list(progress(chosen, wanted, f"searching for side {side}", "images"))
        if len(kept[side]) < wanted:
            echo(
                f"side {side}: {len(kept[side])} images of the {wanted} wanted; goes on with them "
                "(more queries, services or licences find more)"
            )
    judge.settle()
    return kept, refused


def _judged(judge: Judge, found: Iterator[Found], side: str, refused: list[Refusal]) -> Iterator[Kept]:
    """Those that are kept; an address that comes again is passed over."""
    addresses: set[str] = set()
    for each in found:
        if each.url not in addresses:
            addresses.add(each.url)
            verdict = judge.judge(each, side == WHITE)
            if isinstance(verdict, Kept):
                yield verdict
            else:
                refused.append(Refusal(side, each.url, each.landing_page, each.provider, each.query, verdict))


def _check(
    kept: Mapping[str, Sequence[Kept]], refused: Sequence[Refusal], queries: Mapping[str, Sequence[str]]
) -> None:
    """Raise SearchError for a side without images, with what most of those that were found were refused for."""
    for side, images in kept.items():
        if not images:
            why = Counter(each.reason.partition(":")[0] for each in refused if each.side == side).most_common(1)
            found = f"{sum(each.side == side for each in refused)} were found" if why else "none was found"
            raise SearchError(
                f"side {side}: no image for {', '.join(map(repr, queries[side]))}: {found}"
                f"{f', most refused for: {why[0][0]}' if why else ''}; "
                "change the task's queries, services or rules in params.yaml"
            )
