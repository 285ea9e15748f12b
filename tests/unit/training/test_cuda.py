"""What a training does on a CUDA GPU alone: graphs, streams, compiled networks. It needs no more than the core."""

from pathlib import Path
from typing import Any

import pytest
import torch

from crossnet.engine.cuda_graph import cuda_graph
from crossnet.engine.cuda_streams import CudaStreamExecutor
from crossnet.engine.executor import batched
from crossnet.engine.torch_compile import CompiledCall
from tests.support.gradients import assert_same_gradients
from tests.support.tiny import METHODS, method, tiny_batches, tiny_schedule, trained

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"),
    pytest.mark.filterwarnings(
        "ignore:.torch.jit:DeprecationWarning", "ignore:.*does not have a deterministic implementation:UserWarning"
    ),
]


@pytest.mark.parametrize("compiles", [False, True])
@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
@pytest.mark.parametrize("name", METHODS)
def test_graphs_and_streams_give_the_gradients_of_a_step_without(name: str, precision: str, compiles: bool) -> None:
    streams = CudaStreamExecutor(CompiledCall() if compiles else batched)
    assert_same_gradients(method(name), method(name, executor=streams), cuda_graph, "cuda", precision)


def test_a_recorded_training_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    plan, half = (tiny_schedule(images=24 * share, decay_from=1.0, ema_decay=0.9) for share in (2, 1))
    whole, before, after = (method("crossnet", executor=CudaStreamExecutor()) for _ in range(3))
    options: dict[str, Any] = {"accelerator": "cuda", "capture": cuda_graph}
    log = trained(whole, tiny_batches(plan.batch), plan, **options)
    trained(before, tiny_batches(plan.batch), half, tmp_path, every_seconds=0, **options)
    again = trained(after, tiny_batches(plan.batch), plan, tmp_path, every_seconds=0, **options)
    last = log.rows[plan.steps]
    last.pop("images_per_second")
    assert {name: again.rows[plan.steps][name] for name in last} == pytest.approx(last, rel=1e-2)
