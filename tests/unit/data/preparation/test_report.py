"""What a preparation leaves to look at."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.layout import Record, Records
from crossnet.data.preparation.report import contact_sheet, report, write_tables


def side(folder: Path, count: int, edge: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("RGB", (edge, edge), (number, 0, 0)).save(folder / f"{number:03d}.png")
    return folder


@pytest.mark.parametrize(
    ("count", "edge", "size", "last"),
    [(1, 20, (80, 80), 0), (3, 20, (162, 162), 2), (64, 32, (782, 782), 63), (200, 300, (782, 782), 199)],
)
def test_a_sheet_shows_at_most_64_from_the_first_to_the_last(
    count: int, edge: int, size: tuple[int, int], last: int, tmp_path: Path
) -> None:
    contact_sheet(side(tmp_path / "side", count, edge), tmp_path / "sheet.png")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape[1::-1] == size
    shown = set(np.unique(sheet[sheet[..., 1] == 0][:, 0]).tolist())
    assert (min(shown), max(shown), len(shown)) == (0, last, min(count, 64))


def test_there_is_a_row_for_every_file_and_a_sheet_for_every_side(tmp_path: Path) -> None:
    side(tmp_path / "prepared" / "trainA", 2, 8)
    side(tmp_path / "prepared" / "masksA", 2, 8)
    rows = [
        Record("trainA", "000", "trainA/ä.jpg", note="enlarged from 4x4", enlarged=True),
        Record("trainA", "001", "trainA/b.jpg"),
        Record("trainA", "002", "trainA/c.jpg", "unreadable", "empty"),
    ]
    (tmp_path / "reports" / "data").mkdir(parents=True)
    (tmp_path / "reports" / "data" / "testB.png").touch()  # of an earlier task
    earlier = [("B", "https://example.org/x.jpg", "border not white")]
    report(Records(rows), tmp_path / "prepared", tmp_path / "reports" / "data", earlier)
    written = tmp_path / "reports" / "data"
    assert {path.name for path in written.iterdir()} == {
        "prepare.json", "prepare.csv", "refused.csv", "trainA.png", "masksA.png",
    }  # fmt: skip
    assert json.loads((written / "prepare.json").read_text()) == Records(rows).report() | {"not_fetched": 1}
    with (written / "prepare.csv").open(newline="", encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert [tuple(row.values()) for row in table] == [
        ("trainA", "trainA/ä.jpg", "000", "yes", "enlarged from 4x4"),
        ("trainA", "trainA/b.jpg", "001", "yes", ""),
        ("trainA", "trainA/c.jpg", "002", "no", "empty"),
    ]
    with (written / "refused.csv").open(newline="", encoding="utf-8") as stream:
        heads, *refused = csv.reader(stream)
    assert heads == ["side", "source", "reason"]
    assert refused == [list(earlier[0]), ["trainA", "trainA/c.jpg", "empty"]]


def test_what_is_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    """As DVC's links into its cache are."""
    (tmp_path / "cached").write_text("of an earlier run")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "prepare.json").symlink_to(tmp_path / "cached")
    assert write_tables(Records([]), tmp_path / "data") == tmp_path / "data" / "refused.csv"
    assert (tmp_path / "cached").read_text() == "of an earlier run"
    assert json.loads((tmp_path / "data" / "prepare.json").read_text()) == Records([]).report() | {"not_fetched": 0}
