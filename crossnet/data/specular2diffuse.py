"""Specular -> diffuse (§5.1), rendered: objects of rough plastic or metal, and of a diffuse material of their colour.

Raw files: `objects/{trainA,trainB,testA,testB,validA,validB,trainAB}/00000.png` (RGBA; A is specular, B and AB are
diffuse) and `objects.csv` (a row for each file: all that shaped it). The train sides share no object; testA and testB,
and validA and validB, are the same objects under the same light, camera, alpha and exposure, which is the truth to
measure by. So are trainA and trainAB, which supervised methods learn from. The paper's own images (Wu et al. 2018) have
no public address.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crossnet.data.base import Images, RenderedObjects, Run
from crossnet.data.layout import Records
from crossnet.schema import Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossnet.data.rendering.objects import Job, Rendered
    from crossnet.data.rendering.sculpture import Sculpture


class Specular2Diffuse(RenderedObjects):
    """Options.

    luminance: that of objects in their diffuse version, whose exposure the specular one has.
    meshes: a folder of PLY and OBJ files that take turns with the procedural shapes, each in one set of objects alone.
    """

    source: Literal["specular2diffuse"]
    meshes: Place | None

    def fetch(self, folder: Path, run: Run) -> None:
        """Render the objects. Raises MeshError."""
        from crossnet.data.rendering.objects import groups, render_objects
        from crossnet.data.rendering.scenery import SURROUNDINGS
        from crossnet.data.rendering.sculpture import draw, spotlit

        meshes = None if self.meshes is None else run.path(self.meshes)
        shapes = _shapes(meshes, [group for group, _ in groups(run.images)], self.seed)

        def drawn(index: int, group: str, place: int) -> "tuple[Sculpture, Path | None]":
            shape = shapes[group][place % len(shapes[group])]
            sculpture = spotlit(draw(self.seed, index, len(SURROUNDINGS), self.luminance, self.object_size))
            if isinstance(shape, Path):
                return replace(sculpture, family=shape.name), shape
            return replace(sculpture, family=shape), None

        render_objects(folder, run.images, drawn, _render)

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        """Prepare the renders, all of which have to be readable."""
        from crossnet.data.preparation import sides
        from crossnet.data.preparation.recipe import Description
        from crossnet.data.preparation.splits import ValidationSplit
        from crossnet.data.preparation.target import Target

        target = Target(folder, run.images.load_size, run.images.size, "stretch")
        description = Description(run.task, {"a": "specular", "b": "diffuse"}, 0.0, "stop")
        return sides.prepare(raw / "objects", target, description, ValidationSplit(0, self.seed), paired=True)

    def rendered(self, images: Images) -> int:
        return images.train


def _shapes(meshes: Path | None, groups: list[str], seed: int) -> dict[str, list[str | Path]]:
    """Give each set all families and its share of the meshes; read each mesh once, to see that it can be."""
    import numpy as np

    from crossnet.data.rendering.meshes import MeshError, list_meshes
    from crossnet.data.rendering.objects import render_all
    from crossnet.data.rendering.shapes import FAMILIES

    found = [] if meshes is None else list_meshes(meshes)
    if meshes is not None and len(found) < len(groups):
        raise MeshError(
            f"{meshes}: {len(found)} mesh{'es' * (len(found) > 1)}, wanted {len(groups)} or more: "
            f"{', '.join(groups)} share none"
        )
    if found:
        render_all(_check, found, [])
    order = np.random.default_rng(seed).permutation(len(found))
    return {group: [*FAMILIES, *(found[i] for i in order[k :: len(groups)])] for k, group in enumerate(groups)}


def _check(path: Path, _: Any) -> None:
    from crossnet.data.rendering.meshes import read_mesh

    read_mesh(path)


def _render(job: "Job", light: "NDArray[np.float32]") -> "Rendered":
    from crossnet.data.rendering.meshes import read_mesh
    from crossnet.data.rendering.render import render, render_pair
    from crossnet.data.rendering.sculpture import diffuse, specular

    mesh = None if job.mesh is None else read_mesh(job.mesh)
    shining, matt = specular(job.sculpture), diffuse(job.sculpture)
    if "A" not in job.files:
        return {"B": (matt, render(matt, job.size, job.samples, light, mesh))}
    of_shining, of_matt = render_pair(shining, matt, job.size, job.samples, light, mesh)
    return {"A": (shining, of_shining), "B": (matt, of_matt)}


DATASET = Specular2Diffuse
