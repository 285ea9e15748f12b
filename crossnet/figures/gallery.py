"""Which figures a run has, and what their captions say."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossnet.figures import foregrounds, losses, progress, roc, translations
from crossnet.figures.palette import Theme, paint_both

UNPICKED = "The rows are evenly spaced through the test images sorted by name; none was picked."


@dataclass(frozen=True)
class Figure:
    """A figure of the page: its PNG for light and for dark pages, in words, and as wide as its kind needs."""

    title: str
    caption: str
    alt: str
    light: Path
    dark: Path
    kind: str = "wide"  # wide | square


def draw(
    prepared: Path,
    translated: Path,
    reports: Path,
    out: Path,
    dataset: Mapping[str, Any],
    metrics: Mapping[str, Any],
    names: Mapping[str, Mapping[str, str]],
) -> list[Figure]:
    """Write every figure that there is material for, as out/<name>.png and out/dark/<name>.png, in the page's order.

    names: by test side, what the translation of an image is called, where it is not called as the image is.
    """
    found: list[Figure] = []

    def add(
        name: str, title: str, caption: str, alt: str, paint: Callable[[Path, Theme], None], kind: str = "wide"
    ) -> None:
        found.append(Figure(title, caption, alt, *paint_both(paint, out, name), kind))

    a, b, paired = dataset["a"], dataset["b"], dataset["paired"]
    truth = (
        " The truth beside them shows the same thing in the other domain, for looking and measuring only: training is "
        "unpaired. Towards A it is one of many that would be right."
    )
    add(
        "translations",
        "Translations of test images",
        f"Left, from A ({a}) to B ({b}); right, from B to A.{truth if paired else ''} {UNPICKED}",
        f"Two tables of test images: each input beside its translation{' and the truth' if paired else ''}, "
        f"from {a} to {b} on the left and back on the right.",
        lambda path, theme: translations.draw(
            prepared, translated, path, a=a, b=b, paired=paired, names=names, theme=theme
        ),
    )
    foreground = metrics.get("foreground")
    if foreground and (prepared / "masksA").is_dir():
        threshold = float(foreground["threshold"])
        add(
            "foregrounds",
            "Foreground extraction",
            f"As in the paper’s §5.3: where the luminance of the translation exceeds {threshold:g} the pixel becomes "
            f"white, and every other pixel takes its original colour. {UNPICKED}",
            "A table of test images: the input, its translation to white, the foreground extracted with it, "
            "and the true mask.",
            lambda path, theme: foregrounds.draw(
                prepared, translated, path, threshold=threshold, names=names.get("testA", {}), theme=theme
            ),
        )
        measured = {
            "translation": foreground.get("auc"),
            "input": foreground.get("auc_input"),
            "constant": foreground.get("auc_constant"),
        }
        auc = {image: value for image, value in measured.items() if value is not None and math.isfinite(value)}
        if (table := reports / "plots" / "roc").is_dir():
            curves = roc.read(table)
            add(
                "roc",
                "The foreground by luminance",
                "Share of the true foreground that is found, against the share of the background that is taken for it, "
                "as the threshold on luminance moves; pixels of all test images together. The dashed curve uses the "
                "input as it is. The constant prior is one map for all images, the share of training images of B with "
                "an object at a pixel: where objects lie in the same place, it finds them without seeing any. Circles "
                f"mark the paper’s fixed threshold, {threshold:g}; the dotted diagonal is chance.",
                "ROC curves of foreground against background: "
                + ", ".join(f"{roc.NAMES[image]} has an area of {value:.3f}" for image, value in auc.items())
                + ".",
                lambda path, theme: roc.draw(curves, path, auc=auc, threshold=threshold, theme=theme),
                "square",
            )
    logged = reports / "training" / "plots"
    if any(p.stem.isdecimal() for p in (logged / "images" / "translations").glob("*.png")):
        add(
            "progress",
            "Over training",
            "The same images, translated as training went on: inputs of each side, and their translations under them.",
            "Grids of the same images and their translations at several steps of the training, from early to last.",
            lambda path, theme: progress.draw(logged / "images" / "translations", path, theme=theme),
        )
    series = losses.read(logged / "metrics")
    terms = {name: curve for name, curve in series.items() if name.startswith("loss/")}
    if terms:
        smoothed = any(len(curve) >= losses.SMOOTH_FROM for curve in terms.values())
        mean = "; a strong line over a faint one is a running mean over about a tenth of the run" if smoothed else ""
        add(
            "losses",
            "Loss terms",
            f"Each term as logged, without its weight{mean}.",
            f"Small plots over the optimisation steps, one for each of {', '.join(terms)}.",
            lambda path, theme: losses.draw(terms, path, theme=theme),
        )
    others = {name: curve for name, curve in series.items() if name not in terms}
    if others:
        add(
            "diagnostics",
            "What else was logged",
            "A collapse of the latent codes shows in their effective rank: how many of their dimensions they use."
            if any(name.startswith("code_rank/") for name in others)
            else "",
            f"Small plots over the optimisation steps, one for each of {', '.join(others)}.",
            lambda path, theme: losses.draw(others, path, theme=theme),
        )
    return found
