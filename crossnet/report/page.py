"""The page reports/index.html from the data of a report (crossnet/report/data.py): one HTML file, no network."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crossnet.figures.registry import SPLIT_WORDS
from crossnet.figures.style import DARK, LIGHT
from crossnet.report.metrics import fixed, flatten, headlines, table
from crossnet.urls import redact_urls

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("elements.js", "translations.js", "threshold.js")


def page(data: Mapping[str, Any]) -> str:
    """Return the HTML of a report."""
    return render(
        "page.html.j2",
        SCRIPTS,
        data,
        headlines=headlines(data["metrics"]),
        rows=table(data["metrics"]),
        groups=parameter_groups(data["parameters"]),
        split_word=SPLIT_WORDS[data["run"]["split"]],
        exact=all(image["exact"] for image in data["images"]),
        image_counts=image_counts,
    )


def render(template: str, scripts: Sequence[str], data: Mapping[str, Any], **values: Any) -> str:
    """Render a template that extends base.html.j2. Its content security policy allows its own script and no other.

    Args:
        template: a file of TEMPLATES.
        scripts: files of TEMPLATES, in the order in which they run.
        data: values by name; `images` among them.
        values: more of these.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in scripts)
    return environment.get_template(template).render(
        data,
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8"),
        script=script,
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        light=LIGHT,
        dark=DARK,
        fixed=fixed,
        plain=plain,
        duration=duration,
        **values,
    )


def parameter_groups(parameters: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Flatten nested parameters to one table for each top-level block, after the plain ones as "run"."""
    top = {"run": {key: plain(value) for key, value in parameters.items() if not isinstance(value, Mapping)}}
    blocks = {
        block: {key: plain(value) for key, value in flatten(values)}
        for block, values in parameters.items()
        if isinstance(values, Mapping)
    }
    return {name: block for name, block in (top | blocks).items() if block}


def plain(value: Any) -> str:
    """Format a parameter as in params.yaml; lists and mappings in one line, URLs without secrets."""
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(each)}" for key, each in value.items())
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else redact_urls(str(value))


def duration(seconds: float) -> str:
    """Format seconds in their two largest units: "4 min 41 s"."""
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (s, "s")]
    first = next((i for i, (count, _) in enumerate(parts) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def image_counts(a: int, b: int) -> str:
    """Format the numbers of images of A and B: "8 images each"."""
    return f"{fixed(a)} images each" if a == b else f"{fixed(a)} and {fixed(b)} images"
