"""`crossnet translate`: the trained model, used. Heavy imports wait until they are needed."""

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
    max_pixels: Annotated[int, typer.Option(help="Refuse an image with more pixels than this.")] = 4_000_000,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
) -> None:
    """Translate images with a trained model, at their own size, as PNG files of the same name.

    An image that cannot be read is told and the others are translated; the exit status is then 1.
    """
    from crossnet.images import list_images
    from crossnet.model import ModelError, load_model

    if to not in ("a", "b"):
        raise stop(f"--to {to}: is none of a, b")
    if not source.exists():
        raise stop(f"{source}: no such file or folder")
    paths = list_images(source) if source.is_dir() else [source]
    if not paths:
        raise stop(f"{source}: no images in this folder")
    if out.resolve() == (source if source.is_dir() else source.parent).resolve():
        raise stop(f"--out {out}: is where the images are; name another folder")
    targets = {path: out / f"{path.stem}.png" for path in paths}
    if len(set(targets.values())) < len(paths):
        raise stop(f"{source}: two images differ in nothing but their extension; rename one")
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


def _translate_one(method: object, path: Path, target: Path, to: str, max_pixels: int, device: str) -> None:
    """Read, translate and write one image."""
    from PIL import Image

    from crossnet.datasets.preparation.kinds import decode
    from crossnet.images import pixels, png
    from crossnet.model import translate as run
    from crossnet.training.method import Method

    assert isinstance(method, Method)
    image = decode(path)
    if image.width * image.height > max_pixels:
        raise ValueError(f"{image.width}x{image.height} is more than {max_pixels} pixels; see --max-pixels")
    translated = run(method, pixels(image)[None], "a" if to == "a" else "b", device)[0]
    write_whole(target, png(Image.fromarray(translated)))
