"""What gives a run another fingerprint, and what does not."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from crossnet.engine.cpu import winograd_native
from crossnet.training.checkpointing.fingerprint import differing, fingerprint
from tests.support import built
from tests.support.broken_off import identity
from tests.support.paths import ROOT


@pytest.mark.parametrize(
    "other",
    [
        {"data": "e"}, {"device": "mps"}, {"processes": 2}, {"seed": 1}, {"method": "cyclegan"},
        {"weights": {"zcyc": 0, "id": 3}}, {"training": {"lr": 2e-3}},
    ],
)  # fmt: skip
def test_anything_that_shapes_a_run_gives_it_another_fingerprint(other: dict[str, Any]) -> None:
    assert fingerprint(identity(**other)) != fingerprint(identity()) == fingerprint(identity())


def test_cuda_options_count_on_a_cuda_gpu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "A")
    for device, differ in (("cpu", False), ("cuda:0", True)):
        one, other = ({"lr": 1e-3, "compile": value} for value in (False, True))
        names = [fingerprint(identity(device=device, training=training)) for training in (one, other)]
        assert (names[0] != names[1]) == differ


def test_like_gpus_are_one_device_whatever_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {0: "A", 1: "A", 2: "B"}
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: names[device.index])
    first, like, other = (fingerprint(identity(device=f"cuda:{number}")) for number in names)
    assert first == like != other


@built.can_compile
def test_compiled_convolutions_are_not_torchs() -> None:
    first = identity()
    winograd_native.use(built.library())
    assert differing(first, identity()) == ["convolutions"]
    assert fingerprint(first) != fingerprint(identity())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code, which a test may edit."""
    for package in ("crossnet", "stages"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=lambda folder, names: [
            name for name in names if not name.endswith(".py") and not Path(folder, name).is_dir()
        ])  # fmt: skip
    return tmp_path


def edit(file: str, change: Callable[[str], str], root: Path) -> None:
    """Change a file, which has to differ then."""
    old = (root / file).read_text()
    new = change(old)
    assert new != old
    (root / file).write_text(new)


def statement(text: str) -> str:
    return f"{text}\nadded = 1 + 1\n"


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("crossnet/models/resnet.py", lambda text: f"# a comment\n{text}"),
        (
            "crossnet/models/resnet.py",
            lambda text: text.replace("return z + self.body(z)", "return (z  +  self.body(z))"),
        ),
        ("crossnet/methods/crossnet.py", lambda text: text.replace('"""', '"""Mended. ', 1)),
        ("crossnet/methods/cyclegan.py", statement),
        ("crossnet/training/logging.py", statement),
        ("crossnet/training/checkpointing/cleanup.py", statement),
        ("crossnet/evaluation/kid.py", statement),
        ("crossnet/engine/cuda_graph.py", statement),
        ("crossnet/engine/cuda_streams.py", statement),
        ("crossnet/engine/torch_compile.py", statement),
    ],
)
def test_on_a_cpu_code_that_changes_no_number_leaves_the_fingerprint(
    file: str, change: Callable[[str], str], copy: Path
) -> None:
    before = identity(root=copy)
    edit(file, change, copy)
    assert fingerprint(identity(root=copy)) == fingerprint(before)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("crossnet/models/resnet.py", lambda text: text.replace("z + self.body(z)", "z - self.body(z)")),
        ("crossnet/methods/crossnet.py", statement),
        ("crossnet/training/batches.py", statement),
        ("crossnet/engine/threads.py", statement),
        ("crossnet/engine/cpu/winograd.py", statement),
        ("stages/train.py", statement),
    ],
)
def test_on_a_cpu_code_that_changes_numbers_gives_another_fingerprint_and_is_named(
    file: str, change: Callable[[str], str], copy: Path
) -> None:
    before = identity(root=copy)
    edit(file, change, copy)
    after = identity(root=copy)
    assert fingerprint(after) != fingerprint(before)
    assert differing(before, after) == [f"code.{file}"]


@pytest.mark.parametrize("file", ["crossnet/engine/threads.py", "crossnet/engine/cpu/winograd.py"])
def test_the_reference_engine_uses_nothing_that_makes_a_cpu_faster(file: str, copy: Path) -> None:
    before = identity(root=copy, engine="reference")
    edit(file, statement, copy)
    assert fingerprint(identity(root=copy, engine="reference")) == fingerprint(before)


@pytest.mark.parametrize(
    ("file", "training", "differs"),
    [
        ("crossnet/engine/cuda_graph.py", {"cuda_graphs": True, "compile": False}, True),
        ("crossnet/engine/cuda_graph.py", {"cuda_graphs": False, "compile": True}, False),
        ("crossnet/engine/torch_compile.py", {"cuda_graphs": False, "compile": True}, True),
        ("crossnet/engine/torch_compile.py", {"cuda_graphs": True, "compile": False}, False),
        ("crossnet/engine/threads.py", {"cuda_graphs": True, "compile": True}, False),
        ("crossnet/engine/cpu/winograd.py", {"cuda_graphs": True, "compile": True}, False),
    ],
)
def test_on_a_cuda_gpu_the_engine_counts_as_far_as_it_is_switched_on(
    file: str, training: dict[str, Any], differs: bool, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "A")
    before = identity(root=copy, device="cuda:0", training=training)
    edit(file, statement, copy)
    after = identity(root=copy, device="cuda:0", training=training)
    assert (fingerprint(after) != fingerprint(before)) == differs
