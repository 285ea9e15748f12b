"""A manifest is read as it was written, and told when it is something else."""

import csv
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from crossnet.data.image_search.manifest import (
    ManifestError,
    Refusal,
    Row,
    read_manifest,
    read_refused,
    write_manifest,
    write_refused,
)

ROW = Row(
    file="trainA/0f.jpg",
    side="A",
    url="https://example.org/a,b.jpg",
    landing_page="https://example.org/a",
    title='Слон, "das" 象; =1+1',
    creator="",
    licence="by-sa",
    licence_version="4.0",
    licence_url="",
    provider="flickr",
    query="elephant",
    retrieved_at="2026-01-01T00:00:00+00:00",
    sha256="0" * 64,
    phash="f" * 16,
    width=640,
    height=480,
)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [ROW, replace(ROW, file="testB/1.png", title="")]
    write_manifest(tmp_path / "manifest.csv", rows)
    assert read_manifest(tmp_path / "manifest.csv") == rows
    assert (tmp_path / "manifest.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(asdict(ROW))
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.csv"]


@pytest.mark.parametrize("text", ["=HYPERLINK(0)", "+1+1", "-a", "@SUM(A1)", " =1", "'=1", "'a"])
def test_no_word_of_a_service_is_a_formula_and_all_are_read_as_they_were(text: str, tmp_path: Path) -> None:
    rows = [replace(ROW, title=text, creator=text)]
    write_manifest(tmp_path / "manifest.csv", rows)
    write_refused(tmp_path / "refused.csv", [Refusal("A", text, text, text, "elephant", text)])
    for name in ("manifest.csv", "refused.csv"):
        with (tmp_path / name).open(newline="", encoding="utf-8") as file:
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in csv.reader(file) for cell in row)
    assert read_manifest(tmp_path / "manifest.csv") == rows
    assert read_refused(tmp_path / "refused.csv") == [("A", text, text)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("sha256", "md5"), id="other columns"),
        pytest.param(lambda text: text.replace(",640,", ",wide,"), id="no number"),
        pytest.param(lambda text: text.rstrip("\n") + ",more\n", id="too many"),
        pytest.param(lambda text: text[:-8] + "\n", id="too few"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "\udcff", id="no text"),
    ],
)
def test_another_table_is_told_in_one_line(tmp_path: Path, change: object) -> None:
    path = tmp_path / "manifest.csv"
    write_manifest(path, [ROW])
    path.write_text(change(path.read_text("utf-8")), "utf-8", "surrogateescape")  # type: ignore[operator]
    with pytest.raises(ManifestError, match=r"^[^\n]*manifest\.csv: [^\n]+; run fetch again$"):
        read_manifest(path)
