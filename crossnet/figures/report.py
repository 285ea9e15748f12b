"""The page of one run: its numbers, its figures, and what made them, in one HTML file that needs nothing else."""

import base64
import io
import math
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from crossnet.figures.palette import DARK, LIGHT

EMBED_AS_IS = 400_000  # bytes; what is larger is embedded as WebP, so that the page stays small at any scale

# metric -> (what it is called, what it says, whether larger or smaller is better); "*" stands for the features' name
EXPLANATIONS = {
    "foreground.auc": (
        "AUC, all pixels",
        "Area under the ROC curve of the translation’s luminance as a detector of foreground, pixels of all test "
        "images together (§5.3). 1 is perfect, 0.5 is chance.",
        "↑",
    ),
    "foreground.auc_input": ("AUC of the input", "The same for the untranslated input: the floor.", ""),
    "foreground.auc_per_image": ("AUC, mean over images", "The area image by image, then averaged.", "↑"),
    "foreground.auc_per_image_input": (
        "AUC of the input, mean over images",
        "The same for the untranslated input: the floor.",
        "",
    ),
    "foreground.auc_truth": (
        "AUC of the truth",
        "The same for the true image on white: the ceiling, below 1 where objects themselves are near white.",
        "",
    ),
    "foreground.iou": ("IoU", "Overlap of the extracted and the true foreground, over their union.", "↑"),
    "foreground.f1": ("F1", "Harmonic mean of precision and recall of the extracted foreground.", "↑"),
    "foreground.threshold": ("Threshold", "Luminance above which a pixel counts as white (§5.3).", ""),
    "paired.psnr": ("PSNR, dB", "Peak signal-to-noise ratio of the translation to B against the truth.", "↑"),
    "paired.ssim": ("SSIM", "Structural similarity of the translation to B and the truth.", "↑"),
    "kid_*.to_b": (
        "KID, A → B",
        "Kernel distance between the features of the translations and of real test images of B; unbiased in N, "
        "mean ± standard deviation over subsets.",
        "↓",
    ),
    "kid_*.to_a": ("KID, B → A", "The same for the translations to A.", "↓"),
    "fd_*.to_b": (
        "Fréchet distance, A → B",
        "Distance between Gaussians fitted to the same features; biased by N, comparable at equal N only.",
        "↓",
    ),
    "fd_*.to_a": ("Fréchet distance, B → A", "The same for the translations to A.", "↓"),
    "fid.to_b": ("FID, A → B", "Fréchet distance on the official Inception features; biased by N.", "↓"),
    "fid.to_a": ("FID, B → A", "The same for the translations to A.", "↓"),
}


DIRECTIONS = {"to_b": "A → B", "to_a": "B → A"}
DISTANCES = ("kid", "fd", "fid")
BESIDE = ("_std", "_n_real", "_n")  # what stands beside a metric: its spread, and how many images it is of
DECIMALS = {"psnr": 1, "fd": 1, "fid": 1}  # of a family or a metric, 3 elsewhere


@dataclass(frozen=True)
class Figure:
    """A figure of the page: its PNG for light and for dark pages, in words, and as wide as its kind needs."""

    title: str
    caption: str
    alt: str
    light: Path
    dark: Path
    kind: str = "wide"  # wide | square


@dataclass(frozen=True)
class Tile:
    """A headline number; `share` and `floor` place it and its floor on a gauge from 0 to 1, where it has one."""

    label: str
    value: str
    note: str
    share: float | None = None
    floor: float | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table of metrics."""

    name: str
    key: str
    value: str
    explanation: str
    better: str


@dataclass(frozen=True)
class Source:
    """The commit that a working tree stands on, and which of its files differ from it."""

    commit: str
    changed: tuple[str, ...]


def source(tree: Path, but: Sequence[str] = ()) -> Source | None:
    """What git says of a tree, `but` paths (pathspecs) left out; None where git or the repository is missing."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tree), "--no-optional-locks", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    try:
        commit = git("rev-parse", "--verify", "HEAD").strip()
        pathspecs = (".", *(f":(exclude){path}" for path in but))
        lines = git("status", "--porcelain", "-z", "--no-renames", "--", *pathspecs).split("\0")
    except (OSError, subprocess.SubprocessError):
        return None
    return Source(commit, tuple(sorted(line[3:] for line in lines if line)))


