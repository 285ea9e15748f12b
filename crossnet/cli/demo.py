"""`crossnet demo`: a page in the browser to try a trained model on."""

import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossnet.cli.options import fail
from crossnet.escaping import one_line
from crossnet.files import error_message
from crossnet.terminal import echo

if TYPE_CHECKING:
    from PIL import Image

EXAMPLES = 6
EXTRA = "`crossnet demo` needs Gradio; install it by `pip install 'crossnet[demo]'`"


def demo(
    model: Annotated[
        str, typer.Option(help="The folder of a trained model, or the name of a pretrained one.", metavar="MODEL")
    ] = "data/model",
    examples: Annotated[
        Path | None,
        typer.Option(
            help=f"A folder of pictures to begin with; {EXAMPLES} are shown. By default, test images of the model's "
            "task, if it was prepared here.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to serve at. By default, the page can be opened on this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 7860,
    max_mib: Annotated[float, typer.Option(help="Refuse a larger file, in MiB.", min=0.001, max=1000)] = 20,
    max_pixels: Annotated[int, typer.Option(help="Refuse a picture with more pixels.", min=1)] = 50_000_000,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps, or auto: a GPU where there is one.")] = "auto",
) -> None:
    """Serve a page to try a model on: drop a picture, and see both translations, its codes and its cut-out.

    The page makes no request to other machines. What is uploaded is deleted when the server ends. Stop it by Ctrl-C.
    """
    from importlib.util import find_spec

    if not find_spec("gradio"):
        raise fail(EXTRA)
    from crossnet.api import CrossNet
    from crossnet.demo.guard import is_loopback
    from crossnet.demo.server import listen, serve
    from crossnet.model_folder import model_folder

    try:
        loaded = CrossNet.from_pretrained(model_folder(model), device=device)
    except (ValueError, RuntimeError) as error:
        raise fail(one_line(error)) from None
    shown = _examples(examples, loaded.config)
    try:
        listening = listen(host, port)
    except OSError as error:
        reason = one_line(error.strerror or error)
        raise fail(f"--host {host} --port {port}: {reason}; name another") from None
    address, own_port, *_ = listening.getsockname()
    if not is_loopback(address):
        echo(f"warning: {host} is not this machine alone: whoever reaches it can use the page")

    def ready() -> None:
        echo(f"http://{f'[{address}]' if ':' in address else address}:{own_port}", result=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with listening, suppress(KeyboardInterrupt):  # what ends it is no fault
        serve(loaded, model, shown, listening, round(max_mib * 2**20), max_pixels, ready)


def _examples(folder: Path | None, config: dict[str, Any]) -> "list[Image.Image]":
    """Read evenly spaced pictures of a folder, or of the test sides of the model's task where they are prepared."""
    from crossnet.demo.pictures import PictureError, read_picture
    from crossnet.figures.panels import evenly_spaced
    from crossnet.image_folders import list_folder

    if folder is not None and not folder.is_dir():
        raise fail(f"--examples {folder}: no such folder")
    prepared = Path("data/prepared") / str(config.get("task"))
    folders = [folder] if folder else [side for side in (prepared / "testA", prepared / "testB") if side.is_dir()]
    found: list[Image.Image] = []
    for each in folders:
        try:
            listing = list_folder(each)
        except OSError as error:
            raise fail(error_message(error)) from None
        if folder and not listing.images:
            raise fail(listing.none())
        for path in evenly_spaced(listing.images, EXAMPLES // len(folders)):
            try:
                found.append(read_picture(path, 100_000_000, 50_000_000))
            except PictureError as error:
                echo(f"left out: {path}: {error}")
    return found
