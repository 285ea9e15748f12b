"""Wikimedia Commons: a search over its files through MediaWiki's API, one request after the other.

Its operators require a User-Agent that says whom to write to, which is the `Web`'s.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crossnet.data.download.web import Web
from crossnet.data.image_search.found import Found, SearchError, from_html, number, plain
from crossnet.data.image_search.licences import normalise
from crossnet.data.image_search.store import Store

PAGE = 50
MAXLAG_S = 5  # how far its databases may be behind for it to answer; MediaWiki's advice
FILETYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/tiff": "tif"}


class Commons:
    """Its bitmap files; of one that is wider than `width` pixels the preview of that width."""

    def __init__(self, web: Web, store: Store, address: str, width: int) -> None:
        """address: "https://commons.wikimedia.org"."""
        self.web, self.store, self.width = web, store, width
        self.endpoint = f"{address.rstrip('/')}/w/api.php"

    def search(self, query: str, most: int) -> Iterator[Found]:
        """As `Search.search`."""
        onward: dict[str, str] = {}
        seen: set[int] = set()
        while True:
            answer = self._page(query, onward)
            pages = (answer.get("query") or {}).get("pages") or []
            for page in sorted((page for page in pages if isinstance(page, dict)), key=_rank):
                identifier = number(page.get("pageid"))
                found = self._found(page, query)
                if found and identifier not in seen:  # a page comes again when an answer could not hold all of it
                    if len(seen) == most:
                        return
                    seen.add(identifier)
                    yield found
            before, onward = onward, {key: str(value) for key, value in (answer.get("continue") or {}).items()}
            if not onward or len(seen) == most:
                return
            if onward == before:
                raise SearchError(f"{self.endpoint}: sends in circles, after {len(seen)} results; try again later")

    def _page(self, query: str, onward: Mapping[str, str]) -> dict[str, Any]:
        params = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "generator": "search",
            "gsrsearch": f"filetype:bitmap {query}",
            "gsrnamespace": "6",
            "gsrlimit": str(PAGE),
            "prop": "imageinfo",
            "iiprop": "url|size|mime|sha1|user|extmetadata",
            "iiurlwidth": str(self.width),
            "maxlag": str(MAXLAG_S),
            **onward,
        }
        answer = self.store.answer(self.endpoint, params)
        if answer is None:
            answer = self.web.json(self.endpoint, params)  # which waits for what is behind
            self._check(answer)
            self.store.keep_answer(self.endpoint, params, answer)
        return answer

    def _check(self, answer: Any) -> None:
        """Raise SearchError for an answer that is an error's, or nothing of the kind."""
        if not isinstance(answer, dict):
            raise SearchError(f"{self.endpoint}: answered {answer!r:.80}, wanted an object; try again later")
        if error := answer.get("error"):
            code, info = (plain(error.get(key)) for key in ("code", "info")) if isinstance(error, dict) else ("", "")
            raise SearchError(f"{self.endpoint}: error {code}: {info}; try again later")

    def _found(self, page: Mapping[str, Any], query: str) -> Found | None:
        """One result; None for what is no photograph's file, or has no address (yet)."""
        info = next(iter(page.get("imageinfo") or ()), None)
        if not isinstance(info, dict) or info.get("mime") not in FILETYPES or not plain(info.get("url")):
            return None
        said = info.get("extmetadata") or {}

        def text(key: str) -> str:
            value = said.get(key)
            return from_html(value.get("value")) if isinstance(value, dict) else ""

        preview = plain(info.get("thumburl")) and number(info.get("width")) > self.width
        address, width, height = ("thumburl", "thumbwidth", "thumbheight") if preview else ("url", "width", "height")
        licence_url = text("LicenseUrl")
        licence_url = f"https:{licence_url}" if licence_url.startswith("//") else licence_url
        licence = normalise(text("LicenseShortName"), "", licence_url)
        return Found(
            url=plain(info[address]),
            landing_page=plain(info.get("descriptionurl")),
            creator=text("Artist") or plain(info.get("user")),
            licence=licence.name,
            licence_version=licence.version,
            licence_url=licence_url,
            title=plain(page.get("title")).removeprefix("File:"),
            width=number(info.get(width)),
            height=number(info.get(height)),
            filetype=FILETYPES[info["mime"]],
            provider="wikimedia",
            query=query,
            identifier=str(number(page.get("pageid"))),
        )


def _rank(page: Mapping[str, Any]) -> int:
    """A result's place; the API gives pages by their numbers."""
    return number(page.get("index"))
