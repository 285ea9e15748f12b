"""The layout that training reads, and the report of what went into it.

`trainA trainB testA testB [masksA]` with PNG files, and `dataset.json` (what the two domains are, sizes, counts).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SIDES = ("trainA", "trainB", "testA", "testB")
MASKS = "masksA"


@dataclass
class Ledger:
    """What preparation kept, refused and changed, side by side; `refused` maps a file to its reason."""

    kept: dict[str, int] = field(default_factory=dict)
    enlarged: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def keep(self, side: str, enlarged: bool = False) -> None:
        """Count one image on a side."""
        self.kept[side] = self.kept.get(side, 0) + 1
        if enlarged:
            self.enlarged[side] = self.enlarged.get(side, 0) + 1

    def report(self) -> dict[str, Any]:
        """The ledger as plain values for a JSON file."""
        return {
            "kept": self.kept,
            "enlarged": self.enlarged,
            "refused_count": len(self.refused),
            "refused": self.refused,
        }


def write_description(
    folder: Path, ledger: Ledger, task: str, domains: Mapping[str, str], paired: bool, load_size: int, size: int
) -> None:
    """Write dataset.json. `paired`: files of one name in testA and testB show the same thing."""
    description = {
        "task": task,
        **domains,
        "paired": paired,
        "load_size": load_size,
        "size": size,
        "counts": ledger.kept,
    }
    (folder / "dataset.json").write_text(json.dumps(description, indent=1) + "\n")
