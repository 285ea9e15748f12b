"""Wikimedia Commons on this machine: the part of MediaWiki's API that is asked, its errors, and its files."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.loopback import Answer, Loopback
from tests.support.servers import Asked

WANTED = {
    "action": "query",
    "format": "json",
    "formatversion": "2",
    "generator": "search",
    "gsrnamespace": "6",
    "gsrlimit": "50",
    "prop": "imageinfo",
    "iiprop": "url|size|mime|sha1|user|extmetadata",
    "maxlag": "5",
}


class FakeCommons(Loopback):
    """Holds files by the query that finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.results: dict[str, list[dict[str, Any]]] = {}

    def add(
        self,
        query: str,
        body: bytes,
        size: tuple[int, int] = (160, 120),
        preview: bytes = b"",
        mime: str = "image/jpeg",
        artist: str = "",
        licence: tuple[str, str] = ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0"),
        title: str = "",
    ) -> str:
        """Put a file, and its preview of 512 pixels, into the results of a query; returns its path."""
        number = len(self.files) + 1
        path, thumb = f"/wikipedia/commons/{number}.jpg", f"/wikipedia/commons/thumb/{number}/512px.jpg"
        self.files[path] = Answer(body=body, headers={"Content-Type": mime})
        self.files[thumb] = Answer(body=preview or body, headers={"Content-Type": "image/jpeg"})
        width, height = size
        said = {"Artist": artist, "LicenseShortName": licence[0], "LicenseUrl": licence[1]}
        info = {
            "url": self.url + path,
            "thumburl": self.url + (thumb if width > 512 else path),
            "thumbwidth": min(width, 512),
            "thumbheight": height * min(width, 512) // width,
            "descriptionurl": f"https://commons.example.org/wiki/File:{number}.jpg",
            "width": width,
            "height": height,
            "size": len(body),
            "mime": mime,
            "sha1": "0" * 40,
            "user": f"Uploader{number}",
            "extmetadata": {k: {"value": v, "source": "commons-desc-page"} for k, v in said.items() if v},
        }
        found = self.results.setdefault(query, [])
        page = {"pageid": 1000 - number, "ns": 6, "title": title or f"File:Picture {number}.jpg"}
        found.append(page | {"index": len(found) + 1, "imageinfo": [info]})
        return path

    def reply(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        if not re.search(r"@|https?://", asked.headers.get("User-Agent", "")):
            return Answer(403, b"Please set a user-agent and respect our robot policy.")
        if asked.path != "/w/api.php":
            return super().reply(asked, query)
        wrong = [f"{key}={query.get(key)}" for key, value in WANTED.items() if query.get(key) != value]
        if wrong or not query.get("iiurlwidth", "").isdecimal():
            return api({"error": {"code": "badvalue", "info": f"Unrecognized value for {', '.join(wrong)}."}})
        words = query.get("gsrsearch", "")
        results = self.results.get(words.removeprefix("filetype:bitmap "), [])
        start = int(query.get("gsroffset", "0"))
        if start and query.get("continue") != "gsroffset||":
            return api({"error": {"code": "badcontinue", "info": "Invalid continue param."}})
        pages = results[start : start + 50]
        answer: dict[str, Any] = {"batchcomplete": True}
        if start + 50 < len(results):
            answer["continue"] = {"gsroffset": start + 50, "continue": "gsroffset||"}
        if pages:
            answer["query"] = {"pages": sorted(pages, key=lambda page: int(page["pageid"]))}
        return api(answer)


def behind(retry_after: str = "1") -> Answer:
    """What MediaWiki says when its databases are behind by more than maxlag: an error under a 200."""
    error = {"code": "maxlag", "info": "Waiting for 10.64.32.1: 7.2 seconds lagged.", "lag": 7.2}
    return api({"error": error}, {"Retry-After": retry_after, "X-Database-Lag": "7"})


def api(value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})
