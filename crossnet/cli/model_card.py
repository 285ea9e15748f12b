"""The model card of a trained model, from what its run has written."""

import math
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crossnet.escaping import escape_markdown, one_line, printable
from crossnet.params import Params
from crossnet.report.metrics import CONDITIONS, describe, fixed, floor, table
from crossnet.report.page import duration, plain

HERE = Path(__file__).parent
FRONT_MATTER = {  # metadata of the Hugging Face Hub
    "library_name": "crossnet",
    "pipeline_tag": "image-to-image",
    "license": "other",
    "license_name": "terms-of-the-training-images",
    "license_link": "README.md",
    "tags": "[image-to-image, unpaired-image-translation, crossnet]",
}
MARK = "<!-- Written by `crossnet export`, which replaces it. -->"


def front_matter() -> str:
    """Return the YAML block at the top of a model card."""
    return "\n".join(["---", *(f"{key}: {value}" for key, value in FRONT_MATTER.items()), "---", ""])


def model_card(
    name: str,
    params: Params,
    dataset: Mapping[str, Any],
    metrics: Mapping[str, Any],
    summary: Mapping[str, Any],
    data: str,
    licence: str,
    weights_bytes: int,
) -> str:
    """Return the model card as Markdown.

    Args:
        name: the name of the model's folder.
        params: the parameters of the run.
        dataset: dataset.json of its prepared images.
        metrics: reports/metrics.json.
        summary: reports/training/summary.json.
        data: Markdown; what the training images are, and their source.
        licence: Markdown; the terms of these images.
        weights_bytes: the size of the weights.

    Raises:
        TemplateError, TypeError, ValueError: dataset or summary lacks a value, or has one of another type.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["md"] = lambda value: escape_markdown(str(value))
    environment.filters["shell"] = lambda value: shlex.quote(printable(value))
    return environment.get_template("model_card.md.j2").render(
        front_matter=front_matter(),
        mark=MARK,
        name=name,
        params=params,
        images=params.images,
        split=params.split,
        dataset=dataset,
        summary=summary,
        a=escape_markdown(str(dataset.get("a"))),
        b=escape_markdown(str(dataset.get("b"))),
        rows=[row for row in table(metrics) if row.key.rpartition(".")[2] not in CONDITIONS],
        at_floor=[*_at_floor(metrics)],
        data=one_line(data),
        licence=one_line(licence),
        weights_bytes=weights_bytes,
        fixed=fixed,
        plain=plain,
        duration=duration,
    )


def _at_floor(metrics: Mapping[str, Any]) -> Iterator[str]:
    """The keys of metrics that are no better than their strongest floor.

    Those of backgrounds are left out: where a background is to stay, the untranslated input has the best value.
    """
    for block, values in metrics.items():
        for key, value in values.items() if isinstance(values, Mapping) else ():
            words = describe(f"{block}.{key}")
            if not words.better or key.endswith("_background") or not isinstance(value, int | float):
                continue
            lower = words.better == "↓"
            lowest = floor(key, values, lower)
            if lowest and math.isfinite(value) and (value >= lowest.value if lower else value <= lowest.value):
                yield f"{block}.{key}"
