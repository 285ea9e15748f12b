"""C++ is compiled once, and what stands in the way is told in one line."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from ctypes import CDLL
from multiprocessing import get_context
from pathlib import Path

import pytest

from crossnet.engine.cpu.native_build import NotBuiltError, build
from tests.support.built import can_compile

ANSWER = 'extern "C" int answer() { return %d; }\n'


def source(folder: Path, text: str = ANSWER % 42) -> Path:
    path = folder / "code.cpp"
    path.write_text(text)
    return path


def compiler(folder: Path, script: str) -> str:
    """A program in the compiler's place."""
    path = folder / "compiler"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@can_compile
def test_it_is_compiled_and_the_next_time_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = build(source(tmp_path), tmp_path / "built")
    assert CDLL(str(library)).answer() == 42
    monkeypatch.setenv("CXX", compiler(tmp_path, 'case "$1" in --version) c++ --version;; *) exit 1;; esac'))
    assert build(source(tmp_path), tmp_path / "built") == library
    assert {path.name for path in (tmp_path / "built").iterdir()} == {library.name, f"{library.stem}.sha256"}


@can_compile
def test_other_code_is_another_library(tmp_path: Path) -> None:
    one, other = (build(source(tmp_path, ANSWER % n), tmp_path / "built") for n in (1, 2))
    assert [CDLL(str(library)).answer() for library in (one, other)] == [1, 2]


@can_compile
def test_several_may_compile_at_once(tmp_path: Path) -> None:
    path = source(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        [library] = set(threads.map(lambda _: build(path, tmp_path / "built"), range(4)))
    assert CDLL(str(library)).answer() == 42


@can_compile
def test_one_that_was_killed_while_it_compiled_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = source(tmp_path), tmp_path / "built"
    with monkeypatch.context() as slow:
        slow.setenv("CXX", compiler(tmp_path, f'[ "$1" = --version ] || {{ touch {tmp_path}/begun; exec sleep 5; }}'))
        process = get_context("spawn").Process(target=build, args=(path, folder))
        process.start()
        while not (tmp_path / "begun").exists():
            assert process.is_alive()
            time.sleep(0.01)
        process.kill()
        process.join()
    assert CDLL(str(build(path, folder))).answer() == 42


@can_compile
def test_what_the_compiler_does_not_take_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match=r"^c\+\+: .*code\.cpp:1:.* error: ") as raised:
        build(source(tmp_path, "no C++"), tmp_path / "built")
    assert "\n" not in str(raised.value)
    assert list((tmp_path / "built").iterdir()) == []


@can_compile
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotBuiltError, match=f"^{tmp_path / 'file' / 'built'}: "):
        build(source(tmp_path), tmp_path / "file" / "built")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "exit 3"),
        ("kill -9 $$", "exit -9"),
        ("echo it hurts: error 7 >&2; exit 1", "it hurts: error 7"),
        (
            "printf 'ld: \\351: write failed: No space left on device\\ncollect2: error\\n' >&2; exit 1",
            "ld: \ufffd: write failed: No space left on device",
        ),
    ],
)
def test_a_compiler_that_fails(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX2")
    monkeypatch.setenv("CXX", name := compiler(tmp_path, script))
    with pytest.raises(NotBuiltError) as raised:
        build(source(tmp_path), tmp_path)
    assert str(raised.value) == f"{name}: {said}"


def test_a_compiler_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX2")
    monkeypatch.setattr("crossnet.engine.cpu.native_build.LONGEST", 0.3)
    monkeypatch.setenv("CXX", name := compiler(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait"))
    with pytest.raises(NotBuiltError, match=f"^{name}: had not ended after 0 s$"):
        build(source(tmp_path), tmp_path)
    child = int((tmp_path / "child").read_text())
    state = Path(f"/proc/{child}/stat")
    deadline = time.monotonic() + 10
    while state.exists() and state.read_text().split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not state.exists() or state.read_text().split()[2] == "Z"


@can_compile
def test_what_a_killed_compiler_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    old, new = (tmp_path / f".partial-{age}" for age in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    build(source(tmp_path), tmp_path)
    assert new.exists()
    assert not old.exists()


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX2")
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(NotBuiltError, match=r"^c\+\+: no such compiler; install g\+\+, or name one in CXX$"):
        build(source(tmp_path), tmp_path)


def test_another_kind_of_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "SVE256")
    with pytest.raises(
        NotBuiltError, match=r"code\.cpp is for processors with AVX2 or AVX-512, and torch finds SVE256"
    ):
        build(source(tmp_path), tmp_path)
