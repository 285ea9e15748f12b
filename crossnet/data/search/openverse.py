"""Openverse: a search over openly licensed images of many providers.

Without a token a page holds at most 20 results and a query has at most 240. With one, which its operators give to a
registered application, pages of 50 and all the pages that an answer announces are asked for. Its terms forbid getting
round the limits: when a rate is used up this waits, or stops and says when to come again, and asks nothing until then.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from crossnet.data.download.errors import WebError
from crossnet.data.download.web import Web
from crossnet.data.search.found import Found, SearchError
from crossnet.data.search.licences import normalise, uses
from crossnet.data.search.limit import Limit
from crossnet.data.search.plain_text import number, plain
from crossnet.data.search.store import Store

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
