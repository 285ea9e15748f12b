"""Every module of a figure is found, in the report's order, and lies within what the stage depends on."""

from pathlib import Path

import pytest

from crossnet.figures import registry
from crossnet.figures.comparison import PreparedImages
from crossnet.figures.registry import RunResults, draw_run_figures, run_figures
from tests.unit.test_architecture import code_deps, inside, reached, sources


def test_figures_come_in_the_order_of_their_positions() -> None:
    assert list(run_figures()) == ["translations", "foregrounds", "roc", "progress", "losses", "diagnostics"]


def test_a_new_module_is_a_figure_of_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_up_figure.py").write_text(
        "from crossnet.figures.registry import Figure, run_figure\n"
        "@run_figure('made_up', position=0)\n"
        "def figure(run): return Figure('t', run.selection, 'a', lambda path, theme: path.touch())\n"
    )
    monkeypatch.setattr(registry.figures, "__path__", [*registry.figures.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "_registered", {})
    images = PreparedImages(tmp_path, "a", "b", False, {}, {})
    (tmp_path / "out/dark").mkdir(parents=True)
    [found] = draw_run_figures(RunResults(images, tmp_path, tmp_path, {}, "valid"), tmp_path / "out")
    assert (found.name, found.light.is_file(), found.dark.is_file()) == ("made_up", True, True)
    assert "through the validation images" in found.caption


@pytest.mark.parametrize("file", sources("crossnet/figures"))
def test_what_a_figure_imports_lies_within_what_the_stage_report_declares(file: str) -> None:
    deps = code_deps("report", "crossnet")
    assert [found for found in reached(file) if not any(inside(found, dep) for dep in deps)] == []
