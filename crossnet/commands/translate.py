"""`crossnet translate`: the trained model, used. Heavy imports wait until they are needed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crossnet.commands.stop import stop
from crossnet.files import told, write_whole
from crossnet.progress import progress
from crossnet.terminal import say
from crossnet.text import one_line


def translate(
    source: Annotated[Path, typer.Argument(help="An image, or a folder of images.", metavar="IMAGE_OR_FOLDER")],
    to: Annotated[str, typer.Option(help="The domain to translate to: a or b.")],
    out: Annotated[Path, typer.Option(help="The folder to write to; it is made if there is none.")],
    model: Annotated[Path, typer.Option(help="A trained model.")] = Path("data/model"),
    overwrite: Annotated[bool, typer.Option(help="Replace translations that are there already.")] = False,
    max_pixels: Annotated[
        int,
        typer.Option(help="Refuse an image with more pixels, its sides made up to multiples of 4, and 8.", min=1),
    ] = 4_000_000,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
) -> None:
    """Translate images with a trained model, at their own size, as PNG files of the same name.

    An image that cannot be read is told and the others are translated; the exit status is then 1.
    """
    from crossnet.image_files import list_folder
    from crossnet.model import ModelError, load_model

    if to not in ("a", "b"):
        raise stop(f"--to {to}: is none of a, b")
    if not source.exists():
        raise stop(f"{source}: no such file or folder")
    if not (source.is_dir() or source.is_file()):
        raise stop(f"{source}: is neither a file nor a folder")
    listing = list_folder(source) if source.is_dir() else None
    paths = listing.images if listing else [source]
    if listing and not paths:
        raise stop(listing.none())
    if out.resolve() == (source if source.is_dir() else source.parent).resolve():
        raise stop(f"--out {out}: is where the images are; name another folder")
    if listing:
        listing.tell_rest()
    targets = _targets(paths, out)
    try:
        method, _ = load_model(model)
        for name in method.translates_with:
            method.networks[name].to(device)
        out.mkdir(parents=True, exist_ok=True)
    except (ModelError, OSError, RuntimeError, AssertionError) as error:
        raise stop(told(error) if isinstance(error, OSError) else str(error)) from None
    kept, failed = [], {}
    for path, target in progress(targets.items(), len(paths), f"translating to {to}", "images"):
        if target.exists() and not overwrite:
            kept.append(path)
            continue
        try:
            _translate_one(method, path, target, to, max_pixels, device)
        except (OSError, ValueError, RuntimeError) as error:
            failed[path] = one_line(told(error) if isinstance(error, OSError) else error)
    for path, reason in failed.items():
        say(f"not translated: {path}: {reason}")
    if kept:
        say(f"kept {len(kept)} that were there already (--overwrite replaces them)")
    say(f"{len(paths) - len(kept) - len(failed)} of {len(paths)} images translated to {out}", result=True)
    if failed:
        raise typer.Exit(1)


def _targets(paths: Sequence[Path], out: Path) -> dict[Path, Path]:
    """The file that each image is translated to, named as the pipeline names translations: no two are the same."""
    from crossnet.datasets.names import portable, translation_stems
    from crossnet.datasets.preparation.naming import ids

    names = portable([path.name for path in paths])
    stems = translation_stems(dict(zip(ids(names), names, strict=True)))
    return {path: out / f"{stem}.png" for path, stem in zip(paths, stems.values(), strict=True)}


def _translate_one(method: object, path: Path, target: Path, to: str, max_pixels: int, device: str) -> None:
    """Read, translate and write one image."""
    from PIL import Image

    from crossnet.datasets.preparation.kinds import decode
    from crossnet.images import pixels, png
    from crossnet.model import translate as run
    from crossnet.training.method import Method

    assert isinstance(method, Method)
    _check_size(path, max_pixels)
    image = decode(path, max_pixels)
    translated = run(method, pixels(image)[None], "a" if to == "a" else "b", device)[0]
    write_whole(target, png(Image.fromarray(translated)))


def _check_size(path: Path, max_pixels: int) -> None:
    """Raise ValueError for an image that wants more memory than is allowed, before it is decoded."""
    from PIL import UnidentifiedImageError

    from crossnet.images import open_image
    from crossnet.model import padded

    try:
        with open_image(path) as image:
            width, height = image.size
    except (UnidentifiedImageError, SyntaxError, ValueError):
        return  # what it is, decoding tells
    wide, high = padded(width, height)
    if wide * high > max_pixels:
        made = f", made up to {wide}x{high}," * ((wide, high) != (width, height))
        raise ValueError(f"{width}x{height}{made} is more than {max_pixels} pixels; see --max-pixels")
