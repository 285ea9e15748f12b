"""Networks that are texts, so that a path reads as its formula."""

from collections.abc import Sequence
from typing import Any

from crossnet.engine.executor import BatchedExecutor, BoundChain


class Spelled(BatchedExecutor):
    """Networks are their names; what they are applied to becomes a text. All chains of a level are kept."""

    def __init__(self, workers: int = 1) -> None:
        super().__init__()
        self.workers = workers
        self.levels: list[list[list[tuple[str, list[str]]]]] = []

    @property
    def calls(self) -> list[tuple[str, list[str]]]:
        """Each call of a network, and what stands in the brackets of its uses."""
        return [call for chains in self.levels for calls in chains for call in calls]

    def run(self, chains: Sequence[BoundChain]) -> list[dict[str, Any]]:
        self.levels.append([])
        return [self._spelled(chain) for chain in chains]

    def _spelled(self, chain: BoundChain) -> dict[str, Any]:
        calls: list[tuple[str, list[str]]] = []
        self.levels[-1].append(calls)

        def call(network: Any, uses: Sequence[Any]) -> Sequence[Any]:
            calls.append((network, [", ".join(arguments) for arguments in uses]))
            return [f"{network}({', '.join(arguments)})" for arguments in uses]

        return chain.run(call)
