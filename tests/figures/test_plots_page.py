"""The page that `dvc plots` fills."""

from crossnet.figures.plots_page import plots_page


def test_the_page_carries_its_scripts_and_dvcs_places() -> None:
    page = plots_page()
    assert "{plot_divs}" in page
    assert "{refresh_tag}" in page
    assert "{scripts}" not in page  # DVC would put addresses of a network there
    assert "<script src" not in page
    assert len(page) > 500_000
