"""Properties are tried on the same examples every time, however slow the machine; two processes share two cores."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ["OMP_NUM_THREADS"] = "1"  # also of what tests start; torch is imported after this

settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.load_profile("reproducible")

LONGEST = (
    "tests/integration/test_tasks.py",
    "tests/integration/test_pipeline.py",
    "tests/faults/test_training.py",
    "tests/faults/test_kills.py",
)
SLOW = (  # files of tests/unit that `make test-fast` leaves out, beside tests/integration and tests/faults
    "tests/unit/benchmarks/",
    "tests/unit/cli/test_ablation.py",
    "tests/unit/cli/test_checkpoints.py",
    "tests/unit/cli/test_compare.py",
    "tests/unit/cli/test_plan.py",
    "tests/unit/data/rendering/",
    "tests/unit/data/search/",
    "tests/unit/engine/test_engines_agree.py",
    "tests/unit/engine/test_torch_compile.py",
    "tests/unit/test_hub.py",
    "tests/unit/training/test_processes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow. The longest files come first, so that no process is left alone with one of them at the end."""
    for item in items:
        if not item.nodeid.startswith("tests/unit/") or item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    ranks = {file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


@pytest.fixture(autouse=True)
def _by_torch_alone() -> Iterator[None]:
    """What a test has residual blocks computed by, and how, is not the next one's."""
    yield
    if compiled := sys.modules.get("crossnet.engine.cpu.winograd_native"):
        compiled.use(None)
    if torch := sys.modules.get("torch"):
        torch.use_deterministic_algorithms(False)
