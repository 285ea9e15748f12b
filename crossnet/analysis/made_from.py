"""What the tables, verdicts and figures of a folder were made from, so that fewer runs never replace more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from crossnet.analysis.rows import Row
from crossnet.files import write_json

TABLE, FIGURES = "table.json", "figures"
RECORDS = {  # a file that says what others were made from -> these
    TABLE: (TABLE, "table.csv", "table.md"),
    "claims.json": ("claims.json", "claims.md"),
    f"{FIGURES}/made_from.json": (FIGURES,),
}


class OverwriteError(RuntimeError):
    """Results that would be lost; the message is one line: where, what they were made from, what would replace them."""


@dataclass(frozen=True)
class MadeFrom:
    """The task, the scale, and the seeds of each row."""

    task: str
    scale: str
    rows: Mapping[str, Sequence[int]]

    def __str__(self) -> str:
        count = sum(map(len, self.rows.values()))
        each = ", ".join(f"{name}: {len(seeds)}" for name, seeds in self.rows.items())
        return f"{count} run{'s' * (count != 1)} of {self.task} at {self.scale} ({each or 'no rows'})"


def made_from(task: str, scale: str, rows: Sequence[Row]) -> MadeFrom:
    """What is made from these rows."""
    return MadeFrom(task, scale, {row.name: row.seeds for row in rows})


def record(folder: Path, made: MadeFrom) -> None:
    """Write what the figures of a folder are made from; tables and verdicts say it in their own JSON."""
    path = folder / FIGURES / "made_from.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    found = asdict(made) | {"rows": [{"name": name, "seeds": seeds} for name, seeds in made.rows.items()]}
    write_json(path, found)


def refuse_loss(folder: Path, now: MadeFrom) -> None:
    """Raise OverwriteError where a folder has results of another task or scale, results with a row of more runs, or
    files of these names that do not say what they were made from."""
    for name, files in RECORDS.items():
        there = [folder / file for file in files if (folder / file).exists()]
        if not there:
            continue
        made = _read(folder / (name if (folder / name).exists() else TABLE))
        if made is None:
            raise OverwriteError(f"{there[0]}: does not say what it was made from; it would be replaced by {now}")
        other = (made.task, made.scale) != (now.task, now.scale)
        if other or any(len(seeds) > len(now.rows.get(row, ())) for row, seeds in made.rows.items()):
            raise OverwriteError(f"{there[0]}: was made from {made}; it would be replaced by {now}")


def _read(path: Path) -> MadeFrom | None:
    """What a record says, None where it is not there or says nothing."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        rows = {str(row["name"]): [*row["seeds"]] for row in values["rows"]}
        return MadeFrom(str(values["task"]), str(values["scale"]), rows)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
