"""The site of the documentation, by `make docs`. Sphinx reads the Markdown of the whole repository where it lies."""

from pathlib import Path

from sphinx.application import Sphinx

project = "CrossNet, a reproduction"
author = "the contributors"
copyright = ""
extensions = ["myst_parser"]
include_patterns = [
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "data/README.md", "deploy/airgapped/README.md",
    "crossnet/engine/README.md", "pretrained/README.md", "pretrained/*/README.md", "reports/experiments/*/table.md",
    "reports/experiments/*/claims.md",
]  # fmt: skip
root_doc = "README"
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4  # as GitHub makes them
myst_enable_extensions = ["deflist", "html_image"]
smartquotes = False  # options begin with two hyphens
highlight_language = "none"
html_theme = "furo"
html_title = "CrossNet"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # a page from the disk cannot read others

CONTENTS = {  # a heading of the sidebar -> its pages
    "Use it": ("docs/tutorial", "docs/pretrained", "docs/api", "docs/cli", "docs/limits"),
    "Run it": ("docs/tasks", "docs/methods", "docs/laptop", "docs/desktop", "docs/scaling", "deploy/airgapped/README",
               "docs/reruns", "docs/faults", "data/README"),
    "Results": ("docs/results", "docs/findings", "docs/claims", "docs/metrics", "docs/reproducing"),
    "Understand it": ("docs/architecture", "docs/decisions", "docs/glossary", "docs/references",
                      "crossnet/engine/README", "CONTRIBUTING", "CHANGELOG"),
}  # fmt: skip


def add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Append the sidebar's contents to the first page, and give tables of experiments a title.

    Both files are also read outside of the site, and so do not have these themselves.
    """
    if page.startswith("reports/experiments/"):
        task, kind = page.split("/")[-2:]
        source[0] = f"# {task}: {kind}\n\n{source[0]}"
    if page != root_doc:
        return
    root = Path(app.srcdir)
    cards = sorted(
        path.relative_to(root).with_suffix("").as_posix()
        for pattern in ("pretrained/**/README.md", "reports/experiments/*/*.md")
        for path in root.glob(pattern)
    )
    for heading, pages in (CONTENTS | {"Models and tables": cards}).items():
        source[0] += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {heading}", *pages, "```", ""])


def write_index(app: Sphinx, error: Exception | None) -> None:
    """Lead from index.html to the first page."""
    if error is None:
        to = f'<!doctype html><meta http-equiv="refresh" content="0; url={root_doc}.html"><title>{html_title}</title>'
        Path(app.outdir, "index.html").write_text(to, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what is above to Sphinx."""
    app.connect("source-read", add_contents)
    app.connect("build-finished", write_index)
