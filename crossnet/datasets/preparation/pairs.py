"""Rendered objects under two materials (§5.1): raw/objects/{trainA,trainB,testA,testB}, the test sides in pairs."""

from collections.abc import Mapping
from pathlib import Path

from crossnet.datasets.layout import Ledger
from crossnet.datasets.preparation import folder

DOMAINS = {"a": "specular", "b": "diffuse"}


def prepare(
    raw: Path,
    prepared: Path,
    load_size: int,
    size: int,
    refuse_above: float,
    task: str,
    domains: Mapping[str, str] = DOMAINS,
    workers: int | None = None,
) -> Ledger:
    """Composite every object on white, test A and test B of one name being one object, as `folder.prepare` does pairs.

    Raises PreparationError as it does.
    """
    return folder.prepare(
        raw / "objects", prepared, load_size, size, refuse_above, "stretch", True, "stop", task, domains, workers
    )
