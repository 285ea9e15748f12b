"""What README and docs name exists: files, anchors, modules, targets of make, options and keys; papers by name."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.committed import PARAMS
from tests.support.paths import ROOT

FILES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "data/README.md", "pretrained/README.md"]
DOCS = [*map(ROOT.joinpath, FILES), *sorted(ROOT.glob("docs/*.md")), ROOT / "crossnet/engine/README.md"]
EVERY_DOC = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))


def anchors(doc: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", doc.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def has_key(block: object, names: list[str]) -> bool:
    return not names or (isinstance(block, dict) and names[0] in block and has_key(block[names[0]], names[1:]))


@EVERY_DOC
def test_links_lead_to_files_and_headings_that_exist(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    broken = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = doc.parent / path if path else doc
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target))):
            broken.append(link)
    assert broken == []


@EVERY_DOC
def test_modules_and_targets_of_make_that_are_typed_exist(doc: Path) -> None:
    text, makefile = doc.read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")
    modules = re.findall(r"python3? -m ([\w.]+)", text)
    assert [module for module in modules if not (ROOT / f"{module.replace('.', '/')}.py").is_file()] == []
    targets = re.findall(r"(?:`|^    )make ([\w-]+)", text, flags=re.MULTILINE)
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)] == []


@EVERY_DOC
def test_keys_that_are_overridden_exist(doc: Path) -> None:
    keys = re.findall(r"-S [\"']?([a-z_][\w.]*)=", doc.read_text(encoding="utf-8"))
    params = YAML(typ="safe").load(PARAMS)
    assert [key for key in keys if not has_key(params, key.split("."))] == []


@EVERY_DOC
def test_papers_are_named_and_not_numbered(doc: Path) -> None:
    assert re.findall(r"(?<![\w`])\[\d{1,2}\](?!\()", doc.read_text(encoding="utf-8")) == []
