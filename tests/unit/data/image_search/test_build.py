"""Two sides by image search: whole, the same again, whose they are, and nothing is asked for twice."""

import csv
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from filelock import FileLock

from crossnet.data.image_search.found import SearchError
from crossnet.data.image_search.manifest import attribution, read_manifest
from crossnet.data.image_search.store import sha256_of
from tests.support.fake_commons import FakeCommons
from tests.support.fake_openverse import TOKEN, FakeOpenverse
from tests.support.forked import CONTEXT
from tests.support.loopback import Answer
from tests.support.pictures import encoded, on_white, scene
from tests.support.searching import QUERIES, RULES, Job, world

SIDES = ("trainA", "trainB", "testA", "testB")
KILLS, WRITING = 20, 6  # of a fetch, and how many of these while it writes what it has


Services = tuple[FakeOpenverse, FakeCommons]


@pytest.fixture
def services() -> Iterator[Services]:
    with FakeOpenverse() as openverse, FakeCommons() as commons:
        yield openverse, commons


def job(services: Services, place: Path, wanted: int = 20, test_share: float = 0.2, token: str = "") -> Job:
    addresses = (("openverse", services[0].url), ("commons", services[1].url))
    return Job(place / "raw", place / "store", addresses, wanted, RULES, test_share, token)


def asked(services: Services) -> int:
    return sum(len(service.log) for service in services)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def but_for_the_time(files: dict[str, bytes]) -> dict[str, object]:
    """The same, the manifest as rows without the time of retrieval."""
    rows = list(csv.DictReader(files["manifest.csv"].decode().splitlines()))
    return {**files, "manifest.csv": [{k: v for k, v in row.items() if k != "retrieved_at"} for row in rows]}


def reasons(folder: Path) -> Counter[tuple[str, str]]:
    with (folder / "refused.csv").open(encoding="utf-8", newline="") as file:
        return Counter((row["side"], row["reason"].partition(":")[0].split(" of ")[0]) for row in csv.DictReader(file))


def test_both_sides_are_filled_and_every_image_is_accounted_for(services: Services, tmp_path: Path) -> None:
    world(*services, each=15)
    todo = job(services, tmp_path)
    assert todo.run() == asked(services)
    rows = read_manifest(todo.folder / "manifest.csv")
    assert Counter(row.side for row in rows) == {"A": 20, "B": 20}
    assert {row.file for row in rows} == {f"{s}/{p.name}" for s in SIDES for p in (todo.folder / s).iterdir()}
    assert all(sha256_of(todo.folder / row.file) == row.sha256 for row in rows)
    assert all(row.file.split("/")[0][-1] == row.side and row.query == QUERIES[row.side][0] for row in rows)
    assert {row.provider for row in rows} == {"flickr", "wikimedia"}
    assert {(row.width, row.height) for row in rows} == {(160, 120)}
    assert {row.licence for row in rows} == {"by-sa"}
    assert all(row.retrieved_at.endswith("+00:00") and row.creator and row.landing_page for row in rows)
    assert reasons(todo.folder) == {
        ("B", "border not white"): 3,
        ("A", "not decodable"): 3,
        ("A", "X-Robots-Tag"): 3,
        ("A", "duplicate"): 4,  # three of the other side, one of the other service
        ("A", "licence gfdl"): 1,
    }
    assert services[1].most_at_once == 1


def test_a_photographer_is_on_one_split_of_both_sides(services: Services, tmp_path: Path) -> None:
    world(*services, each=15, creators=12)
    job(services, tmp_path, wanted=25).run()
    rows = read_manifest(tmp_path / "raw" / "manifest.csv")
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row.creator.casefold(), set()).add(row.file[:4])
    assert {len(found) for found in splits.values()} == {1}
    for side in "AB":
        count = sum(row.file.startswith(f"test{side}") for row in rows)
        assert 3 <= count <= 7  # of 25, a share of 0.2


def test_a_second_run_asks_for_nothing_and_changes_nothing(services: Services, tmp_path: Path) -> None:
    world(*services, each=8)
    todo = job(services, tmp_path, wanted=10)
    todo.run()
    before = contents(todo.folder)
    assert todo.run() == 0
    shutil.rmtree(todo.folder)  # as DVC does before a stage
    assert todo.run() == 0
    assert contents(todo.folder) == before


def test_other_settings_make_another_folder_of_what_is_stored(services: Services, tmp_path: Path) -> None:
    world(*services, each=8)
    job(services, tmp_path, wanted=10).run()
    todo = job(services, tmp_path, wanted=8)
    assert todo.run() == 0
    assert len(read_manifest(todo.folder / "manifest.csv")) == 16
    assert sum(len(list((todo.folder / side).iterdir())) for side in SIDES) == 16


