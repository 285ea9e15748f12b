"""The page: a picture is dropped, and its translations, its codes and its cut-out appear."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from crossnet.api import CrossNet, Domain
from crossnet.cutout import THRESHOLD
from crossnet.demo.pictures import PictureError, Shown, cut_out, read_picture, show

THEME = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
CSS = """
.gradio-container { max-width: 72rem !important; margin: 0 auto !important; }
#message textarea, #message input { font-weight: 600; }
.shown img { width: 100% !important; height: 100% !important; object-fit: contain !important; }
.checkered img { width: auto !important; max-width: 100%; margin: auto;
  background: repeating-conic-gradient(#ddd 0 25%, #fff 0 50%) 0 0 / 20px 20px; }
#examples .grid-wrap, #examples .grid-container { min-width: 0; }
.code img { image-rendering: pixelated; }
"""
LEGEND = (
    "The codes are what the encoders make of the picture, (C, H/4, W/4) numbers (Fig. 3): the first three principal "
    "components of their channels as red, green and blue, and their magnitude from dark blue to yellow."
)
NOTHING = "No picture yet."
MINUTES = 30  # that what a visitor has uploaded and made is kept


def build(model: CrossNet, name: str, examples: Sequence[Image.Image], max_bytes: int, max_pixels: int) -> gr.Blocks:
    """Return the page.

    Args:
        model: the model.
        name: of the model, as the user has typed it.
        examples: pictures to begin with.
        max_bytes: of a file.
        max_pixels: of a picture.
    """
    ways = model.method.directions
    has_codes = bool(show(model, Image.new("RGB", (8, 8))).codes)

    def cleared(line: str) -> tuple[Any, ...]:
        """The outputs without a picture: the state, the message, the pictures."""
        return None, line, *[None] * (2 + 3 * len(ways))

    def of_file(path: str | None, domain: Domain, threshold: float) -> tuple[Any, ...]:
        if path is None:
            return cleared(NOTHING)
        try:
            image = read_picture(Path(path), max_bytes, max_pixels)
        except PictureError as error:
            return cleared(f"{Path(path).name}: {error}")
        return of_image(image, domain, threshold)

    def of_example(domain: Domain, threshold: float, event: gr.SelectData) -> tuple[Any, ...]:
        return of_image(examples[int(event.index)], domain, threshold)

    def of_image(image: Image.Image, domain: Domain, threshold: float) -> tuple[Any, ...]:
        try:
            shown = show(model, image)
        except PictureError as error:
            return cleared(str(error))
        height, width = next(iter(shown.translations.values())).shape[:2]
        said = f"{image.width} × {image.height} pixels, translated at {width} × {height}."
        drawn = [picture for to in ways for picture in shown.codes.get(to, (None, None))]
        return shown, said, shown.picture, *shown.translations.values(), *drawn, cut(shown, domain, threshold)

    def cut(shown: Shown | None, domain: Domain, threshold: float) -> Image.Image | None:
        return Image.fromarray(cut_out(shown, domain, threshold)) if shown else None

    task = str(model.config.get("task", "")).replace("`", "")
    with gr.Blocks(
        title=f"CrossNet: {name}", analytics_enabled=False, delete_cache=(60, MINUTES * 60), fill_width=False
    ) as page:
        trained = f", trained on the task `{task}`," if task else ""
        said = "in both directions" if len(ways) > 1 else f"to {ways[0].upper()}"
        gr.Markdown(
            f"# CrossNet\n\nThe model `{name.replace('`', '')}`{trained} translates pictures between two domains, A "
            f"and B. Drop one: it is translated {said}, on the machine that serves this page."
        )
        shown = gr.State(None, time_to_live=MINUTES * 60)
        with gr.Row():
            with gr.Column(min_width=280):
                file = gr.File(
                    label=f"Your picture: at most {max_bytes / 2**20:.3g} MiB and {max_pixels / 1e6:g} megapixels",
                    elem_id="file",
                    height=140,
                )
            with gr.Column(min_width=280, visible=bool(examples)):
                gr.Markdown("Or click an example:")
                gallery = gr.Gallery(
                    list(examples),
                    show_label=False,
                    elem_id="examples",
                    columns=3,
                    height="auto",
                    allow_preview=False,
                    interactive=False,
                    format="png",
                    buttons=[],
                )
        message = gr.Textbox(NOTHING, show_label=False, container=False, interactive=False, elem_id="message")
        with gr.Row():
            labels = ["Picture", *(f"Translated to {way.upper()}" for way in ways)]
            made = [_picture(label, f"picture-{i}") for i, label in enumerate(labels)]
        gr.Markdown("## The cut-out")
        with gr.Row():
            with gr.Column():
                gr.Markdown(
                    "If B (or A) shows objects on white, the translation finds them: what is brighter than the "
                    f"threshold is background (§5.3). The paper's threshold is {THRESHOLD:g}."
                )
                to = gr.Radio(
                    [(f"translation to {way.upper()}", way) for way in ways],
                    value=ways[0],
                    label="By the",
                    elem_id="to",
                )
                threshold = gr.Slider(
                    0, 255, THRESHOLD, step=1, label="Threshold of luminance", elem_id="threshold", buttons=[]
                )
            cutout = _picture("Cut-out", "cutout", "checkered")
        with gr.Column(visible=has_codes):
            gr.Markdown(f"## The codes\n\n{LEGEND}")
            with gr.Row():
                parts = [f"z_{way}, {what}" for way in ways for what in ("components", "magnitude")]
                codes = [_picture(part, f"code-{i}", "code") for i, part in enumerate(parts)]
        if model.card:
            with gr.Accordion("About this model", open=False):
                gr.Markdown(_without_front_matter(model.card))
        outputs = [shown, message, *made, *codes, cutout]
        options: dict[str, Any] = {"api_visibility": "private", "concurrency_id": "model", "concurrency_limit": 1}
        file.change(of_file, [file, to, threshold], outputs, trigger_mode="once", **options)
        gallery.select(of_example, [to, threshold], outputs, **options)
        for control in (threshold, to):
            control.input(
                cut,
                [shown, to, threshold],
                cutout,
                trigger_mode="always_last",
                show_progress="hidden",
                **options,
            )
    page.queue(max_size=16)
    return page


def _picture(label: str, id_: str, *classes: str) -> gr.Image:
    with gr.Column(min_width=160):
        gr.Markdown(f"**{label}**")
        return gr.Image(
            label=label,
            show_label=False,
            elem_id=id_,
            elem_classes=["shown", *classes],
            format="png",
            interactive=False,
            buttons=["download"],
            height=280,
        )


def _without_front_matter(card: str) -> str:
    """The text of a model card, without the block of keys at its start."""
    _, mark, rest = card.removeprefix("---\n").partition("\n---\n")
    return rest if card.startswith("---\n") and mark else card
