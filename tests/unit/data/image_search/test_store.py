"""What was answered is kept whole or not at all."""

import resource
from pathlib import Path

import pytest

from crossnet.data.image_search.store import Store, sha256_of
from crossnet.files import write_atomically


def test_an_answer_is_found_by_its_address_and_parameters_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep_answer("https://a.example", {"q": "1", "page": "2"}, {"results": []})
    assert Store(tmp_path).answer("https://a.example", {"page": "2", "q": "1"}) == {"results": []}
    assert store.answer("https://a.example", {"q": "1"}) is None
    assert store.answer("https://b.example", {"q": "1", "page": "2"}) is None


@pytest.mark.parametrize("damage", [b"", b'{"answer": ', b"[]", b"\xff"])
def test_a_damaged_record_is_none(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path)
    store.keep_answer("https://a.example", {}, [1])
    store.keep_image("https://a.example/x", b"x")
    for path in tmp_path.rglob("*.json"):
        path.write_bytes(damage)
    assert store.answer("https://a.example", {}) is None
    assert store.served("https://a.example/x") is None


def test_an_image_is_served_with_its_hash_and_time(tmp_path: Path) -> None:
    kept = Store(tmp_path).keep_image("https://a.example/x", b"bytes")
    assert Store(tmp_path).served("https://a.example/x") == kept
    assert kept.sha256 == sha256_of(Store(tmp_path).file("https://a.example/x"))
    assert kept.retrieved_at.endswith("+00:00")


def test_what_a_killed_run_left_half_written_goes(tmp_path: Path) -> None:
    (Store(tmp_path).images / ".0.partial").touch()
    Store(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_half(tmp_path: Path) -> None:
    write_atomically(tmp_path / "x", b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_atomically(tmp_path / "x", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x": b"old"}
