"""Plain objects <-> other objects with stripes, both on scenery: Fig. 5, rendered.

Raw files: `objects/{trainA,trainB,testA,testB,validA,validB,trainAB}/00000.png` (RGBA, the alpha is the mask; A is
plain, B and AB are striped), `scenery/{train,valid,test}/<name>.png`, `objects.csv` (a row for each file: all that
shaped it). Train A, train B, the test and the validation sides share no object. Files of one name in testA and testB,
and in validA and validB, are one object in one pose, place and light: the truth of both directions. So are those in
trainA and trainAB, which supervised methods learn from.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crossnet.data.base import ObjectsOnScenery, Run
from crossnet.data.layout import Records

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossnet.data.rendering.objects import Job, Rendered


class Stripes(ObjectsOnScenery):
    """`luminance` is that of an object in its plain version, whose exposure the striped version has."""

    source: Literal["stripes"]

    def fetch(self, folder: Path, run: Run) -> None:
        from crossnet.data.rendering.objects import render_objects_on_scenery

        render_objects_on_scenery(self, folder, run, _render)

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.objects import prepare_objects

        domains = {"a": "plain objects", "b": "striped objects"}
        return prepare_objects(self, raw, folder, run, domains)


def _render(job: "Job", light: "NDArray[np.float32]") -> "Rendered":
    from crossnet.data.rendering.render import render_pair
    from crossnet.data.rendering.sculpture import diffuse, striped
    from crossnet.data.rendering.stripes import plain_colour

    red, green, blue = (float(channel) for channel in plain_colour(job.sculpture))
    plain, bands = replace(diffuse(job.sculpture), red=red, green=green, blue=blue), striped(job.sculpture)
    of_bands, of_plain = render_pair(bands, plain, job.size, job.samples, light)
    return {"A": (plain, of_plain), "B": (bands, of_bands)}


DATASET = Stripes
