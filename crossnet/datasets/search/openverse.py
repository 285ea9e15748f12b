"""Openverse: a search over openly licensed images of many providers.

Without a token a page holds at most 20 results and a query has at most 240. With one, which its operators give to a
registered application, pages of 50 and all the pages that an answer announces are asked for. Its terms forbid getting
round the limits: when a rate is used up this waits, or stops and says when to come again.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from crossnet.datasets.search.found import Found, LimitError, SearchError
from crossnet.datasets.search.licences import normalise, uses
from crossnet.datasets.search.plain_text import number, plain
from crossnet.datasets.search.store import Store
from crossnet.datasets.web import Web, WebError

ANONYMOUS_PAGE, ANONYMOUS_MOST = 20, 240
TOKEN_PAGE = 50
MOST_BYTES = 8 << 20  # of one page of results
PERIODS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # of rates, "200/day", by the first letter of their unit


class Openverse:
    """Its images that are photographs, fit for all, and whose licences permit what all of `licences` do."""

    def __init__(self, web: Web, store: Store, address: str, licences: Collection[str], token: str) -> None:
        """address: "https://api.openverse.org"; token: "" for none. Raises SearchError for one that goes in clear."""
        parts = urlsplit(address)
        if token and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise SearchError(
                f"{address}: a token is sent over https alone; mend the address, or unset OPENVERSE_TOKEN"
            )
        self.web, self.store, self.token = web, store, token
        self.endpoint = f"{address.rstrip('/')}/v1/images/"
        self.license_type = uses(licences)
        self._limit, self._free_at = "", 0.0  # the rate that is used up, and when it no longer is, by time.time()

    def search(self, query: str, most: int) -> Iterator[Found]:
        """As `Search.search`."""
        most = most if self.token else min(most, ANONYMOUS_MOST)
        page, pages, count = 1, 1, 0
        while page <= pages and count < most:
            answer = self._page(query, page)
            results = answer["results"]
            for result in results[: most - count]:
                if found := _found(result, query):
                    yield found
            count += len(results)
            pages = number(answer.get("page_count")) if results else 0
            page += 1

    def _page(self, query: str, page: int) -> dict[str, Any]:
        params = {"q": query, "page": str(page), "page_size": str(TOKEN_PAGE if self.token else ANONYMOUS_PAGE)}
        params |= {"license_type": self.license_type} if self.license_type else {}
        params |= {"category": "photograph", "mature": "false"}
        answer = self.store.answer(self.endpoint, params)
        if answer is None:
            answer = self._ask(params)
            self.store.keep_answer(self.endpoint, params, answer)
        return answer

    def _ask(self, params: Mapping[str, str]) -> dict[str, Any]:
        self._wait()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            body, said = self.web.content(f"{self.endpoint}?{urlencode(params)}", MOST_BYTES, headers)
        except WebError as error:
            if error.status in (401, 403) and self.token:
                raise SearchError(f"{error}; is OPENVERSE_TOKEN still good? renew or unset it") from error
            raise
        self._heed(said)
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
            raise SearchError(f"{self.endpoint}: answered {body[:80]!r}, wanted JSON with results; try again later")
        return answer

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Take note of rates of which nothing is left: X-RateLimit-Available-<scope>, X-RateLimit-Limit-<scope>."""
        for name, available in headers.items():
            scope = name.lower().removeprefix("x-ratelimit-available-")
            if scope == name.lower() or available.strip() not in ("0", "0.0"):
                continue
            limit = headers.get(f"x-ratelimit-limit-{scope}", "")
            unit = limit.partition("/")[2].strip()[:1].lower()
            free_at = time.time() + PERIODS_S.get(unit, PERIODS_S["d"])
            if free_at > self._free_at:
                self._limit, self._free_at = limit or scope, free_at

    def _wait(self) -> None:
        """Sleep until a rate allows a request, if that is soon; raises LimitError if it is not."""
        left = self._free_at - time.time()
        if left > self.web.longest_wait_s:
            again = datetime.now(UTC) + timedelta(seconds=left + 60)
            raise LimitError(
                f"{self.endpoint}: no request is left of {self._limit}; run the same again after "
                f"{again:%Y-%m-%d %H:%M} UTC, and it goes on from here"
            )
        time.sleep(max(0.0, left))


def _found(result: Any, query: str) -> Found | None:
    """One result; None for what is not one, or has no address."""
    if not isinstance(result, dict) or not plain(result.get("url")):
        return None

    def text(key: str) -> str:
        return plain(result.get(key))

    licence = normalise(text("license"), text("license_version"), text("license_url"))
    return Found(
        url=text("url"),
        landing_page=text("foreign_landing_url"),
        creator=text("creator"),
        licence=licence.name,
        licence_version=licence.version,
        licence_url=text("license_url"),
        title=text("title"),
        width=number(result.get("width")),
        height=number(result.get("height")),
        filetype=text("filetype"),
        provider=text("provider"),
        query=query,
        identifier=text("id"),
    )
