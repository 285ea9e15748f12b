"""The rows that a task's claims are judged by: those on the images that most runs have. Others are told of."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossnet.experiments.revisions import SHOWN
from crossnet.experiments.rows import Row
from crossnet.experiments.settings import name


@dataclass(frozen=True)
class Evidence:
    """The rows of a task that can be compared, and those that cannot: their runs were trained on other images."""

    task: str
    rows: Sequence[Row]
    others: Sequence[Row]

    def named(self, wanted: str) -> Row | None:
        """The row of this name, if there is one on these images."""
        return next((row for row in self.rows if row.name == wanted), None)

    def lacking(self, wanted: Sequence[str]) -> str:
        """Why there are no such rows: nobody made runs of them, or these are on other images."""
        nowhere = [each for each in wanted if not self._hashes(each)]
        parts = [f"no runs of {', '.join(nowhere)}"] if nowhere else []
        return "; ".join([*parts, *self.elsewhere(wanted)])

    def elsewhere(self, wanted: Sequence[str]) -> list[str]:
        """A clause for each of these rows that has runs on other images."""
        return [
            f"{each}'s {'other ' if self.named(each) else ''}runs are on other images ({', '.join(hashes)})"
            for each in wanted
            if (hashes := self._hashes(each))
        ]

    def _hashes(self, wanted: str) -> list[str]:
        return [row.data[:SHOWN] or "unknown" for row in self.others if name(row.method, row.settings) == wanted]


def evidence(task: str, rows: Sequence[Row]) -> Evidence:
    """Rows as `rows.group` orders them: the images of the first are those that most runs have."""
    usual = rows[0].data if rows else ""
    return Evidence(task, [row for row in rows if row.data == usual], [row for row in rows if row.data != usual])
