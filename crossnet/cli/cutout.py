"""`crossnet cutout`: cut objects out of their photographs by a translation to white (§5.3)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    check_direction,
    find_images,
    translate_each,
    translate_images,
)
from crossnet.cli.options import fail, refuse_pipeline_folder
from crossnet.files import write_atomically
from crossnet.terminal import echo

if TYPE_CHECKING:
    from crossnet.cutout import Sheet
    from crossnet.photographs import Photograph, Pixels

ON_SHEET = 24  # images of a contact sheet, the first ones


def cutout(
    sources: Sources,
    out: Out,
    model: Model = "data/model",
    to: Annotated[str, typer.Option(help="The domain whose images are on white: a or b.")] = "b",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Foreground is where the luminance of the translation is at most this. By default 243, the paper's.",
            min=0,
            max=255,
            show_default=False,
        ),
    ] = None,
    masks: Annotated[
        Path | None,
        typer.Option(
            help="Choose the threshold with the best IoU on these masks, a folder of files with the images' names; "
            "white is foreground.",
            metavar="DIRECTORY",
        ),
    ] = None,
    islands: Annotated[
        float, typer.Option(help="Remove connected parts up to this share of the image, such as 0.001.", min=0, max=1)
    ] = 0.0,
    holes: Annotated[
        float, typer.Option(help="Fill holes up to this share of the image, such as 0.001.", min=0, max=1)
    ] = 0.0,
    soft: Annotated[
        bool, typer.Option("--soft", help="Compute an alpha at the edges; needs the extra `matting`.")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help=f"Also write a contact sheet, PNG: input, translation and cut-out of the first {ON_SHEET} images.",
            metavar="FILE",
        ),
    ] = None,
    size: Size = None,
    recursive: Recursive = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")] = False,
    max_pixels: MaxPixels = MAX_PIXELS,
    device: Device = "auto",
) -> None:
    """Cut objects out of their photographs, as PNG files of the same name and size, transparent around the object.

    The images are translated to white by a model whose domain --to is on white. Where the translation is nearly white,
    the result is transparent; elsewhere it has the image's own colours.
    """
    from crossnet.cutout import THRESHOLD, MattingError, Sheet, require_matting

    if sheet:
        _check_sheet(sheet, overwrite)
    if threshold is not None and masks:
        raise fail("--threshold and --masks: name one of them; --masks chooses a threshold")
    try:
        if soft:
            require_matting()
    except MattingError as error:
        raise fail(f"--soft: {error}") from None
    check_direction(to)
    shared: dict[str, Any] = {"model": model, "size": size, "max_pixels": max_pixels, "device": device}
    chosen = THRESHOLD if threshold is None else threshold
    if masks:
        chosen = _chosen_on(masks, sources, out, to, recursive, shared)
    shown = Sheet(ON_SHEET) if sheet else None

    def save(source: Path, target: Path, read: "Photograph", translated: "Pixels") -> None:
        _save(source, target, read, translated, chosen, (islands, holes, soft), max_pixels, shown)

    try:
        translate_images(
            sources,
            to,
            out,
            recursive=recursive,
            suffix=".png",
            overwrite=overwrite,
            save=save,
            done="cut out",
            **shared,
        )
    finally:
        if sheet and shown and shown.rows:
            sheet.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(sheet, shown.png())
            echo(f"contact sheet of {len(shown.rows)} images: {sheet}", result=True)


def _save(
    source: Path,
    target: Path,
    read: "Photograph",
    translated: "Pixels",
    threshold: float,
    edges: tuple[float, float, bool],
    max_pixels: int,
    shown: "Sheet | None",
) -> None:
    """Write the cut-out of an image at the size of its file, and add it to the contact sheet."""
    from PIL import Image

    from crossnet.cutout import cut_out
    from crossnet.images import png
    from crossnet.photographs import read as read_photograph

    whole = read_photograph(source, 0, max(max_pixels, MAX_PIXELS)) if read.is_reduced else read
    made = cut_out(whole.rgb, translated, whole.alpha, threshold, *edges)
    write_atomically(target, png(Image.fromarray(made), compress_level=2))
    if shown:
        shown.add(whole.rgb, translated, made)


def _chosen_on(
    masks: Path, sources: list[Path], out: Path, to: str, recursive: bool, shared: Mapping[str, Any]
) -> float:
    """Return the threshold with the best IoU on the images that have a mask, and report both."""
    from crossnet.cutout import THRESHOLD, ThresholdSearch
    from crossnet.data.names import stem_of
    from crossnet.data.preparation.checks import PreparationError
    from crossnet.data.preparation.decoding import masks_by_name, read_mask

    if not masks.is_dir():
        raise fail(f"--masks {masks}: no such folder")
    try:
        of_name = masks_by_name(masks)
    except PreparationError as error:
        raise fail(f"--masks {error}") from None
    with_mask = [path for path in find_images(sources, out, recursive) if stem_of(path.name) in of_name]
    if not with_mask:
        raise fail(f"--masks {masks}: no mask has the name of an image; they have to be the same but for the extension")
    search = ThresholdSearch()

    def look(source: Path, read: "Photograph", translated: "Pixels") -> None:
        height, width = translated.shape[:2]
        search.add(translated, read_mask(of_name[stem_of(source.name)], source, (width, height)))

    report = translate_each(with_mask, to, look, **shared)
    if report.failed:
        raise fail(f"--masks {masks}: {'; '.join([*report.failed.values()][:1])}")
    chosen, best = search.best()
    echo(
        f"threshold {chosen:g}: IoU {best:.3f} on {search.images} masks, at the paper's {THRESHOLD:g} "
        f"{search.iou(THRESHOLD):.3f}",
        result=True,
    )
    return chosen


def _check_sheet(sheet: Path, overwrite: bool) -> None:
    """Fail where a contact sheet cannot or must not be written."""
    refuse_pipeline_folder(sheet)
    if sheet.suffix.lower() != ".png":
        raise fail(f"--sheet {sheet}: is no PNG file by its name; end it with .png")
    if sheet.is_dir():
        raise fail(f"--sheet {sheet}: is a folder")
    nearest = next(folder for folder in sheet.parents if folder.exists())
    if not nearest.is_dir():
        raise fail(f"--sheet {sheet}: {nearest} is no folder")
    if sheet.exists() and not overwrite:
        raise fail(f"--sheet {sheet}: exists; --overwrite replaces it")
