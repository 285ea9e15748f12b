"""Every row of docs/faults.md names the tests that prove it, and these exist."""

import ast
import re
from functools import cache

import pytest

from tests.support.paths import ROOT

ROWS = [
    line for line in (ROOT / "docs/faults.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| fault |")
]  # fmt: skip


@cache
def defined_in(file: str) -> frozenset[str]:
    """The tests of a file: `test_name`, or `TestClass::test_name`."""
    found = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        inner = [(f"{node.name}::", each) for each in node.body] if isinstance(node, ast.ClassDef) else [("", node)]
        found |= {f"{prefix}{each.name}" for prefix, each in inner if isinstance(each, ast.FunctionDef)}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_tests_that_exist(row: str) -> None:
    cells = re.split(r"(?<!\\) \| ", row.strip("| "))
    assert len(cells) == 3
    named = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", cells[2])
    assert named
    assert re.sub(r"`[^`]*`", "", cells[2]).strip(", ") == ""
    assert [f"{file}::{name}" for file, name in named if name not in defined_in(file)] == []
