from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.datasets.layout import translation_names
from crossnet.images import decode, list_images, pixels
from crossnet.model import load_model, translate
from crossnet.params import Params
from crossnet.progress import progress
from stages.command import command


def translate_stage(params: Params) -> None:
    """Translate both test sides with E and D alone: data/translated/{to_b,to_a}, PNG, the sources' names."""
    method, _ = load_model(Path("data/model"))
    for source, to in (("testA", "b"), ("testB", "a")):
        folder = Path("data/translated") / f"to_{to}"
        folder.mkdir(parents=True)
        prepared = Path("data/prepared") / params.task
        names, paths = translation_names(prepared, source), list_images(prepared / source)
        for path in progress(paths, len(paths), f"translating {source}", "images"):
            translated = translate(method, np.stack([pixels(decode(path))]), "b" if to == "b" else "a")
            Image.fromarray(translated[0]).save(folder / f"{names[path.stem]}.png")


if __name__ == "__main__":
    command(translate_stage)
