"""The data of a report, read from the files of a run: a dictionary of plain values that JSON can hold.

`collect` returns it and `crossnet.report.page.page` renders it. All strings are printable. Its keys:

run             task, method, scale, seed and split of the run
parameters      the parameters of params.yaml that the run used, nested
dataset         dataset.json: a, b (the domains in words), size (pixels), counts (images by folder)
metrics         reports/metrics.json; {} without it
training        reports/training/summary.json; {} without it
images          list of {uri, width, height, exact}: images as data URIs, to which others refer by their index;
                exact: whether the pixels are those of the file
directions      list, an entry for each translated direction:
    key         "to_b" or "to_a"
    total       how many images have a translation, of which some are shown
    measures    list of {key, title, better: "high", "low" or ""}: columns of images.csv
    images      list of {id, name, input, translation, truth, values}: indices, truth may be null; value by measure
threshold       the foreground at each threshold on luminance; null without masks:
    size        edge of the plot of the curves, in its own units
    start       the threshold of the metrics
    total       how many images have a mask
    curves      list of {kind, name, points}: points as of an SVG polyline
    counts      {true_positives, false_positives}: pixels at threshold 0 to 255; {foreground, background}: all pixels
    images      list of {name, input, translation, mask}: indices
figures         list of {title, caption, alt, kind, width, height, light, dark}: PNG or WebP as data URIs
experiments     from reports/experiments/<task>:
    columns     list of [metric, name, arrow of the better direction]
    rows        list of {name, settings, seeds, cells: list of {text, n, best}, own: whether the run belongs to it}
    bounds      {"floor", "ceiling"}: a text for each column
    more        how many metrics have no column
    scale       the scale of the runs
    claims      list of {claim, statement, verdict, where, why, comparisons: list of lists of text}
    files       list of [name, link relative to the page]
preparation     from reports/data/prepare.json: kept, enlarged (images by folder), refused (how many files),
                reasons (list of [reason, files]), examples (list of [file, reason]), links (as files)
source          {commit, changed: list of files}: the code by git; null without a repository
lock            {digest, outs: list of {stage, path, hash, size, files}} of dvc.lock; null without it
"""

import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML

from crossnet.data.layout import DESCRIPTION, as_test, is_paired, known_truth, measured_sides, translation_names
from crossnet.escaping import printable
from crossnet.figures.comparison import PreparedImages
from crossnet.figures.registry import RunResults, draw_run_figures
from crossnet.report import experiments, translations
from crossnet.report.images import Album, embed_figures

TRANSLATED, REPORTS = Path("data/translated"), Path("reports")
MAX_EXAMPLES = 12  # refused files and reasons that the report names; prepare.csv has all


def collect(
    run: Mapping[str, Any],
    parameters: Mapping[str, Any],
    root: Path = Path(),
    max_images: int = translations.MAX_IMAGES,
) -> dict[str, Any]:
    """Read the data of a run from its files, and draw its figures to reports/figures.

    Args:
        run: its task, method, scale, seed and split.
        parameters: the parameters that it used.
        root: the folder with data, reports and dvc.lock of the run.
        max_images: of a direction.

    Raises:
        LayoutError: the data set has no images of the split.
        ValueError: a file is not as the stages or commands write it.
    """
    task, split = run["task"], run["split"]
    prepared, translated, reports = root / "data/prepared" / task, root / TRANSLATED, root / REPORTS
    dataset, metrics = _json(prepared / DESCRIPTION), _json(reports / "metrics.json")
    names = {f"test{side[-1]}": translation_names(prepared, side) for side in measured_sides(prepared, split)}
    album = Album()
    with TemporaryDirectory() as view:
        folder = as_test(prepared, split, Path(view))
        paired, truth = is_paired(dataset, split), known_truth(dataset, split)
        images = PreparedImages(folder, printable(dataset["a"]), printable(dataset["b"]), paired, truth, names)
        directions = translations.collect(
            images, translated, reports / "plots/images.csv", album, max_images=max_images
        )
        shown = [image["id"] for each in directions if each["key"] == "to_b" for image in each["images"]]
        start = (metrics.get("foreground") or {}).get("threshold")
        threshold = translations.collect_threshold(images, translated, shown, reports / "plots/roc", album, start)
        results = RunResults(images, translated, reports, metrics, split)
        figures = embed_figures(draw_run_figures(results, reports / "figures"))
        embedded = [asdict(image) for image in album.images]
    return _printable({
        "run": run,
        "parameters": parameters,
        "dataset": dataset,
        "metrics": metrics,
        "training": _json(reports / "training/summary.json"),
        "images": embedded,
        "directions": directions,
        "threshold": threshold,
        "figures": figures,
        "experiments": experiments.collect(reports / "experiments" / task, run, metrics),
        "preparation": preparation(_json(reports / "data/prepare.json"), reports),
        "source": source(root, exclude=("dvc.lock", "reports")),
        "lock": lock(root / "dvc.lock", exclude="report"),
    })  # fmt: skip


