"""`crossnet translate`: translate images with a trained model. Heavy imports wait until they are needed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossnet.cli.options import fail, folder, refuse_pipeline_folder
from crossnet.escaping import one_line
from crossnet.files import error_message, write_atomically
from crossnet.terminal import echo, progress

if TYPE_CHECKING:
    from crossnet.translation import Pixels

TIMES = 2  # photographs are reduced to this multiple of the size of the training images (docs/pretrained.md)


def translate(
    source: Annotated[Path, typer.Argument(help="An image, or a folder of images.", metavar="IMAGE_OR_FOLDER")],
    to: Annotated[str, typer.Option(help="The domain to translate to: a or b.")],
    out: Annotated[
        Path, typer.Option(help="The folder to write to; created if missing.", parser=folder, metavar="DIRECTORY")
    ],
    model: Annotated[
        str, typer.Option(help="The folder of a trained model, or the name of a pretrained one.", metavar="MODEL")
    ] = "data/model",
    size: Annotated[
        int | None,
        typer.Option(
            help="Reduce larger images to this shorter side, in pixels; 0 reduces none. By default, twice the size of "
            "the training images.",
            min=0,
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace translations that are there already.")] = False,
    max_pixels: Annotated[
        int,
        typer.Option(help="Refuse an image with more pixels, its sides made up to multiples of 4, and 8.", min=1),
    ] = 4_000_000,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps, or auto: a GPU where there is one.")] = "auto",
) -> None:
    """Translate images with a trained model, as PNG files of the same name.

    Photographs are first reduced to twice the size of the training images (--size). If an image cannot be read, it is
    reported, the others are translated, and the exit status is 1.
    """
    import numpy as np
    from PIL import Image

    from crossnet.accelerator import device_for
    from crossnet.hub import HubError
    from crossnet.image_folders import list_folder
    from crossnet.images import png
    from crossnet.model import ModelError, batch_pixels, load_model, place, refuse_other_direction
    from crossnet.model import translate as translated
    from crossnet.model_folder import NoModelError, model_folder
    from crossnet.translation import by_size

    if to not in ("a", "b"):
        raise fail(f"--to {to}: is none of a, b")
    refuse_pipeline_folder(out)
    if not source.exists():
        raise fail(f"{source}: no such file or folder")
    if not (source.is_dir() or source.is_file()):
        raise fail(f"{source}: is neither a file nor a folder")
    listing = list_folder(source) if source.is_dir() else None
    paths = listing.images if listing else [source]
    if listing and not paths:
        raise fail(listing.none())
    if out.resolve() == (source if source.is_dir() else source.parent).resolve():
        raise fail(f"--out {out}: is where the images are; name another folder")
    targets = _targets(paths, out)
    sources = {path.resolve() for path in paths}
    if own := next((target for target in targets.values() if target.resolve() in sources), None):
        raise fail(f"--out {out}: {own} is one of the images, by a link; name another folder")
    if listing:
        listing.tell_rest()
    try:
        method, config = load_model(model_folder(model))
        refuse_other_direction(method, "a" if to == "a" else "b")
        place(method, device_for(device, "--device"))
        out.mkdir(parents=True, exist_ok=True)
    except (ModelError, NoModelError, HubError, OSError, RuntimeError) as error:
        raise fail(error_message(error) if isinstance(error, OSError) else str(error)) from None
    side = TIMES * _trained_size(config) if size is None else size
    kept: list[Path] = []
    reduced: list[Path] = []
    failed: dict[Path, str] = {}

    def decoded() -> Iterator[tuple[Path, "Pixels"]]:
        for path, target in progress(targets.items(), len(paths), f"translating to {to}", "images"):
            if target.exists() and not overwrite:
                kept.append(path)
                continue
            try:
                image, is_reduced = _read(path, side, max_pixels)
                reduced.extend([path] * is_reduced)
                yield path, image
            except (OSError, ValueError, RuntimeError) as error:
                failed[path] = one_line(error_message(error) if isinstance(error, OSError) else error)

    for batch in by_size(decoded(), batch_pixels(method)):
        try:
            made = translated(method, np.stack([image for _, image in batch]), "a" if to == "a" else "b")
        except RuntimeError as error:
            failed |= dict.fromkeys((path for path, _ in batch), one_line(error))
            continue
        for (path, _), image in zip(batch, made, strict=True):
            try:
                write_atomically(targets[path], png(Image.fromarray(image), compress_level=2))
            except OSError as error:
                failed[path] = one_line(error_message(error))
    for path, reason in failed.items():
        echo(f"not translated: {path}: {reason}")
    if reduced and size is None:
        echo(
            f"reduced {len(reduced)} to a shorter side of {side} pixels, {TIMES} times that of the model's training "
            "(--size 0 keeps their own size)"
        )
    if kept:
        echo(f"kept {len(kept)} that were there already (--overwrite replaces them)")
    echo(f"{len(paths) - len(kept) - len(failed)} of {len(paths)} images translated to {out}", result=True)
    if failed:
        raise typer.Exit(1)


def _targets(paths: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Return the file that each image is translated to; names are unique, and as those of the pipeline."""
    from crossnet.data.names import ids, portable, translation_stems

    names = portable([path.name for path in paths])
    stems = translation_stems(dict(zip(ids(names), names, strict=True)))
    return {path: out / f"{stem}.png" for path, stem in zip(paths, stems.values(), strict=True)}


def _trained_size(config: Mapping[str, Any]) -> int:
    """Return the size in pixels of the training images, 0 if config.json does not have it."""
    size = config.get("size")
    return size if isinstance(size, int) and size > 0 else 0


def _read(path: Path, side: int, max_pixels: int) -> "tuple[Pixels, bool]":
    """Read an image, reduced to a shorter side unless that is 0; return it, and whether it was reduced.

    Raises ValueError, before decoding, for an image with too many pixels, and OSError as `decode`.
    """
    from crossnet.data.preparation.decoding import decode
    from crossnet.images import MOST_PIXELS, pixels, resized

    _check_size(path, side, max_pixels)
    image = decode(path, max(max_pixels, MOST_PIXELS))
    size = _reduced(*image.size, side)
    return pixels(image if size == image.size else resized(image, size)), size != image.size


def _reduced(width: int, height: int, side: int) -> tuple[int, int]:
    """Return width and height after reducing to a shorter side, unless that is 0 or the image is smaller."""
    shorter = min(width, height)
    if not 0 < side < shorter:
        return width, height
    return round(width * side / shorter), round(height * side / shorter)


def _check_size(path: Path, side: int, max_pixels: int) -> None:
    """Raise ValueError for an image with more than `max_pixels` pixels, without decoding it."""
    from PIL import UnidentifiedImageError

    from crossnet.images import open_image
    from crossnet.model import padded

    try:
        with open_image(path) as image:
            width, height = _reduced(*image.size, side)
    except (UnidentifiedImageError, SyntaxError, ValueError):
        return  # `decode` reports it
    wide, high = padded(width, height)
    if wide * high > max_pixels:
        made = f", made up to {wide}x{high}," * ((wide, high) != (width, height))
        raise ValueError(f"{width}x{height}{made} is more than {max_pixels} pixels; see --max-pixels")
