"""`crossnet report`: the page of an experiment, or of several side by side."""

import json
from pathlib import Path
from typing import Annotated

import typer

from crossnet.cli.options import fail, refuse_pipeline_folder
from crossnet.escaping import one_line
from crossnet.files import write_all_atomically
from crossnet.terminal import echo, progress


def report(
    experiments: Annotated[
        list[str], typer.Argument(help="Experiments, branches or commits, up to 5.", metavar="EXPERIMENT...")
    ],
    out: Annotated[Path, typer.Option(help="The HTML file to write.", metavar="FILE")] = Path("report.html"),
    data: Annotated[bool, typer.Option("--data", help="Also write the data of the page, as JSON, next to it.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the files if they exist.")] = False,
) -> None:
    """Write the page of an experiment, or of several side by side, without changing the working tree.

    Of one experiment the page is its reports/index.html. Several are compared in their parameters, metrics,
    translations image by image, foregrounds at any threshold, and figures. The files come from DVC's cache or a remote.
    """
    from crossnet.analysis.checkout import report_data
    from crossnet.analysis.load import MissingFilesError
    from crossnet.analysis.repository import ExperimentError, resolve
    from crossnet.report import comparison
    from crossnet.report.page import page
    from crossnet.report.translations import MAX_IMAGES

    if len(experiments) > comparison.MAX_RUNS:
        raise fail(f"{len(experiments)} experiments: at most {comparison.MAX_RUNS} fit side by side")
    targets = [out, out.with_suffix(".json")][: 1 + data]
    _check(targets, overwrite)
    try:
        commits = resolve(Path.cwd(), experiments)
    except ExperimentError as error:
        raise fail(str(error)) from None
    if len(set(commits.values())) < len(experiments):
        raise fail(f"{' '.join(experiments)}: the same run twice")
    max_images = MAX_IMAGES if len(commits) == 1 else comparison.MAX_IMAGES
    reports = {}
    for name, commit in progress(commits.items(), len(commits), "reading", "experiments"):
        try:
            reports[one_line(name)] = report_data(Path.cwd(), name, commit, max_images)
        except ExperimentError as error:
            raise fail(f"{name}: {error}") from None
        except MissingFilesError as error:
            raise fail(str(error), 1) from None
    [*each] = reports.values()
    content = each[0] if len(each) == 1 else comparison.merge(reports)
    html = page(content) if len(each) == 1 else comparison.comparison_page(content)
    written = [html, json.dumps(content, ensure_ascii=False) + "\n"]
    write_all_atomically(dict(zip(targets, written, strict=False)))
    for target in targets:
        echo(f"{target}", result=True)


def _check(targets: list[Path], overwrite: bool) -> None:
    """Fail where a file cannot or must not be written."""
    for target in targets:
        refuse_pipeline_folder(target)
        if target.is_dir():
            raise fail(f"--out {target}: is a folder; name a file")
        if not target.parent.is_dir():
            raise fail(f"--out {target}: no such folder {target.parent}")
        if target.exists() and not overwrite:
            raise fail(f"--out {target}: exists; --overwrite replaces it")
