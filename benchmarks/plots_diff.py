"""What changed in the plots, as Markdown: `dvc plots diff --json -o dvc_plots REV | python -m benchmarks.plots_diff`.

Of a curve: its mean over x (of a ROC that is the area under it) and its last value, before and now; of images: which
are others than before. What the earlier revision has only in a cache that is not at hand is a dash.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crossnet.escaping import escape_markdown

NOW = "workspace"
NAMED = 8  # images of a kind that are named

Curve = list[tuple[float, float]]


def markdown(found: Mapping[str, Any]) -> str:
    """That JSON as a table of the curves that changed, a line for images, and one for what could not be read."""
    data: Mapping[str, Sequence[Mapping[str, Any]]] = found.get("data") or {}
    curves = {
        f"{name}, {file}" if file else name: by_revision
        for name, plots in data.items()
        for plot in plots
        if plot["type"] == "vega"
        for file, by_revision in _curves(plot["content"]).items()
    }
    rows = [_row(name, revisions) for name, revisions in curves.items() if not _same(revisions)]
    lines = ["| Curve | Mean before | now | Last before | now |", "|---|---|---|---|---|", *rows] if rows else []
    lines += ["", f"{len(curves) - len(rows)} of {len(curves)} curves are as before."] if curves else []
    images = {name: plots for name, plots in data.items() if any(plot["type"] == "image" for plot in plots)}
    changed = [name for name, plots in images.items() if _other(plots)]
    if images:
        named = ", ".join(map(escape_markdown, changed[:NAMED])) + (", ..." if len(changed) > NAMED else "")
        lines += ["", f"{len(changed)} of {len(images)} images are others than before{f': {named}' if named else ''}."]
    failures = {error["rev"]: error["msg"] for error in found.get("errors") or ()}
    for revision, message in failures.items():
        lines += ["", f"Some plots of {escape_markdown(revision)} could not be read: {escape_markdown(message)}."]
    return "\n".join(lines).strip() or "No plots."


def _curves(spec: Mapping[str, Any]) -> dict[str, dict[str, Curve]]:
    """file (empty where there is one) -> revision -> points of a Vega-Lite specification."""
    x, y = _field(spec, "x"), _field(spec, "y")
    found: dict[str, dict[str, Curve]] = {}
    for value in (spec.get("data") or {}).get("values") or []:
        if x in value and y in value:
            point = (float(value[x]), float(value[y]))
            found.setdefault(value.get("filename", ""), {}).setdefault(value["rev"], []).append(point)
    return found if len(found) > 1 else dict(zip([""], found.values(), strict=False))


def _field(part: Any, channel: str) -> str:
    """The field that the first encoding of a channel names."""
    if isinstance(part, dict):
        encoding = part.get("encoding")
        if isinstance(encoding, dict) and "field" in encoding.get(channel, {}):
            return str(encoding[channel]["field"])
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return next(filter(None, (_field(each, channel) for each in parts)), "")


def _same(revisions: Mapping[str, Curve]) -> bool:
    return len(revisions) == 2 and len({tuple(curve) for curve in revisions.values()}) == 1


def _row(name: str, revisions: Mapping[str, Curve]) -> str:
    before = next((curve for revision, curve in revisions.items() if revision != NOW), None)
    now = revisions.get(NOW)
    cells = [escape_markdown(name), *(_told(measure, curve) for measure in (_mean, _last) for curve in (before, now))]
    return f"| {' | '.join(cells)} |"


def _told(measure: Any, curve: Curve | None) -> str:
    return f"{measure(curve):.4g}" if curve else "–"


def _mean(curve: Curve) -> float:
    x, y = np.array(sorted(curve)).T
    return float(np.trapezoid(y, x) / np.ptp(x)) if np.ptp(x) else float(y.mean())


def _last(curve: Curve) -> float:
    return max(curve)[1]


def _other(plots: Sequence[Mapping[str, Any]]) -> bool:
    contents = [Path(plot["url"]).read_bytes() for plot in plots if plot["type"] == "image"]
    return len(contents) != 2 or contents[0] != contents[1]


if __name__ == "__main__":
    print(markdown(json.loads(sys.stdin.read() or "{}")))
