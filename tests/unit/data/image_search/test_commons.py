"""Wikimedia Commons is asked one thing after the other, as its operators wish."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossnet.data.download.addresses import WebError
from crossnet.data.image_search.commons import Commons
from crossnet.data.image_search.found import SearchError
from crossnet.data.image_search.store import Store
from tests.support.fake_commons import FakeCommons, api, behind
from tests.support.loopback import Answer


@pytest.fixture
def server() -> Iterator[FakeCommons]:
    with FakeCommons() as fake:
        yield fake


def client(server: FakeCommons, store: Path, tries: int = 3) -> Commons:
    return Commons(server.web(tries), Store(store), server.url, 512)


def fill(server: FakeCommons, count: int) -> None:
    for number in range(count):
        server.add("elephant", b"", title=f"File:No. {number}.jpg")


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (50, 1), (51, 2), (120, 3)])
def test_it_goes_on_as_long_as_there_is_more_best_first(
    server: FakeCommons, tmp_path: Path, count: int, requests: int
) -> None:
    fill(server, count)
    found = list(client(server, tmp_path).search("elephant", 1000))
    assert [each.title for each in found] == [f"No. {number}.jpg" for number in range(count)]
    assert len(server.log) == requests
    assert server.most_at_once <= 1
    assert server.log[0].query["iiurlwidth"] == ["512"]


def test_it_finds_no_more_than_it_was_asked_for(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 120)
    assert len(list(client(server, tmp_path).search("elephant", 60))) == 60
    assert len(server.log) == 2


def test_what_was_answered_is_not_asked_for_again(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 60)
    first = list(client(server, tmp_path).search("elephant", 100))
    assert list(client(server, tmp_path).search("elephant", 100)) == first
    assert len(server.log) == 2


def test_a_client_that_names_nobody_is_turned_away(server: FakeCommons, tmp_path: Path) -> None:
    with pytest.raises(WebError, match=r"403[^\n]*user-agent"):
        list(Commons(server.web(agent="python"), Store(tmp_path), server.url, 512).search("elephant", 10))


def test_a_large_file_is_taken_as_its_preview_and_a_small_one_as_it_is(server: FakeCommons, tmp_path: Path) -> None:
    small = server.add("elephant", b"", (512, 300))
    large = server.add("elephant", b"", (4000, 3000))
    first, second = client(server, tmp_path).search("elephant", 10)
    assert (first.url, first.width, first.height) == (server.url + small, 512, 300)
    assert (second.url, second.width, second.height) == (
        server.url + large.replace("commons/", "commons/thumb/").replace(".jpg", "/512px.jpg"),
        512,
        384,
    )


@pytest.mark.parametrize(
    ("artist", "creator"),
    [
        ('<a href="//commons.wikimedia.org/wiki/User:J%C3%B6rg" title="User:Jörg">Jörg &amp; Ko</a>', "Jörg & Ko"),
        ("", "Uploader1"),
        ("<bdi>大象\n<br>photo</bdi>", "大象 photo"),
        ('Unknown<span style="display: none;">Unknown author</span>', "Unknown"),
        ("<script>alert(1)</script><b>A <i>B</b>", "A B"),
        ("<a href='x'>Ann<b>a", "Anna"),
        ("<i></i> <!-- nobody -->", "Uploader1"),
    ],
)
def test_the_artist_is_text_whatever_the_html(server: FakeCommons, tmp_path: Path, artist: str, creator: str) -> None:
    server.add("elephant", b"", artist=artist)
    assert next(client(server, tmp_path).search("elephant", 10)).creator == creator


@pytest.mark.parametrize(
    ("licence", "name", "version"),
    [
        (("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0"), "by-sa", "4.0"),
        (("CC BY 3.0 de", "//creativecommons.org/licenses/by/3.0/de/deed.en"), "by", "3.0"),
        (("CC0", "http://creativecommons.org/publicdomain/zero/1.0/deed.en"), "cc0", "1.0"),
        (("Public domain", ""), "pdm", ""),
        (("GFDL", "//www.gnu.org/copyleft/fdl.html"), "gfdl", ""),
        (("", ""), "unclear", ""),
    ],
)
def test_licences_come_in_the_common_names(
    server: FakeCommons, tmp_path: Path, licence: tuple[str, str], name: str, version: str
) -> None:
    server.add("elephant", b"", licence=licence)
    found = next(client(server, tmp_path).search("elephant", 10))
    assert (found.licence, found.licence_version) == (name, version)
    assert found.licence_url.startswith("http") == bool(licence[1])


@pytest.mark.parametrize("mime", ["image/svg+xml", "image/gif", "application/pdf", "video/webm"])
def test_what_is_no_photograph_is_passed_over(server: FakeCommons, tmp_path: Path, mime: str) -> None:
    server.add("elephant", b"", mime=mime)
    server.add("elephant", b"")
    assert [each.identifier for each in client(server, tmp_path).search("elephant", 10)] == ["997"]


def test_a_page_that_came_without_its_file_comes_again_with_it(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 3)
    whole: list[dict[str, Any]] = server.results["elephant"]
    first = [whole[0], {key: value for key, value in whole[1].items() if key != "imageinfo"}, whole[2]]
    onward = {"iicontinue": "2|x", "continue": "||"}
    server.faults = [
        ("/w", api({"query": {"pages": first}, "continue": onward})),
        ("/w", api({"query": {"pages": whole}})),
    ]
    found = list(client(server, tmp_path).search("elephant", 10))
    assert sorted(each.title for each in found) == [f"No. {number}.jpg" for number in range(3)]
    assert server.log[1].query["iicontinue"] == ["2|x"]


def test_one_that_is_behind_is_waited_for_and_that_is_no_answer(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 3)
    server.faults = [("/w", behind())]
    start = time.monotonic()
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3
    assert time.monotonic() - start >= 1
    assert len(server.log) == 2


def test_one_that_stays_behind_stops_it_and_the_next_run_asks_again(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 3)
    server.faults = [("/w", behind("0")) for _ in range(3)]
    with pytest.raises(WebError, match=r"^[^\n]*tried 3 times[^\n]*$"):
        list(client(server, tmp_path).search("elephant", 10))
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3


@pytest.mark.parametrize(
    "broken",
    [api({"error": {"code": "maxlag", "info": "no Retry-After"}}), api({"error": "x"}), api([1])],
    ids=["an error", "an odd error", "a list"],
)
def test_an_error_under_200_stops_it_and_is_not_kept(server: FakeCommons, tmp_path: Path, broken: Answer) -> None:
    fill(server, 3)
    server.faults = [("/w", broken)]
    with pytest.raises(SearchError, match=r"^[^\n]*/w/api\.php: [^\n]+; try again later$"):
        list(client(server, tmp_path).search("elephant", 10))
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3


def test_one_that_sends_in_circles_is_left(server: FakeCommons, tmp_path: Path) -> None:
    circle = api({"continue": {"gsroffset": 50, "continue": "gsroffset||"}})
    server.faults = [("/w", circle)] * 5
    with pytest.raises(SearchError, match=r"sends in circles"):
        list(client(server, tmp_path).search("elephant", 10))
    assert len(server.log) == 2


def test_what_has_failed_for_a_while_goes_well_then(server: FakeCommons, tmp_path: Path) -> None:
    fill(server, 3)
    server.faults = [("/w", Answer(500)), ("/w", Answer(429, headers={"Retry-After": "0"}))]
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3
    assert len(server.log) == 3