def preparation(prepare: Mapping[str, Any], reports: Path) -> dict[str, Any]:
    """Return "preparation" from the content of prepare.json ({} without it) and the folder of the page."""
    refused: Mapping[str, str] = prepare.get("refused") or {}
    files = [*sorted((reports / "data").glob("*")), reports / "attribution.md"]
    links = [path.relative_to(reports).as_posix() for path in files if path.is_file()]
    return {
        "kept": dict(prepare.get("kept") or {}),
        "enlarged": {side: count for side, count in (prepare.get("enlarged") or {}).items() if count},
        "refused": prepare.get("refused_count", len(refused)),
        "reasons": Counter(str(reason) for reason in refused.values()).most_common(MAX_EXAMPLES),
        "examples": [(name, str(reason)) for name, reason in list(refused.items())[:MAX_EXAMPLES]],
        "links": [(name, quote(name)) for name in links],
    }


def source(tree: Path, exclude: Sequence[str] = ()) -> dict[str, Any] | None:
    """Return the commit of a working tree and the files that differ from it, without the excluded pathspecs.

    None if git or the repository is missing.
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tree), "--no-optional-locks", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    try:
        commit = git("rev-parse", "--verify", "HEAD").strip()
        pathspecs = (".", *(f":(exclude){path}" for path in exclude))
        lines = git("status", "--porcelain", "-z", "--no-renames", "--", *pathspecs).split("\0")
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "changed": sorted(line[3:] for line in lines if line)}


def lock(path: Path, exclude: str) -> dict[str, Any] | None:
    """Return a digest of dvc.lock and the outs of its stages, without one stage; None without any other.

    The excluded stage is the one that asks: DVC writes its entry after it ran. The digest is the SHA-256 of the entries
    as JSON with sorted keys. `hash` of a folder ends in .dir, and `files` of a file is None.
    """
    if not path.is_file():
        return None
    stages = (YAML(typ="safe").load(path) or {}).get("stages") or {}
    entries = {name: entry for name, entry in stages.items() if name != exclude}
    if not entries:
        return None
    text = json.dumps(entries, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    outs = [
        {
            "stage": name,
            "path": out["path"],
            "hash": out.get(out.get("hash", "md5"), ""),
            "size": out.get("size", 0),
            "files": out.get("nfiles"),
        }
        for name, entry in entries.items()
        for out in entry.get("outs", ())
    ]
    return {"digest": hashlib.sha256(text.encode("ascii")).hexdigest(), "outs": outs}


def _json(path: Path) -> dict[str, Any]:
    """Read a JSON object; {} if the file is missing."""
    return json.loads(path.read_text(encoding="utf-8")) or {} if path.exists() else {}


def _printable(value: Any) -> Any:
    """Escape what does not print in all strings, keys included, and make tuples lists, as JSON would."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value
