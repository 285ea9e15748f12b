"""Networks that are texts, so that a path reads as its formula."""

from collections.abc import Sequence

from crossnet.engine.executor import Walk, each, walked


class Spelled:
    """Networks that are their names; what they are applied to becomes a text, and every walk of a round is kept."""

    def __init__(self, width: int = 1) -> None:
        self.width = width
        self.rounds: list[list[list[tuple[str, list[str]]]]] = []

    @property
    def calls(self) -> list[tuple[str, list[str]]]:
        return [call for lanes in self.rounds for calls in lanes for call in calls]

    def __call__(self, walks: Sequence[Walk]) -> list[dict[str, str]]:
        self.rounds.append([])
        return [self._spelled(walk) for walk in walks]

    def _spelled(self, walk: Walk) -> dict[str, str]:
        calls: list[tuple[str, list[str]]] = []
        self.rounds[-1].append(calls)

        def call(network: str, inputs: Sequence[str]) -> Sequence[str]:
            calls.append((network, [*inputs]))
            return each(lambda x: f"{network}({x})", inputs)

        return walked(walk, call)
