"""Openverse is asked page by page within its limits, and nothing twice."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crossnet.data.download.addresses import WebError
from crossnet.data.image_search.found import LimitError, SearchError
from crossnet.data.image_search.openverse import Openverse
from crossnet.data.image_search.store import Store
from tests.support.fake_openverse import TOKEN, FakeOpenverse
from tests.support.loopback import Answer

FREE = ("cc0", "pdm", "by", "by-sa")


@pytest.fixture
def server() -> Iterator[FakeOpenverse]:
    with FakeOpenverse() as fake:
        yield fake


def client(
    server: FakeOpenverse, store: Path, token: str = "", licences: tuple[str, ...] = FREE, longest_wait_s: float = 2.0
) -> Openverse:
    return Openverse(server.web(longest_wait_s=longest_wait_s), Store(store), server.url, licences, token)


def fill(server: FakeOpenverse, count: int) -> None:
    for number in range(count):
        server.add("elephant", b"", title=f"No. {number}")


def pages(server: FakeOpenverse) -> list[tuple[str, str]]:
    return [(asked.query["page"][0], asked.query["page_size"][0]) for asked in server.log]


def test_it_goes_from_page_to_page_until_there_are_no_more(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 45)
    found = list(client(server, tmp_path).search("elephant", 1000))
    assert [each.title for each in found] == [f"No. {number}" for number in range(45)]
    assert pages(server) == [("1", "20"), ("2", "20"), ("3", "20")]
    asked = server.log[0].query
    assert {key: asked[key] for key in ("license_type", "category", "mature")} == {
        "license_type": ["commercial,modification"],
        "category": ["photograph"],
        "mature": ["false"],
    }


def test_it_asks_for_a_page_only_when_results_are_taken_that_far(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 60)
    results = client(server, tmp_path).search("elephant", 1000)
    assert [next(results).title for _ in range(20)][-1] == "No. 19"
    assert len(server.log) == 1


@pytest.mark.parametrize(("most", "requests"), [(1, 1), (20, 1), (21, 2), (50, 3)])
def test_it_finds_no_more_than_it_was_asked_for(
    server: FakeOpenverse, tmp_path: Path, most: int, requests: int
) -> None:
    fill(server, 70)
    assert len(list(client(server, tmp_path).search("elephant", most))) == most
    assert len(server.log) == requests


def test_without_a_token_it_stops_at_240_results(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 300)
    assert len(list(client(server, tmp_path).search("elephant", 1000))) == 240
    assert len(server.log) == 12


def test_a_token_is_sent_allows_more_and_is_kept_nowhere(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 300)
    assert len(list(client(server, tmp_path, TOKEN).search("elephant", 1000))) == 300
    assert pages(server) == [(str(page), "50") for page in range(1, 7)]
    assert {asked.headers["Authorization"] for asked in server.log} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_token_that_is_not_taken_is_told_without_showing_it(server: FakeOpenverse, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"^[^\n]*401[^\n]*OPENVERSE_TOKEN[^\n]*$") as raised:
        list(client(server, tmp_path, "expired-secret").search("elephant", 10))
    assert "expired-secret" not in str(raised.value)


def test_a_token_does_not_travel_in_clear(server: FakeOpenverse, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"^http://api\.example\.org: a token is sent over https alone; [^\n]+$"):
        Openverse(server.web(), Store(tmp_path), "http://api.example.org", FREE, TOKEN)


@pytest.mark.parametrize(
    ("licences", "count", "asked"),
    [(FREE, 1, "commercial,modification"), (("by", "by-nc"), 2, "modification"), (("by-nc-nd",), 4, None)],
)
def test_it_asks_for_what_the_licences_permit(
    server: FakeOpenverse, tmp_path: Path, licences: tuple[str, ...], count: int, asked: str | None
) -> None:
    for licence in ("by", "by-nc", "by-nd", "by-nc-nd"):
        server.add("elephant", b"", license=licence)
    assert len(list(client(server, tmp_path, licences=licences).search("elephant", 10))) == count
    assert server.log[0].query.get("license_type") == ([asked] if asked else None)


def test_what_was_answered_is_not_asked_for_again(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 45)
    first = client(server, tmp_path).search("elephant", 1000)
    before = [next(first) for _ in range(25)]  # and then the process ends
    assert len(server.log) == 2
    found = list(client(server, tmp_path).search("elephant", 1000))
    assert found[:25] == before
    assert len(found) == 45
    assert len(server.log) == 3


def test_a_result_is_read_whatever_is_missing(server: FakeOpenverse, tmp_path: Path) -> None:
    path = server.add("elephant", b"", title=None, creator=None, width=None, license_url=None, foreign_landing_url=None)
    server.add("elephant", b"", url=None)
    server.add("elephant", b"", title="Слон \n\t象\x00 \ud83d", license="sampling+", width=640, height=480)
    whole = server.results["elephant"]
    page = {"result_count": None, "page_count": 1, "page_size": 20, "page": 1, "results": [*whole, "nonsense", None]}
    server.faults = [("/v1", Answer(200, json.dumps(page).encode()))]
    bare, other = client(server, tmp_path).search("elephant", 10)
    assert (bare.url, bare.title, bare.creator, bare.landing_page) == (server.url + path, "", "", "")
    assert (bare.licence, bare.licence_version, bare.width) == ("by-sa", "2.0", 0)
    assert (other.title, other.licence, other.width, other.height) == ("Слон 象", "sampling+", 640, 480)


@pytest.mark.parametrize("rate", ["2/second", "2/s"])
def test_a_rate_that_is_soon_free_again_is_waited_for(tmp_path: Path, rate: str) -> None:
    with FakeOpenverse(rate, left=2) as server:
        fill(server, 60)
        results = client(server, tmp_path).search("elephant", 60)
        taken = [next(results) for _ in range(40)]
        server.left = 2
        start = time.monotonic()
        assert len(taken) + len(list(results)) == 60
        assert 0.9 < time.monotonic() - start < 3
        assert len(server.log) == 3


@pytest.mark.parametrize(("rate", "period_s"), [("200/day", 86400), ("20/min", 60), ("5/hour", 3600)])
def test_a_rate_that_is_used_up_for_long_stops_it_and_says_when_to_come_again(
    tmp_path: Path, rate: str, period_s: int
) -> None:
    with FakeOpenverse(rate, left=2) as server:
        fill(server, 60)
        results = client(server, tmp_path).search("elephant", 60)
        assert len([next(results) for _ in range(40)]) == 40
        with pytest.raises(LimitError) as raised:
            next(results)
        said = re.search(
            rf"no request is left of {rate} until (\S+ \S+) UTC, and none is made before", str(raised.value)
        )
        assert said
        again = datetime.strptime(said[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        assert abs((again - datetime.now(UTC)).total_seconds() - period_s - 30) < 32  # in whole minutes, not too early
        assert len(server.log) == 2  # none that would be refused
        with pytest.raises(LimitError) as later:  # nor does the next run ask, which first has what is kept
            list(client(server, tmp_path).search("elephant", 60))
        assert str(later.value) == str(raised.value)
        assert len(server.log) == 2
        pass_by(tmp_path, period_s)
        server.left = 10
        assert len(list(client(server, tmp_path).search("elephant", 60))) == 60
        assert len(server.log) == 3


def pass_by(store: Path, seconds: float) -> None:
    """Let so much time have passed since a limit was noted."""
    (record,) = (store / "limits").iterdir()
    noted = json.loads(record.read_text())
    noted["free_at"] = (datetime.fromisoformat(noted["free_at"]) - timedelta(seconds=seconds)).isoformat()
    record.write_text(json.dumps(noted))


@pytest.mark.parametrize("retry_after", ["86400", ""])
def test_a_limit_that_was_used_up_before_is_kept_until_it_is_free(retry_after: str, tmp_path: Path) -> None:
    with FakeOpenverse("200/day", left=0) as server:
        server.retry_after = retry_after
        fill(server, 3)
        first = r"^[^\n]*/v1/images/: no request is left of 200/day until [^\n]* run the same again then"
        for _ in range(2):
            with pytest.raises(LimitError, match=first):
                list(client(server, tmp_path).search("elephant", 10))
        assert len(server.log) == (1 if retry_after else 3)  # all of the first run
        server.left = 10**6
        with pytest.raises(LimitError):
            list(client(server, tmp_path).search("elephant", 10))
        assert len(list(client(server, tmp_path, token=TOKEN).search("elephant", 10))) == 3  # which has its own
        assert len(list(client(server, tmp_path / "other").search("elephant", 10))) == 3
        pass_by(tmp_path, 86400)
        assert len(list(client(server, tmp_path).search("elephant", 10))) == 3


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rate": 1, "free_at": "soon"}', '{"rate": "1", "free_at": 7}'])
def test_a_damaged_limit_is_none(content: str, server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 3)
    Store(tmp_path).keep_limit(f"{server.url}/v1/images/", "without a token", "1/day", datetime.now(UTC))
    next((tmp_path / "limits").iterdir()).write_text(content)
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3


def test_429_is_tried_again_when_the_service_says(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 3)
    server.faults = [("/v1", Answer(429, b"{}", {"Retry-After": "1"}))]
    start = time.monotonic()
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3
    assert time.monotonic() - start >= 1
    assert len(server.log) == 2


def test_429_that_asks_for_too_long_stops_it(tmp_path: Path) -> None:
    with FakeOpenverse(left=0) as server:
        server.retry_after = "86400"
        with pytest.raises(LimitError, match=r"no request is left of 20/min until"):
            list(client(server, tmp_path).search("elephant", 10))
        assert len(server.log) == 1


def test_5xx_and_slow_answers_are_tried_again(server: FakeOpenverse, tmp_path: Path) -> None:
    fill(server, 3)
    server.faults = [("/v1", Answer(503)), ("/v1", Answer(0, slow_s=1.0))]
    openverse = Openverse(server.web(timeout_s=0.3), Store(tmp_path), server.url, FREE, "")
    assert len(list(openverse.search("elephant", 10))) == 3
    assert len(server.log) == 3


def test_a_wrong_question_stops_it_with_what_the_service_says(server: FakeOpenverse, tmp_path: Path) -> None:
    with pytest.raises(WebError, match=r"^[^\n]*400 Bad Request[^\n]*InputError[^\n]*$"):
        list(client(server, tmp_path).search("", 10))


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b'{"results": 1}', json.dumps({}).encode()])
def test_an_answer_of_another_kind_stops_it_and_is_not_kept(server: FakeOpenverse, tmp_path: Path, body: bytes) -> None:
    fill(server, 3)
    server.faults = [("/v1", Answer(200, body))]
    with pytest.raises(SearchError, match=r"^[^\n]*wanted JSON with results; try again later$"):
        list(client(server, tmp_path).search("elephant", 10))
    assert len(list(client(server, tmp_path).search("elephant", 10))) == 3
