"""The commands of docs/tutorial.md, typed in a fresh clone with synthetic photographs, at scale=smoke."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.shoes import draw
from tests.support.cloned import fresh, run
from tests.support.paths import ROOT
from tests.support.pictures import scene

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TYPED = re.findall(
    r"^    ((?:dvc|crossnet) .*)$", (ROOT / "docs/tutorial.md").read_text(encoding="utf-8"), re.MULTILINE
)


def words(command: str) -> list[str]:
    """A typed command; `crossnet` is that of the clone."""
    program, *rest = shlex.split(command)
    return (
        [sys.executable, "-c", "from crossnet.cli import app; app()", *rest]
        if program == "crossnet"
        else [program, *rest]
    )


def test_the_tutorial_leads_from_photographs_to_cut_outs(tmp_path: Path) -> None:
    clone, photos = tmp_path / "clone", tmp_path / "photos"
    fresh(clone)
    for folder in ("shoes/boots", "shoes/sandals", "scenery"):
        (photos / folder).mkdir(parents=True)
    for i in range(60):
        draw(photos / "shoes" / ("boots" if i % 2 else "sandals") / f"{i}.jpg", i)
    for i in range(10):
        scene(i).save(photos / "scenery" / f"{i}.jpg")
    scene(99, (300, 200)).save(photos / "own.jpg")
    said = {command: run(clone, *words(command)) for command in TYPED if command != "crossnet demo"}
    assert [command.split()[:2] for command in said] == [["dvc", "exp"], *[["crossnet", "cutout"]] * 3]
    assert (clone / "reports/index.html").is_file()
    assert (clone / "reports/data/prepare.csv").is_file()
    validating = next(output for command, output in said.items() if "--masks" in command)
    assert re.search(r"threshold \d+.*IoU 0\.\d+", validating), validating
    with Image.open(tmp_path / "cutouts/own.png") as own:
        assert (own.mode, own.size) == ("RGBA", (300, 200))
    assert (tmp_path / "cutouts/test.png").is_file()
    assert len([*(tmp_path / "cutouts/test").glob("*.png")]) == len([*clone.glob("data/prepared/products/testA/*.png")])
    assert run(clone, "git", "status", "--porcelain", "--", "data") == ""  # nothing of the photographs is in Git