def test_fewer_than_wanted_is_said_and_goes_on(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world(*services, each=8)
    job(services, tmp_path, wanted=500).run()
    said = [line for line in capsys.readouterr().err.splitlines() if "goes on" in line]
    assert [line.partition(" wanted")[0] for line in said] == [
        "side B: 16 images of the 500",
        "side A: 16 images of the 500",
    ]


def test_a_side_of_which_nothing_is_of_use_stops_it_with_why(services: Services, tmp_path: Path) -> None:
    for number in range(4):
        services[0].add(QUERIES["A"][0], encoded(scene(number)))
        services[0].add(QUERIES["B"][0], encoded(scene(100 + number)))
    wanted = (
        r"^side B: no image for 'elephant white background': 4 were found, most refused for: border not white "
        r"\(all of them: [^\n]*/store/refused\.csv\); [^\n]*params\.yaml$"
    )
    with pytest.raises(SearchError, match=wanted):
        job(services, tmp_path).run()
    assert reasons(tmp_path / "store") == {("B", "border not white"): 4}


def test_a_side_of_one_photographer_cannot_be_split(services: Services, tmp_path: Path) -> None:
    for number in range(6):
        services[0].add(QUERIES["A"][0], encoded(scene(number)))
        services[0].add(QUERIES["B"][0], encoded(on_white(number)), creator="One")
    with pytest.raises(SearchError, match=r"^testB: none of the 6 images of side B, [^\n]+params\.yaml$"):
        job(services, tmp_path).run()
    assert not (tmp_path / "raw" / "manifest.csv").exists()


def test_the_token_is_of_the_environment_and_is_written_nowhere(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world(*services, each=8)
    job(services, tmp_path, wanted=10, token=TOKEN).run()
    sent = {request.path: request.headers["Authorization"] for request in services[0].log + services[1].log}
    assert {path for path, authorization in sent.items() if authorization} == {"/v1/images/"}
    assert sent["/v1/images/"] == f"Bearer {TOKEN}"
    assert not any(TOKEN.encode() in content for content in contents(tmp_path).values())
    assert TOKEN not in "".join(capsys.readouterr())


def test_a_service_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"^services: bing is none; wanted some of openverse, commons$"):
        Job(tmp_path / "raw", tmp_path / "store", (("bing", "http://127.0.0.1:1"),)).run()


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"^http://127\.0\.0\.1:1/[^\n]*run the same again[^\n]*task=folders$"):
        Job(tmp_path / "raw", tmp_path / "store", (("openverse", "http://127.0.0.1:1"),)).run()


def test_a_second_run_at_the_same_time_stops(services: Services, tmp_path: Path) -> None:
    todo = job(services, tmp_path)
    todo.store.mkdir()
    with FileLock(todo.store / "lock"), pytest.raises(SearchError, match=r"^[^\n]*/store: another run fetches into it"):
        todo.run()
    assert asked(services) == 0


def test_faults_on_the_way_change_nothing(services: Services, tmp_path: Path) -> None:
    world(*services, each=8)
    calm, troubled = job(services, tmp_path / "calm", wanted=10), job(services, tmp_path / "troubled", wanted=10)
    calm.run()
    for service, place in zip(services, ("/v1", "/w/"), strict=True):
        service.faults = [(place, Answer(503)), (place, Answer(429, headers={"Retry-After": "0"}))]
        service.faults += [("/static", Answer(500)), ("/wikipedia", Answer(502)), ("/static", Answer(0, slow_s=0.1))]
    troubled.run()
    assert but_for_the_time(contents(troubled.folder)) == but_for_the_time(contents(calm.folder))


def start(todo: Job) -> BaseProcess:
    process = CONTEXT.Process(target=todo.run)
    process.start()
    return process


def end(process: BaseProcess) -> bool:
    """Kill -9; whether it was still at work."""
    process.kill()
    process.join()
    return process.exitcode == -9


@pytest.mark.timeout(120)
def test_killed_again_and_again_it_ends_with_the_same_bytes(services: Services, tmp_path: Path) -> None:
    world(*services, each=15)
    alone, killed = job(services, tmp_path / "alone"), job(services, tmp_path / "killed")
    needed, rng = alone.run(), random.Random(0)
    first = asked(services)
    for _ in range(KILLS - WRITING):  # while it asks
        process, before = start(killed), asked(services)
        more = rng.randint(1, 2)
        while process.is_alive() and asked(services) < before + more:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.01))
        assert end(process), "there is too little to ask for"
    killed.run()
    assert asked(services) - first <= needed + KILLS  # a kill costs the one request that was under way
    kills = halves = 0
    half = killed.folder.with_name(".raw.filling")
    while kills < WRITING:  # while it writes
        shutil.rmtree(killed.folder, ignore_errors=True)
        process = start(killed)
        while process.is_alive() and not (half / "trainA").exists():
            time.sleep(0.0005)
        time.sleep(kills * 0.001)
        kills += end(process)
        halves += (half / "trainA").exists() and not killed.folder.exists()
    assert halves >= 1
    assert killed.run() == 0
    assert but_for_the_time(contents(killed.folder)) == but_for_the_time(contents(alone.folder))


def test_the_attribution_names_every_image(services: Services, tmp_path: Path) -> None:
    world(*services, each=8)
    job(services, tmp_path, wanted=10).run()
    text = attribution(tmp_path / "raw" / "manifest.csv")
    assert all(f"`{row.file}`" in text for row in read_manifest(tmp_path / "raw" / "manifest.csv"))
    assert "20 images" in text
