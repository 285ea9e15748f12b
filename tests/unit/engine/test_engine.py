"""The engine of a device: on a CPU compiled code where it can be compiled, and a line where it cannot."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.few_channel_conv import FewChannelConv2d
from crossnet.engine.cpu.native_build import build
from crossnet.engine.cpu.winograd import WinogradResidualBlocks
from crossnet.engine.cuda_streams import CudaStreamExecutor
from crossnet.engine.engine import select
from crossnet.engine.executor import BatchedExecutor
from crossnet.methods.graph import reference
from tests.support import built
from tests.support.tiny import images, method, weights_of


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
    select("auto", fabric(), "32-true")
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
    select("auto", fabric(), "32-true")
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == f"residual blocks take twice as long, by torch alone: {reason}\n"


def test_without_a_folder_for_the_cache_torch_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROSSNET_CACHE", "~nobody-of-this-name/cache")
    select("auto", fabric(), "32-true")
    assert winograd_native.used() == "torch"
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("name a folder for the cache in CROSSNET_CACHE")


def test_in_bf16_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    select("auto", fabric(), "bf16-mixed")
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == ""


@built.can_compile
@pytest.mark.parametrize("alike", [True, False])
def test_several_processes_use_it_if_all_have_the_same(alike: bool, tmp_path: Path) -> None:
    name = build(winograd_native.SOURCE, tmp_path / "compiled").stem
    select("auto", fabric(others=name if alike else ""), "32-true")
    assert winograd_native.used() == (name if alike else "torch")


@built.can_compile
@pytest.mark.parametrize("damage", [lambda whole: whole[:16000], lambda whole: whole[:20000] + b"?" + whole[20001:]])
def test_a_library_that_was_damaged_is_made_anew(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    library = build(winograd_native.SOURCE, tmp_path / "compiled")
    whole = library.read_bytes()
    library.write_bytes(damage(whole))
    select("auto", fabric(), "32-true")
    assert winograd_native.used() == library.stem
    assert len(library.read_bytes()) == len(whole)


@built.can_compile
def test_a_library_of_something_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (source := tmp_path / "other.cpp").write_text('extern "C" int lanes() { return 1; }\n')
    monkeypatch.setattr(winograd_native, "SOURCE", source)
    select("auto", fabric(), "32-true")
    assert winograd_native.used() == "torch"
    assert "not what other.cpp makes" in capsys.readouterr().err


def test_a_cuda_gpu_has_streams_and_no_use_for_what_is_compiled_for_a_processor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    assert isinstance(select("auto", fabric("cuda"), "bf16-mixed", True, True).executor, CudaStreamExecutor)
    assert isinstance(select("auto", fabric("cuda"), "bf16-mixed", False, True).executor, BatchedExecutor)
    assert isinstance(select("auto", fabric("mps"), "32-true", True, True).executor, BatchedExecutor)
    assert winograd_native.used() == "torch"
    assert capsys.readouterr().err == ""


def test_the_reference_engine_calls_plain_torch_once_for_each_path() -> None:
    made = method("crossnet")
    engine = select("reference", fabric(), "32-true")
    engine.prepare(made)
    assert engine.executor is reference
    assert winograd_native.used() == "torch"
    assert not any(isinstance(layer, WinogradResidualBlocks | FewChannelConv2d) for layer in made.modules())


def test_on_a_cpu_layers_are_replaced_by_faster_ones_with_the_same_weights() -> None:
    made, plain = method("crossnet", width=4), method("crossnet", width=4)
    select("auto", fabric(), "32-true").prepare(made)
    kinds = Counter(type(layer) for layer in made.modules())
    assert kinds[WinogradResidualBlocks] == 4  # of two encoders and two cross-translators
    assert kinds[FewChannelConv2d] == 2  # of two decoders
    x = images(0, dtype=torch.float32)
    torch.testing.assert_close(made.translate(x, "b"), plain.translate(x, "b"), rtol=1e-3, atol=1e-4)
    assert weights_of(made).keys() == weights_of(plain).keys()
