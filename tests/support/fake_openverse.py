"""Openverse on this machine: its paging, limits and errors, and the providers' files."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from tests.support.loopback import Answer, Loopback
from tests.support.servers import Asked

PARAMETERS = {"q", "page", "page_size", "license_type", "category", "mature"}
TOKEN = "a-token-that-is-good"


class FakeOpenverse(Loopback):
    """Holds images by the query that finds them; `rate` requests may be made, of which `left` are."""

    def __init__(self, rate: str = "20/min", left: int = 10**6) -> None:
        super().__init__()
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.rate, self.left, self.retry_after = rate, left, "60"

    def add(self, query: str, body: bytes, name: str = "", **said: Any) -> str:
        """Put a file on a provider's server and into the results of a query; returns its path."""
        number = len(self.files)
        path = f"/static/{name or number}.jpg"
        self.files[path] = Answer(body=body, headers={"Content-Type": "image/jpeg"})
        licence = said.get("license", "by-sa")
        result = {
            "id": str(uuid.UUID(int=number)),
            "title": f"Picture {number}",
            "foreign_landing_url": f"https://photos.example.org/{number}",
            "url": self.url + path,
            "creator": f"Creator {number}",
            "creator_url": f"https://photos.example.org/people/{number}",
            "license": licence,
            "license_version": "2.0",
            "license_url": f"https://creativecommons.org/licenses/{licence}/2.0/",
            "provider": "flickr",
            "source": "flickr",
            "filesize": None,
            "filetype": "jpg",
            "height": None,
            "width": None,
            "attribution": "",
            "mature": False,
        }
        self.results.setdefault(query, []).append(result | said)
        return path

    def reply(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        if asked.path != "/v1/images/":
            return super().reply(asked, query)
        authorization = asked.headers.get("Authorization")
        if authorization not in (None, f"Bearer {TOKEN}"):
            return _json(401, {"detail": "Invalid token header."})
        self.left -= 1
        rates = {"X-RateLimit-Limit-anon_burst": self.rate, "X-RateLimit-Available-anon_burst": str(max(0, self.left))}
        if self.left < 0:
            return _json(429, {"detail": "Request was throttled."}, rates | {"Retry-After": self.retry_after})
        return _json(*self._page(query, authorization is not None), rates)

    def _page(self, query: Mapping[str, str], known: bool) -> tuple[int, Any]:
        wrong = set(query) - PARAMETERS
        wrong |= {key for key in ("page", "page_size") if not query.get(key, "1").isdecimal()}
        if query.get("category") != "photograph" or query.get("mature") != "false":
            wrong |= {"category", "mature"}
        if wrong or not query.get("q"):
            return 400, {"error": "InputError", "detail": "Bad parameters.", "fields": sorted(wrong)}
        page, size = int(query.get("page", "1")), int(query.get("page_size", "20"))
        if size > (50 if known else 20):
            return 401, {"detail": "page_size must be between 1 & 20 for anonymous requests."}
        if page * size > (10_000 if known else 240):
            return 401, {"detail": "Anonymous requests are limited to 240 results."}
        uses = set(query.get("license_type", "").split(","))
        forbidden = {"commercial": "nc", "modification": "nd"}
        results = [
            result
            for result in self.results.get(query["q"], [])
            if not any(forbidden[use] in result["license"].split("-") for use in uses & set(forbidden))
        ][: None if known else 240]
        return 200, {
            "result_count": len(results),
            "page_count": -(-len(results) // size),
            "page_size": size,
            "page": page,
            "results": results[(page - 1) * size : page * size],
        }


def _json(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})
