"""What `crossnet translate` and `crossnet cutout` share: options, finding images, and translating them in batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossnet.cli.options import fail, folder, refuse_pipeline_folder
from crossnet.escaping import one_line
from crossnet.files import error_message
from crossnet.terminal import echo, progress

if TYPE_CHECKING:
    from crossnet.photographs import Photograph, Pixels

Sources = Annotated[
    list[Path], typer.Argument(help="Images, and folders of images; any number.", metavar="IMAGE_OR_FOLDER")
]
Out = Annotated[
    Path, typer.Option(help="The folder to write to; created if missing.", parser=folder, metavar="DIRECTORY")
]
Model = Annotated[
    str,
    typer.Option(
        help="The folder of a trained model, the name of a pretrained one, or hub:OWNER/NAME on the Hugging Face Hub.",
        metavar="MODEL",
    ),
]
Size = Annotated[
    int | None,
    typer.Option(
        help="Reduce larger images to this shorter side, in pixels, before they are translated; 0 reduces none. By "
        "default, twice the size of the training images.",
        min=0,
        show_default=False,
    ),
]
Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Read the folders in a folder as well; results have the same ones.")
]
MaxPixels = Annotated[
    int,
    typer.Option(
        help="Refuse an image with more pixels, its sides made up to multiples of 4, and 8.", min=1, max=10**10
    ),
]
Device = Annotated[str, typer.Option(help="cpu, cuda, mps, or auto: a GPU where there is one.")]
MAX_PIXELS = 178_956_970  # that of `crossnet.images`

Save = Callable[[Path, Path, "Photograph", "Pixels"], None]  # source, target, what was read, its translation


@dataclass
class _Found:
    """Images, each with the folder of its result below the output folder, and the folders that were listed."""

    tell: bool
    images: dict[Path, PurePath] = field(default_factory=dict)
    listed: set[Path] = field(default_factory=set)


@dataclass
class Report:
    """What became of images; side: the shorter side in pixels that they were reduced to, 0 for none."""

    side: int
    reduced: list[Path] = field(default_factory=list)
    failed: dict[Path, str] = field(default_factory=dict)


def translate_images(
    sources: Sequence[Path],
    to: str,
    out: Path,
    *,
    recursive: bool,
    suffix: str,
    overwrite: bool,
    save: Save,
    done: str,
    **options: Any,
) -> None:
    """Translate images, and save what is made of each; report what is left out, and fail where an image failed.

    suffix: of the files that are written; save: writes one of them; done: the participle for messages.
    options: `model`, `size`, `max_pixels`, `device` and `style` of the command.
    """
    from crossnet.photographs import TIMES

    check_direction(to)
    refuse_pipeline_folder(out)
    targets = _targets(find_images(sources, out, recursive, tell=True), out, suffix)
    kept = [path for path, target in targets.items() if target.exists() and not overwrite]

    def begin() -> None:
        for directory in {out, *(target.parent for target in targets.values())}:
            directory.mkdir(parents=True, exist_ok=True)

    left = [path for path in targets if path not in set(kept)]
    report = translate_each(left, to, lambda path, *made: save(path, targets[path], *made), begin, **options)
    for path, reason in report.failed.items():
        echo(f"not {done}: {path}: {reason}")
    if report.reduced and options["size"] is None:
        echo(
            f"reduced {len(report.reduced)} to a shorter side of {report.side} pixels, {TIMES} times that of the "
            "model's training (--size 0 keeps their own size)"
        )
    if kept:
        echo(f"kept {len(kept)} that were there already (--overwrite replaces them)")
    echo(f"{len(left) - len(report.failed)} of {len(targets)} images {done} to {out}", result=True)
    if report.failed:
        raise typer.Exit(1)


def translate_each(
    paths: Sequence[Path],
    to: str,
    use: "Callable[[Path, Photograph, Pixels], None]",
    begin: Callable[[], None] = lambda: None,
    *,
    model: str,
    size: int | None,
    max_pixels: int,
    device: str,
    style: Path | None = None,
) -> Report:
    """Translate files in batches, and hand each with its translation to a function; errors are in the report.

    style: an image of the domain `to`, whose style translations get.
    begin: is called when the model is loaded; an OSError of it ends the command, as a model that cannot be loaded does.
    """
    from crossnet.accelerator import device_for
    from crossnet.hub import HubError
    from crossnet.methods.base import Domain
    from crossnet.model import ModelError, batch_pixels, load_model, place, refuse_other_direction, style_of
    from crossnet.model_folder import NoModelError, model_folder
    from crossnet.photographs import Photograph, Pixels, read, translate_batch, usual_side
    from crossnet.translation import by_size

    domain: Domain = "a" if to == "a" else "b"
    try:
        method, config = load_model(model_folder(model))
        refuse_other_direction(method, domain)
        place(method, device_for(device, "--device"))
        begin()
    except (ModelError, NoModelError, HubError, OSError, RuntimeError) as error:
        raise fail(error_message(error) if isinstance(error, OSError) else str(error)) from None
    report = Report(usual_side(config) if size is None else size)
    example = None
    if style is not None:
        try:
            example = style_of(method, read(style, report.side, max_pixels).rgb, domain)
        except (OSError, ValueError, RuntimeError, MemoryError) as error:
            raise fail(f"--style {style}: {_reason(error)}") from None
        if example is None:
            raise fail(f"--style {style}: the method of this model, {config['method']}, takes no style of an example")
    waiting: dict[Path, Photograph] = {}

    def readable() -> Iterator[tuple[Path, Pixels]]:
        for path in progress(paths, len(paths), f"translating to {to}", "images"):
            try:
                waiting[path] = photograph = read(path, report.side, max_pixels)
                report.reduced.extend([path] * photograph.is_reduced)
                yield path, photograph.rgb
            except (OSError, ValueError, RuntimeError, MemoryError) as error:
                report.failed[path] = _reason(error)

    for batch in by_size(readable(), batch_pixels(method)):
        of_batch = [path for path, _ in batch]
        try:
            made = translate_batch(method, [rgb for _, rgb in batch], domain, _shown(of_batch[0]), example)
        except (OSError, RuntimeError, MemoryError) as error:
            report.failed |= dict.fromkeys(of_batch, _reason(error))
            continue
        for path, translated in zip(of_batch, made, strict=True):
            try:
                use(path, waiting.pop(path), translated)
            except (OSError, ValueError, RuntimeError, MemoryError) as error:
                report.failed[path] = _reason(error)
    return report


def check_direction(to: str) -> None:
    """Fail for a domain that does not exist."""
    if to not in ("a", "b"):
        raise fail(f"--to {to}: is none of a, b")


def find_images(sources: Sequence[Path], out: Path, recursive: bool, tell: bool = False) -> dict[Path, PurePath]:
    """Return all images, each once, with the folder of its result below `out`; fail where there are none.

    tell: report what is passed over.
    """
    from crossnet.image_folders import list_folder

    found = _Found(tell)
    for source in sources:
        if not source.exists():
            raise fail(f"{source}: no such file or folder")
        if not (source.is_dir() or source.is_file()):
            raise fail(f"{source}: is neither a file nor a folder")
    for source in sources:
        if source.is_dir():
            if not _list(source, PurePath(), out.resolve(), recursive, found):
                raise fail(list_folder(source).none())
        else:
            found.images.setdefault(source, PurePath())
    unique = {path.resolve(): path for path in reversed(found.images)}
    images = {path: below for path, below in found.images.items() if unique[path.resolve()] == path}
    if any(out.resolve() == path.parent.resolve() for path in images):
        raise fail(f"--out {out}: is where the images are; name another folder")
    return images


def _list(source: Path, below: PurePath, out: Path, recursive: bool, found: _Found) -> int:
    """Add the images of a folder; return how many it has, also those that were added before."""
    from crossnet.image_folders import list_folder

    found.listed.add(source.resolve())
    listing = list_folder(source)
    found.images |= {path: below for path in listing.images if path not in found.images}
    count = len(listing.images)
    if recursive:
        for each in listing.folders:
            if each.resolve() not in found.listed | {out}:
                count += _list(each, below / each.name, out, recursive, found)
        listing = replace(listing, folders=[])
    if found.tell and count:
        listing.tell_rest()
    return count


def _targets(images: Mapping[Path, PurePath], out: Path, suffix: str) -> dict[Path, Path]:
    """Return the file for each image; names are unique, and as those of the pipeline."""
    from crossnet.data.names import ids, portable, translation_stems

    targets: dict[Path, Path] = {}
    for below in dict.fromkeys(images.values()):
        paths = [path for path, of in images.items() if of == below]
        names = portable(_different([path.name for path in paths]))
        stems = translation_stems(dict(zip(ids(names), names, strict=True)))
        targets |= {path: out / below / f"{stem}{suffix}" for path, stem in zip(paths, stems.values(), strict=True)}
    sources = {path.resolve() for path in images}
    if own := next((target for target in targets.values() if target.resolve() in sources), None):
        raise fail(f"--out {out}: {own} is one of the images, by a link; name another folder")
    return {path: targets[path] for path in images}


def _different(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: the second of a name, from another folder, is numbered."""
    known: set[str] = set()
    different = []
    for name in names:
        number, chosen, path = 1, name, PurePath(name)
        while chosen in known or (chosen != name and chosen in names):
            number += 1
            chosen = f"{path.stem}-{number}{path.suffix}"
        known.add(chosen)
        different.append(chosen)
    return different


def _shown(path: Path) -> Callable[[int], Callable[[], None]]:
    """Return what reports the progress within one large image."""

    def start(total: int) -> Callable[[], None]:
        bands = progress(range(total), total, path.name, "bands")
        next(bands)

        def done() -> None:
            next(bands, None)

        return done

    return start


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "too little memory"
    return one_line(error_message(error) if isinstance(error, OSError) else error)
