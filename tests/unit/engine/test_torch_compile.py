"""Networks by torch.compile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from crossnet.engine.executor import batched
from crossnet.engine.torch_compile import CompiledCall
from tests.support.tiny import method

WITHOUT_A_COMPILER = """
import torch
from crossnet.engine.torch_compile import CompiledCall
try:
    CompiledCall()(torch.nn.ReLU(), [(torch.ones(3),)])
except RuntimeError as error:
    print(error)
"""


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # torch, of itself
def test_it_computes_the_same_for_all_inputs_together_and_has_the_gradients_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    network = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, padding_mode="reflect"), nn.ReLU(inplace=True))
    inputs = [(torch.randn(1, 3, 8, 8),), (torch.randn(2, 3, 8, 8),)]
    found, wanted = CompiledCall()(network, inputs), batched(network, inputs)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", (None, "/nowhere/c++"))  # nothing can be compiled any more
    gradients = [
        torch.autograd.grad(sum(x.square().sum() for x in made), network[0].weight) for made in (found, wanted)
    ]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", ["E_ab", "D_a", "T_ab", "Q_a"])
def test_a_network_is_one_graph_as_it_is_on_a_gpu(name: str) -> None:
    shape = (2, 8, 8, 8) if name[0] in "DT" else (2, 3, 32, 32)
    with torch.autocast("cpu"):  # without it, what is for processors alone is taken
        found = torch._dynamo.explain(method("crossnet").networks[name].forward)(torch.rand(shape))
    assert (found.graph_count, found.graph_break_count) == (1, 0)


def test_what_cannot_be_compiled_is_one_line() -> None:
    environment = os.environ | {"CXX": "/nowhere/c++", "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}
    work = [sys.executable, "-c", WITHOUT_A_COMPILER]
    [line] = subprocess.run(work, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert line.startswith("torch.compile fails: ")
    assert line.endswith("; training.compile: false turns it off")
