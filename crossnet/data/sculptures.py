"""Rendered objects on scenery <-> other objects on white, after the paper's protocol for Zappos (§5.3).

Raw files: `objects/{testA,trainA,trainB,validA}/00000.png` (RGBA, the alpha is the mask),
`scenery/{train,valid,test}/<name>.png`, `objects.csv` (a row for each object: all that shaped it). No object is in two
of the sets.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crossnet.data.base import ObjectsOnScenery, Run
from crossnet.data.layout import Records

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossnet.data.rendering.objects import Job, Rendered


class Sculptures(ObjectsOnScenery):
    source: Literal["sculptures"]

    def fetch(self, folder: Path, run: Run) -> None:
        from crossnet.data.rendering.objects import render_objects_on_scenery

        render_objects_on_scenery(self, folder, run, _render, domains="A")

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.objects import prepare_objects

        domains = {"a": "sculptures on natural scenery", "b": "sculptures on white"}
        return prepare_objects(self, raw, folder, run, domains, b_on_white=True)


def _render(job: "Job", light: "NDArray[np.float32]") -> "Rendered":
    from crossnet.data.rendering.render import render

    return dict.fromkeys(job.files, (job.sculpture, render(job.sculpture, job.size, job.samples, light)))


DATASET = Sculptures
