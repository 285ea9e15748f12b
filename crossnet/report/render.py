"""The page of one run: its pictures, its numbers and what made them, in one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from crossnet.figures.registry import DrawnFigure as Figure
from crossnet.figures.style import DARK, LIGHT
from crossnet.report.embedding import Picture, figure_uri
from crossnet.report.experiments import Experiments
from crossnet.report.metrics import flat, table
from crossnet.report.preparation import Preparation
from crossnet.report.provenance import Lock, Source
from crossnet.report.thresholds import Threshold
from crossnet.report.tiles import tiles
from crossnet.report.wording import duration, each, fixed, plain

HERE = Path(__file__).parent
SCRIPTS = ("elements.js", "translations.js", "threshold.js")
FIGURES_ROOM = 3_500_000  # bytes of the page, for the figures in both their looks
FIGURE_ROOM = 550_000  # of one of them


def page(
    *,
    dataset: Mapping[str, Any],
    metrics: Mapping[str, Any],
    figures: Sequence[Figure],
    run: Mapping[str, Any],
    parameters: Mapping[str, Any],
    training: Mapping[str, Any] | None,
    pictures: Sequence[Picture],
    directions: Sequence[Mapping[str, Any]],
    threshold: Threshold | None,
    experiments: Experiments,
    preparation: Preparation,
    origin: Source | None,
    lock: Lock | None,
) -> str:
    """The HTML of the page.

    dataset: dataset.json. metrics: metrics.json, any block of which may be absent. run: task, method, scale and seed.
    parameters: what the run used, nested. training: summary.json, where something was trained. pictures: the album
    that directions (`pairs.collect`) and threshold point into. origin, lock: the code and the data.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return environment.get_template("page.html.j2").render(
        dataset=dataset,
        tiles=tiles(metrics),
        rows=table(metrics),
        figures=_embedded(figures),
        run=run,
        groups=groups(parameters),
        training=training or {},
        pictures=[asdict(picture) for picture in pictures],
        exact=all(picture.exact for picture in pictures),
        directions=directions,
        threshold=threshold,
        experiments=experiments,
        preparation=preparation,
        origin=origin,
        lock=lock,
        style=(HERE / "style.css").read_text(encoding="utf-8"),
        script=script,
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        light=LIGHT,
        dark=DARK,
        fixed=fixed,
        duration=duration,
        each=each,
    )


def groups(parameters: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Nested parameters as one flat table a top-level block; the plain ones come first, under "run"."""
    top = {"run": {key: plain(value) for key, value in parameters.items() if not isinstance(value, Mapping)}}
    blocks = {
        block: {key: plain(value) for key, value in flat(values)}
        for block, values in parameters.items()
        if isinstance(values, Mapping)
    }
    return {name: block for name, block in (top | blocks).items() if block}


def _embedded(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The figures with their sizes in pixels and their files as data: URIs, all of them within their room."""
    most = min(FIGURE_ROOM, FIGURES_ROOM // max(1, 2 * len(figures)))
    shown = []
    for figure in figures:
        with Image.open(figure.light) as image:
            width, height = image.size
        uris = {"light": figure_uri(figure.light, most), "dark": figure_uri(figure.dark, most)}
        shown.append(asdict(figure) | uris | {"width": width, "height": height})
    return shown
