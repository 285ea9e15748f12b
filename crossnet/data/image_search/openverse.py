"""Openverse: a search over openly licensed images of many providers.

Without a token a page holds at most 20 results and a query has at most 240. With one, which its operators give to a
registered application, pages of 50 and all the pages that an answer announces are requested. Its terms forbid getting
round the limits: when a rate is used up this waits, or stops and says when to come again, and requests nothing until
then.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from crossnet.data.download.addresses import WebError
from crossnet.data.download.web import Web
from crossnet.data.image_search.found import Found, LimitError, SearchError, number, plain
from crossnet.data.image_search.licences import normalise, uses
from crossnet.data.image_search.store import Store

ANONYMOUS_PAGE, ANONYMOUS_MOST = 20, 240
TOKEN_PAGE = 50
MOST_BYTES = 8 << 20  # of one page of results


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
        self._limit = Limit(store, self.endpoint, "with a token" if token else "without a token", web.longest_wait_s)

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
        self._limit.wait()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            body, said = self.web.content(f"{self.endpoint}?{urlencode(params)}", MOST_BYTES, headers)
        except WebError as error:
            if error.status in (401, 403) and self.token:
                raise SearchError(f"{error}; is OPENVERSE_TOKEN still good? renew or unset it") from error
            if error.status == 429:
                self._limit.heed(error.headers, error.after_s)
                self._limit.wait()
            raise
        self._limit.heed(said)
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
            raise SearchError(f"{self.endpoint}: answered {body[:80]!r}, wanted JSON with results; try again later")
        return answer


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


PERIODS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # of rates, "200/day", by the first letter of their unit
AVAILABLE, LIMIT = "x-ratelimit-available-", "x-ratelimit-limit-"  # and then the scope


class Limit:
    """When a service may be asked again; `asker` says with which rights."""

    def __init__(self, store: Store, endpoint: str, asker: str, longest_wait_s: float) -> None:
        self.store, self.endpoint, self.asker, self.longest_wait_s = store, endpoint, asker, longest_wait_s
        self._rate, self._free_at = store.limit(endpoint, asker) or ("", datetime.min.replace(tzinfo=UTC))

    def heed(self, headers: Mapping[str, str], after_s: float = 0.0) -> None:
        """Take note of rates of which nothing is left, for their period, or for as long as the service asks to wait."""
        said = {name.lower(): value.strip() for name, value in headers.items()}
        used_up = {
            scope: said.get(f"{LIMIT}{scope}", "")
            for scope in (name.removeprefix(AVAILABLE) for name in said if name.startswith(AVAILABLE))
            if said[f"{AVAILABLE}{scope}"] in ("0", "0.0")
        }
        if after_s:
            self._note(", ".join(rate or scope for scope, rate in used_up.items()) or "its rate", after_s)
        else:
            for scope, rate in used_up.items():
                unit = rate.partition("/")[2].strip()[:1].lower()
                self._note(rate or scope, PERIODS_S.get(unit, PERIODS_S["d"]))

    def wait(self) -> None:
        """Sleep until a request is allowed, if that is soon; raises LimitError if it is not."""
        left_s = (self._free_at - datetime.now(UTC)).total_seconds()
        if left_s > self.longest_wait_s:
            again = self._free_at + timedelta(seconds=60)  # which is shown in whole minutes
            raise LimitError(
                f"{self.endpoint}: no request is left of {self._rate} until {again:%Y-%m-%d %H:%M} UTC, and none is "
                "made before; run the same again then, and it goes on from here"
            )
        time.sleep(max(0.0, left_s))

    def _note(self, rate: str, seconds: float) -> None:
        free_at = datetime.now(UTC) + timedelta(seconds=seconds)
        if free_at > self._free_at:
            self._rate, self._free_at = rate, free_at
            self.store.keep_limit(self.endpoint, self.asker, rate, free_at)
