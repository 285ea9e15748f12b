"""Networks that are texts, so that a path reads as its formula."""

from collections.abc import Sequence

from crossnet.nn.paths import Call


class Spelled:
    """Networks that are their names; what they are applied to becomes a text, and every round is kept."""

    def __init__(self, width: int = 1) -> None:
        self.width = width
        self.rounds: list[list[tuple[str, list[str]]]] = []

    @property
    def calls(self) -> list[tuple[str, list[str]]]:
        return [call for made in self.rounds for call in made]

    def __call__(self, calls: Sequence[Call]) -> list[list[str]]:
        self.rounds.append([(network, list(inputs)) for network, inputs in calls])
        return [[f"{network}({x})" for x in inputs] for network, inputs in calls]
