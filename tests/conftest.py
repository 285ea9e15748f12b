"""Properties are tried on the same examples every time, however slow the machine; two processes share two cores."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ["OMP_NUM_THREADS"] = "1"  # also of what tests start; torch is imported after this

settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.load_profile("reproducible")

LONGEST = ("test_tasks.py", "test_pipeline.py", "faults/test_training.py", "faults/test_kills.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that neither process is left alone with one of them at the end."""
    ranks = {f"tests/{name}": rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


@pytest.fixture(autouse=True)
def _by_torch_alone() -> Iterator[None]:
    """What a test has residual blocks computed by, and how, is not the next one's."""
    yield
    if compiled := sys.modules.get("crossnet.engine.cpu.winograd_native"):
        compiled.use(None)
    if torch := sys.modules.get("torch"):
        torch.use_deterministic_algorithms(False)
