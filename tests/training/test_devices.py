"""What a device is given: on a CPU compiled code where it can be had, and a word where it cannot."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from crossnet.nn import compiled
from crossnet.nn.native import build
from crossnet.nn.walks import batched
from crossnet.training.devices import spread
from tests import built


def fabric(device: str = "cpu", first: bool = True) -> Any:
    return SimpleNamespace(device=torch.device(device), is_global_zero=first)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_CACHE", str(tmp_path))


@built.can_compile
def test_what_is_compiled_is_kept_in_the_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spread(fabric())
    [library] = (tmp_path / "compiled").iterdir()
    assert compiled.used() == library.stem
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("first", [True, False])
def test_without_a_compiler_torch_does_and_one_process_says_so(
    first: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX2")
    monkeypatch.setenv("CXX", "nowhere")
    spread(fabric(first=first))
    assert compiled.used() == "torch"
    said = (
        "residual blocks take twice as long, by torch alone: nowhere: no such compiler; install g++, or name one in CXX"
    )
    assert capsys.readouterr().err.splitlines() == ([said] if first else [])


@built.can_compile
def test_a_library_that_cannot_be_loaded_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = build(compiled.SOURCE, tmp_path / "compiled")
    library.write_bytes(b"no library")
    spread(fabric())
    assert compiled.used() == "torch"
    assert str(library) in capsys.readouterr().err


def test_a_gpu_takes_one_network_after_the_other_and_nothing_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    assert spread(fabric("cuda")) is batched
    assert compiled.used() == "torch"
    assert capsys.readouterr().err == ""
