from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.accelerator import device_for
from crossnet.batching import by_size
from crossnet.data.layout import measured_sides, translation_names
from crossnet.data.whole_folder import whole_folder
from crossnet.files import write_atomically
from crossnet.image_folders import list_images
from crossnet.images import decode, pixels, png
from crossnet.methods.base import Domain
from crossnet.model import batch_pixels, encode, load_model, place, translate
from crossnet.params import Params
from crossnet.terminal import progress
from crossnet.training.checkpointing.cleanup import delete_finished_run
from stages._command import command

CODES = 16  # images of a side whose codes are kept, evenly spaced: they take more room than images


def translate_stage(params: Params) -> None:
    """Translate both sides of the split with E and D alone: data/translated/{to_b,to_a}, PNG, the sources' names.

    The codes of some are kept in data/translated/codes/{to_b,to_a}, float16 (C, h, w), NPY, under the same names.
    """
    delete_finished_run(Path("reports/training/summary.json"))  # DVC has saved its model before this stage begins
    method, _ = load_model(Path("data/model"))
    place(method, device_for(params.training.accelerator, "training.accelerator"))
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    side_a, side_b = measured_sides(prepared, params.split)
    for source, to in ((side_a, "b"), (side_b, "a")):
        names, paths = translation_names(prepared, source), list_images(prepared / source)
        kept = {paths[round(place)] for place in np.linspace(0, len(paths) - 1, CODES)} if paths else set()
        side: Domain = "b" if to == "b" else "a"
        with whole_folder(translated / f"to_{to}") as folder, whole_folder(translated / "codes" / f"to_{to}") as codes:
            shown = progress(paths, len(paths), f"translating {source}", "images")
            for batch in by_size(((path, pixels(decode(path))) for path in shown), batch_pixels(method)):
                results = translate(method, np.stack([image for _, image in batch]), side)
                for (path, image), made in zip(batch, results, strict=True):
                    write_atomically(folder / f"{names[path.stem]}.png", png(Image.fromarray(made), compress_level=2))
                    if path in kept:
                        code = BytesIO()
                        np.save(code, encode(method, image[None], side)[0].astype(np.float16))
                        write_atomically(codes / f"{names[path.stem]}.npy", code.getvalue())


if __name__ == "__main__":
    command(translate_stage)
