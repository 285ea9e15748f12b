"""One page of several runs side by side, from the data of their reports (crossnet/report/data.py).

`merge` returns the data of that page, plain values that JSON can hold, and `comparison_page` renders it. Its keys:

runs            list of {name, run, commit, dataset, training, digest}: what each run is, and the hash of its dvc.lock
differs         list of [parameter, list of its values]: the parameters in which the runs differ
same_images     whether all runs have the same data set and split; only then are they compared image by image
rows            list of {name, key, better, floor, ceiling, cells: list of {text, best}}: the metrics
images          as in the data of a report
directions      list of {key, total, images: list of {name, input, truth, translations: list of indices}}
threshold       {size, start, total, counts: list, curves: list of texts, images: list of {name, input, mask,
                translations}}, or null; counts as in the data of a report
figures         list of {title, panels: list of {name, and a figure as in the data of a report}}
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossnet.report.metrics import describe, flatten, table
from crossnet.report.page import plain, render

MAX_RUNS = 5  # curves have five hues
MAX_IMAGES = 24  # of a direction
SCRIPTS = ("elements.js", "comparison.js")

Report = Mapping[str, Any]


class _Album:
    """The images of several reports under one numbering; an image that several have is kept once."""

    def __init__(self) -> None:
        self.images: list[Any] = []
        self._numbers: dict[str, int] = {}

    def number(self, report: Report, index: int | None) -> int | None:
        """Return the index of an image of a report among `images`; None for None."""
        if index is None:
            return None
        image = report["images"][index]
        if image["uri"] not in self._numbers:
            self._numbers[image["uri"]] = len(self.images)
            self.images.append(image)
        return self._numbers[image["uri"]]


def merge(reports: Mapping[str, Report]) -> dict[str, Any]:
    """Merge the data of at least two reports, by the names of their runs."""
    each = [*reports.values()]
    same = all(_images_of(report) == _images_of(each[0]) for report in each)
    album = _Album()
    directions = [*_directions(each, album)] if same else []
    threshold = _threshold(each, album) if same else None
    return {
        "runs": [
            {
                "name": name,
                "run": report["run"],
                "commit": (report["source"] or {}).get("commit", ""),
                "dataset": report["dataset"],
                "training": report["training"],
                "digest": (report["lock"] or {}).get("digest", ""),
            }
            for name, report in reports.items()
        ],
        "differs": differences(each),
        "same_images": same,
        "rows": _rows(each, same),
        "images": album.images,
        "directions": directions,
        "threshold": threshold,
        "figures": _figures(reports),
    }


def comparison_page(data: Mapping[str, Any]) -> str:
    """Return the HTML of several runs side by side from what `merge` returns."""
    exact = all(image["exact"] for image in data["images"])
    return render("comparison.html.j2", SCRIPTS, data, exact=exact)


def differences(reports: Sequence[Report]) -> list[list[Any]]:
    """Return the parameters in which reports differ, by dotted keys, each with its values; a dash for a missing one."""
    found = [dict(flatten(report["parameters"])) for report in reports]
    keys = dict.fromkeys(key for parameters in found for key in parameters)
    lines = [[key, [plain(parameters[key]) if key in parameters else "–" for parameters in found]] for key in keys]
    return [[key, values] for key, values in lines if len(set(values)) > 1]


def _images_of(report: Report) -> object:
    """What two reports share if they are of the same images: the hash of the data set, or its description."""
    outs = (report["lock"] or {}).get("outs", ())
    digest = next((out["hash"] for out in outs if out["path"] == "data/prepared"), None)
    return report["run"]["split"], report["run"]["task"], digest or report["dataset"]


def _rows(reports: Sequence[Report], same: bool) -> list[dict[str, Any]]:
    tables = [{row.key: row for row in table(report["metrics"])} for report in reports]
    numbers = [dict(flatten(report["metrics"])) for report in reports]
    rows = []
    for key in dict.fromkeys(key for each in tables for key in each):
        first = next(each[key] for each in tables if key in each)
        values = [each.get(key) for each in numbers]
        best = _best(values, describe(key).better) if same else None
        rows.append({
            "name": first.name,
            "key": key,
            "better": first.better,
            "floor": first.floor if same else "–",
            "ceiling": first.ceiling if same else "–",
            "cells": [
                {"text": each[key].value if key in each else "–", "best": best is not None and value == best}
                for each, value in zip(tables, values, strict=True)
            ],
        })  # fmt: skip
    return rows


def _best(values: Sequence[Any], better: str) -> float | None:
    """Return the best of the values; None where neither way is better, or all that were measured are equal."""
    finite = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
    if not better or len(set(finite)) < 2:
        return None
    return min(finite) if better == "↓" else max(finite)


def _directions(reports: Sequence[Report], album: _Album) -> Iterator[dict[str, Any]]:
    for first in reports[0]["directions"]:
        of_key = [next((way for way in report["directions"] if way["key"] == first["key"]), None) for report in reports]
        ways = [way for way in of_key if way]
        if len(ways) < len(reports):
            continue
        by_id = [{image["id"]: image for image in way["images"]} for way in ways]
        shared = [id_ for id_ in by_id[0] if all(id_ in images for images in by_id)]
        yield {
            "key": first["key"],
            "total": first["total"],
            "images": [
                {
                    "name": by_id[0][id_]["name"],
                    "input": album.number(reports[0], by_id[0][id_]["input"]),
                    "truth": album.number(reports[0], by_id[0][id_]["truth"]),
                    "translations": [
                        album.number(report, images[id_]["translation"])
                        for report, images in zip(reports, by_id, strict=True)
                    ],
                }
                for id_ in shared
            ],
        }


def _threshold(reports: Sequence[Report], album: _Album) -> dict[str, Any] | None:
    blocks = [report["threshold"] for report in reports]
    if not all(blocks):
        return None
    by_name = [{image["name"]: image for image in block["images"]} for block in blocks]
    shared = [name for name in by_name[0] if all(name in images for images in by_name)]
    curves = [(curve["points"] for curve in block["curves"] if curve["kind"] == "translation") for block in blocks]
    return {
        **{key: blocks[0][key] for key in ("size", "start", "total")},
        "counts": [block["counts"] for block in blocks],
        "curves": [next(points, "") for points in curves],
        "images": [
            {
                "name": name,
                "input": album.number(reports[0], by_name[0][name]["input"]),
                "mask": album.number(reports[0], by_name[0][name]["mask"]),
                "translations": [
                    album.number(report, images[name]["translation"])
                    for report, images in zip(reports, by_name, strict=True)
                ],
            }
            for name in shared
        ],
    }


def _figures(reports: Mapping[str, Report]) -> list[dict[str, Any]]:
    titles = dict.fromkeys(figure["title"] for report in reports.values() for figure in report["figures"])
    panels = [
        [
            {"name": name, **figure}
            for name, report in reports.items()
            for figure in report["figures"]
            if figure["title"] == title
        ]
        for title in titles
    ]
    return [{"title": title, "panels": each} for title, each in zip(titles, panels, strict=True)]
