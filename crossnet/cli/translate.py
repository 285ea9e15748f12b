"""`crossnet translate`: translate images with a trained model. Heavy imports wait until they are needed."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossnet.cli.batch import (
    MAX_PIXELS,
    Device,
    MaxPixels,
    Model,
    Out,
    Recursive,
    Size,
    Sources,
    translate_images,
)
from crossnet.files import write_atomically

if TYPE_CHECKING:
    from crossnet.photographs import Photograph, Pixels


class Format(StrEnum):
    """The formats of translations."""

    png = "png"
    jpeg = "jpeg"
    webp = "webp"


def translate(
    sources: Sources,
    to: Annotated[str, typer.Option(help="The domain to translate to: a or b.")],
    out: Out,
    model: Model = "data/model",
    size: Size = None,
    style: Annotated[
        Path | None,
        typer.Option(help="An image of the domain to translate to: translations get its style (MUNIT, DRIT)."),
    ] = None,
    recursive: Recursive = False,
    form: Annotated[Format, typer.Option("--format", help="The format of translations.")] = Format.png,
    quality: Annotated[int, typer.Option(help="Of JPEG and WebP.", min=1, max=100)] = 90,
    metadata: Annotated[
        bool, typer.Option("--metadata", help="Keep EXIF and XMP: camera, date, also the place where it was taken.")
    ] = False,
    icc: Annotated[
        bool, typer.Option("--icc", help="Keep the ICC profile, with colours converted to it. By default, sRGB.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace translations that are there already.")
    ] = False,
    max_pixels: MaxPixels = MAX_PIXELS,
    device: Device = "auto",
) -> None:
    """Translate images with a trained model, as files of the same name.

    Photographs are first reduced to twice the size of the training images (--size). Large ones are translated in bands,
    with the result of the whole in little memory. An alpha channel is kept, except by JPEG. If an image cannot be read,
    it is reported, the others are translated, and the exit status is 1.
    """

    def save(source: Path, target: Path, read: "Photograph", translated: "Pixels") -> None:
        from crossnet.photographs import Kept, encode

        kept = replace(read.kept if metadata else Kept(), icc=read.kept.icc if icc else b"")
        write_atomically(target, encode(translated, read.alpha, kept, form.value, quality))

    from crossnet.photographs import SUFFIXES

    translate_images(
        sources,
        to,
        out,
        model=model,
        size=size,
        recursive=recursive,
        suffix=SUFFIXES[form.value],
        overwrite=overwrite,
        max_pixels=max_pixels,
        device=device,
        style=style,
        save=save,
        done="translated",
    )
