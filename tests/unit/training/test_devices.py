"""What a device is given: on a CPU compiled code where it can be had, and a word where it cannot."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.native_build import build
from crossnet.engine.cuda_streams import Streams
from crossnet.engine.executor import InTurn, batched
from crossnet.training.devices import spread
from tests.support import built


def fabric(device: str = "cpu", others: str | None = None) -> Any:
    """Of one process, or of two of which the other one has a library of that name."""
    found = SimpleNamespace(device=torch.device(device), world_size=1)
    if others is not None:
        found.world_size, found.broadcast = 2, lambda name: others
        found.all_reduce = lambda same, reduce_op: same + 1
    return found


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_CACHE", str(tmp_path))


@built.can_compile
def test_what_is_compiled_is_kept_in_the_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spread(fabric(), "32-true")
    [library] = (tmp_path / "compiled").glob("*.so")
    assert winograd_native.used() == library.stem
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("compiler", "reason"),
    [
        ("nowhere", "nowhere: no such compiler; install g++, or name one in CXX"),
        ("'c++", "CXX names no compiler: 'c++: No closing quotation"),
    ],
)
def test_without_a_compiler_torch_does_and_a_line_says_so(
    compiler: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX2")
    monkeypatch.setenv("CXX", compiler)
    spread(fabric(), "32-true")
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == f"residual blocks take twice as long, by torch alone: {reason}\n"


def test_without_a_folder_for_the_cache_torch_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROSSNET_CACHE", "~nobody-of-this-name/cache")
    spread(fabric(), "32-true")
    assert winograd_native.used() == "torch"
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("name a folder for the cache in CROSSNET_CACHE")


def test_in_bf16_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    spread(fabric(), "bf16-mixed")
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == ""


@built.can_compile
@pytest.mark.parametrize("alike", [True, False])
def test_several_processes_use_it_if_all_have_the_same(alike: bool, tmp_path: Path) -> None:
    name = build(winograd_native.SOURCE, tmp_path / "compiled").stem
    spread(fabric(others=name if alike else ""), "32-true")
    assert winograd_native.used() == (name if alike else "torch")


@built.can_compile
@pytest.mark.parametrize("damage", [lambda whole: whole[:16000], lambda whole: whole[:20000] + b"?" + whole[20001:]])
def test_a_library_that_was_damaged_is_made_anew(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    library = build(winograd_native.SOURCE, tmp_path / "compiled")
    whole = library.read_bytes()
    library.write_bytes(damage(whole))
    spread(fabric(), "32-true")
    assert winograd_native.used() == library.stem
    assert len(library.read_bytes()) == len(whole)


@built.can_compile
def test_a_library_of_something_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (source := tmp_path / "other.cpp").write_text('extern "C" int lanes() { return 1; }\n')
    monkeypatch.setattr(winograd_native, "SOURCE", source)
    spread(fabric(), "32-true")
    assert winograd_native.used() == "torch"
    assert "not what other.cpp makes" in capsys.readouterr().err


def test_a_cuda_gpu_has_streams_and_no_use_for_what_is_compiled_for_a_processor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    assert isinstance(spread(fabric("cuda"), "bf16-mixed", True, True), Streams)
    assert isinstance(spread(fabric("cuda"), "bf16-mixed", False, True), InTurn)
    assert spread(fabric("mps"), "32-true", True, True) is batched
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == ""