def fixed(value: Any, digits: int = 3) -> str:
    """A measured number for reading: so many decimals, whole numbers without, and a dash for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "–" if value is None or isinstance(value, float) else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def plain(value: Any) -> str:
    """A parameter as it would be written in params.yaml, lists with commas."""
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(seconds: float) -> str:
    """Seconds as "4 min 41 s", in its two largest units."""
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (s, "s")]
    first = next((i for i, (count, _) in enumerate(parts) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def each(a: int, b: int) -> str:
    """Two counts of images in words."""
    return f"{fixed(a)} images each" if a == b else f"{fixed(a)} and {fixed(b)} images"


def tiles(metrics: Mapping[str, Any]) -> list[Tile]:
    """The headline numbers among the metrics that there are."""
    found: list[Tile] = []
    if foreground := metrics.get("foreground"):
        at = f"of the foreground, at luminance {foreground['threshold']:g}" if "threshold" in foreground else ""
        floor = f"floor, the untranslated input: {fixed(foreground['auc_input'])}" if "auc_input" in foreground else ""
        headlines = (("Foreground AUC", "auc", floor, "auc_input"), ("IoU", "iou", at, ""), ("F1", "f1", at, ""))
        for label, key, note, low in headlines:
            if key in foreground:
                value = foreground[key]
                found.append(Tile(label, fixed(value), note, share(value), share(foreground.get(low))))
    if paired := metrics.get("paired"):
        note = "against the truth" + (f", N\u00a0=\u00a0{fixed(paired['n'])}" if "n" in paired else "")
        if "psnr" in paired:
            found.append(Tile("PSNR", f"{fixed(paired['psnr'], DECIMALS['psnr'])} dB", note))
        if "ssim" in paired:
            found.append(Tile("SSIM", fixed(paired["ssim"]), note, share(paired["ssim"])))
    for name, block in metrics.items():
        family, _, features = name.partition("_")
        for side, direction in DIRECTIONS.items():
            if family in DISTANCES and side in block:
                digits = DECIMALS.get(family, 3)
                notes = [f"± {fixed(block[f'{side}_std'], digits)}"] if f"{side}_std" in block else []
                notes += [f"on {features}"] if features else []
                notes += counts(block, side)
                value = fixed(block[side], digits)
                found.append(Tile(f"{family.upper()}, {direction}", value, ", ".join(notes)))
    return found


def share(value: Any) -> float | None:
    """The value as a place on a gauge, within [0, 1]; None for what is no number."""
    return min(1.0, max(0.0, value)) if isinstance(value, int | float) and math.isfinite(value) else None


def counts(block: Mapping[str, Any], key: str) -> list[str]:
    """How many translations a metric is of, and against how many real images, as a phrase; none if it is not told."""
    if f"{key}_n" not in block:
        return []
    against = f" against {fixed(block[f'{key}_n_real'])} real" if f"{key}_n_real" in block else ""
    return [f"N\u00a0=\u00a0{fixed(block[f'{key}_n'])}{against}"]


def table(metrics: Mapping[str, Any]) -> list[Row]:
    """Every metric, a spread beside its mean and counts beside what they count; a dash where counts stand alone."""
    rows = []
    for block, values in metrics.items():
        if not isinstance(values, Mapping):
            rows.append(Row(block, block, fixed(values), "", ""))
            continue
        family, _, features = block.partition("_")
        for key in dict.fromkeys(map(measured, values)):
            if key == "n":
                continue
            pattern = f"{family}_*.{key}" if features else f"{block}.{key}"
            name, explanation, better = EXPLANATIONS.get(pattern, (key, "", ""))
            digits = DECIMALS.get(key, DECIMALS.get(family, 3))
            text = fixed(values.get(key), digits)
            if f"{key}_std" in values:
                text += f" ± {fixed(values[f'{key}_std'], digits)}"
            said = [explanation] if explanation else []
            said += [f"{count}." for count in counts(values, key)]
            said += [] if key in values else ["Too few images to measure it."]
            rows.append(Row(name, f"{block}.{key}", text, " ".join(said), better))
    return rows


def measured(key: str) -> str:
    """The metric that a key belongs to: "to_b" of "to_b", "to_b_std" and "to_b_n"."""
    return next((key.removesuffix(suffix) for suffix in BESIDE if key.endswith(suffix)), key)


def groups(parameters: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Nested parameters as one flat table a top-level block; the plain ones come first, under "run"."""

    def flat(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
        for key, value in block.items():
            if isinstance(value, Mapping):
                yield from flat(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", plain(value)

    top = {"run": {key: plain(value) for key, value in parameters.items() if not isinstance(value, Mapping)}}
    blocks = {key: dict(flat(value)) for key, value in parameters.items() if isinstance(value, Mapping)}
    return {name: block for name, block in (top | blocks).items() if block}


def data_uri(path: Path) -> str:
    """An image file as a data: URI: a PNG as it is, or WebP where that is too large."""
    data, kind = path.read_bytes(), "png"
    if len(data) > EMBED_AS_IS:
        buffer = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").save(buffer, "WEBP", quality=88, method=4)
        data, kind = buffer.getvalue(), "webp"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def page(
    *,
    dataset: Mapping[str, Any],
    metrics: Mapping[str, Any],
    figures: Sequence[Figure],
    run: Mapping[str, Any],
    parameters: Mapping[str, Any],
    training: Mapping[str, Any] | None,
    origin: Source | None,
) -> str:
    """The HTML of the page.

    dataset: dataset.json. metrics: metrics.json, any block of which may be absent. run: task, method, scale and seed.
    parameters: what the run used, nested. training: summary.json, where something was trained. origin: the code.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = []
    for figure in figures:
        with Image.open(figure.light) as image:
            width, height = image.size
        uris = {"light": data_uri(figure.light), "dark": data_uri(figure.dark)}
        shown.append(asdict(figure) | uris | {"width": width, "height": height})
    template = environment.get_template("report.html.j2")
    return template.render(
        dataset=dataset,
        tiles=tiles(metrics),
        rows=table(metrics),
        figures=shown,
        run=run,
        groups=groups(parameters),
        training=training or {},
        origin=origin,
        light=LIGHT,
        dark=DARK,
        fixed=fixed,
        duration=duration,
        each=each,
    )
