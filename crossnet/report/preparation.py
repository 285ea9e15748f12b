"""What became of the raw images, as the stage `prepare` wrote it down."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crossnet.escaping import printable

NAMED = 12  # refused files that the page names; all are in prepare.csv


@dataclass(frozen=True)
class Preparation:
    """Counts by side, the reasons of what was refused with how often each, some of those files, and what to read on."""

    kept: dict[str, int]
    enlarged: dict[str, int]
    refused: int
    reasons: list[tuple[str, int]]
    named: list[tuple[str, str]]
    links: list[tuple[str, str]]  # name, address relative to the page


def describe(report: Mapping[str, Any] | None, reports: Path) -> Preparation:
    """report: reports/data/prepare.json, where there is one. reports: the folder that the page lies in."""
    report = report or {}
    refused: Mapping[str, str] = report.get("refused") or {}
    reasons = Counter(str(why) for why in refused.values()).most_common()
    files = [*sorted((reports / "data").glob("*")), reports / "attribution.md"]
    return Preparation(
        kept=dict(report.get("kept") or {}),
        enlarged={side: count for side, count in (report.get("enlarged") or {}).items() if count},
        refused=report.get("refused_count", len(refused)),
        reasons=[(printable(why), count) for why, count in reasons[:NAMED]],
        named=[(printable(name), printable(str(why))) for name, why in list(refused.items())[:NAMED]],
        links=[
            (printable(path.relative_to(reports).as_posix()), quote(path.relative_to(reports).as_posix()))
            for path in files
            if path.is_file()
        ],
    )
