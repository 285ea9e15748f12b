"""The folder of a searched data set: search, filter, split, and write."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.data.download.addresses import WebError
from crossnet.data.download.web import Web
from crossnet.data.image_search import licences
from crossnet.data.image_search.commons import Commons
from crossnet.data.image_search.filter import ImageFilter, Kept, Rules
from crossnet.data.image_search.found import Found, Search, SearchError
from crossnet.data.image_search.manifest import MANIFEST, REFUSED, Refusal, Row, write_manifest, write_refused
from crossnet.data.image_search.openverse import Openverse
from crossnet.data.image_search.store import Store
from crossnet.data.layout import SIDES
from crossnet.data.names import rank
from crossnet.terminal import echo, progress

WHITE = "B"  # the side with a white border, searched first: it is the scarcer, and a duplicate stays where it is first
GOES_ON = "run the same again later: it goes on from here; or take images of your own, by task=folders"
SERVICES = ("openverse", "commons")


def build(
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
    """Fill an empty folder with trainA, trainB, testA, testB, manifest.csv and refused.csv; request nothing twice.

    queries: for sides A and B, the words, one query after the other; services: of SERVICES, with their addresses, one
    after the other; wanted: images a side; max_results: results looked at of one query to one service; preview_width:
    pixels, of Commons' images; test_share: of each side. `store` keeps what was answered, so a run that was killed
    goes on, and the folder follows from the store and these arguments alone. The environment's OPENVERSE_TOKEN is for
    Openverse. Raises SearchError where it cannot go on, LicenceError for an unknown licence.
    """
    licences.check(rules.licences)
    store.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store / "lock", timeout=0):
            kept_store = Store(store)
            searches = [_service(name, services[name], web, kept_store, rules, preview_width) for name in services]
            image_filter = ImageFilter(web, kept_store, rules)
            kept, refused = _select(image_filter, searches, queries, wanted, max_results)
            write_refused(store / REFUSED, refused)
            _check(kept, refused, queries, store / REFUSED)
            write_refused(folder / REFUSED, refused)
            _write(folder, kept_store, kept, test_share, seed)
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


def _select(
    image_filter: ImageFilter,
    searches: Sequence[Search],
    queries: Mapping[str, Sequence[str]],
    wanted: int,
    max_results: int,
) -> tuple[dict[str, list[Kept]], list[Refusal]]:
    """The images of each side, at most `wanted`, and all that were refused on the way."""
    kept: dict[str, list[Kept]] = {}
    refused: list[Refusal] = []
    for side in sorted(queries, key=lambda side: side != WHITE):
        found = (each for query in queries[side] for search in searches for each in search.search(query, max_results))
        selected = islice(_accepted(image_filter, found, side, refused), wanted)
        kept[side] = list(progress(selected, wanted, f"searching for side {side}", "images"))
        if len(kept[side]) < wanted:
            echo(
                f"side {side}: {len(kept[side])} images of the {wanted} wanted; goes on with them "
                "(more queries, services or licences find more)"
            )
    image_filter.settle()
    return kept, refused


def _accepted(image_filter: ImageFilter, found: Iterator[Found], side: str, refused: list[Refusal]) -> Iterator[Kept]:
    """Those that are kept; an address that comes again is passed over."""
    addresses: set[str] = set()
    for each in found:
        if each.url not in addresses:
            addresses.add(each.url)
            verdict = image_filter.accept(each, side == WHITE)
            if isinstance(verdict, Kept):
                yield verdict
            else:
                refused.append(Refusal(side, each.url, each.landing_page, each.provider, each.query, verdict))


def _check(
    kept: Mapping[str, Sequence[Kept]], refused: Sequence[Refusal], queries: Mapping[str, Sequence[str]], table: Path
) -> None:
    """Raise SearchError for a side without images, with what most of those that were found were refused for."""
    for side, images in kept.items():
        if not images:
            why = Counter(each.reason.partition(":")[0] for each in refused if each.side == side).most_common(1)
            found = f"{sum(each.side == side for each in refused)} were found" if why else "none was found"
            raise SearchError(
                f"side {side}: no image for {', '.join(map(repr, queries[side]))}: {found}"
                f"{f', most refused for: {why[0][0]} (all of them: {table})' if why else ''}; "
                "change the task's queries, services or rules in params.yaml"
            )


def _write(
    folder: Path,
    store: Store,
    kept: Mapping[str, Sequence[Kept]],
    test_share: float,
    seed: int,
) -> None:
    """Copy the images to their sides, all of a creator's for training or for testing, and write the manifest."""
    tested = testers({side: [_creator(each) for each in images] for side, images in kept.items()}, test_share, seed)
    rows = []
    for side, images in kept.items():
        for each in images:
            split = "test" if _creator(each) in tested else "train"
            rows.append(_row(each, side, f"{split}{side}/{each.name}.{each.suffix}"))
    rows.sort(key=lambda row: row.file)
    for side in SIDES:
        count = sum(row.file.startswith(f"{side}/") for row in rows)
        if not count:
            raise SearchError(
                f"{side}: none of the {len(kept[side[-1]])} images of side {side[-1]}, as those of one creator stay "
                "together; raise wanted, or change the task's queries or test_share in params.yaml"
            )
        (folder / side).mkdir(parents=True)
    for row in rows:
        shutil.copyfile(store.file(row.url), folder / row.file)
    write_manifest(folder / MANIFEST, rows)


def _row(each: Kept, side: str, file: str) -> Row:
    found = each.found
    return Row(
        file=file,
        side=side,
        url=found.url,
        landing_page=found.landing_page,
        title=found.title,
        creator=found.creator,
        licence=found.licence,
        licence_version=found.licence_version,
        licence_url=found.licence_url,
        provider=found.provider,
        query=found.query,
        retrieved_at=each.served.retrieved_at,
        sha256=each.served.sha256,
        phash=each.phash,
        width=each.width,
        height=each.height,
    )


def _creator(each: Kept) -> str:
    """Whose an image is, however it is spelled; of one by nobody known, itself."""
    return each.found.creator.casefold() or each.found.url


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
    selected: set[str] = set()
    for over in (False, True):
        for creator in (name for name in order if name not in selected):
            after = {side: left[side] - count[creator] for side, count in counts.items()}
            nearer = sum(map(abs, after.values())) < sum(map(abs, left.values()))
            if nearer and (over or min(after.values()) >= 0) and _spared(counts, selected | {creator}):
                selected.add(creator)
                left = after
    for count in counts.values():
        if not selected & set(count):
            fit = [name for name in order if count[name] and _spared(counts, selected | {name})]
            selected |= set(sorted(fit, key=lambda name: count[name])[:1])
    return selected


def _spared(counts: Mapping[str, Counter[str]], selected: set[str]) -> bool:
    """Whether each side has images of others left, for training."""
    return all(set(count) - selected for count in counts.values())
