"""Specular -> diffuse (§5.1), rendered: objects of rough plastic or metal, and of a diffuse material of their colour.

Layout written: `objects/{trainA,trainB,testA,testB,validA,validB}/00000.png` (RGBA; A is specular, B diffuse) and
`objects.csv` (a row for each file: all that shaped it). The train sides share no object; testA and testB, and validA
and validB, are the same objects under the same light, camera, alpha and exposure, which is the truth to measure by. The
paper's own images (Wu et al. [22]) have no public address.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.data.rendering.manifest import mean_luminance, write_manifest
from crossnet.data.rendering.meshes import MeshError, list_meshes, read_mesh
from crossnet.data.rendering.render import render, render_pair
from crossnet.data.rendering.sculpture import Sculpture, Span, diffuse, draw, specular, spotlit
from crossnet.data.rendering.shapes import FAMILIES
from crossnet.data.rendering.workers import Counts, Panoramas, render_all
from crossnet.data.sources.scenery import SURROUNDINGS, panoramas
from crossnet.files import write_atomically
from crossnet.images import png

Job = tuple[Sculpture, Path | None, dict[str, Path], int, int]  # what, its mesh, files by domain, pixels, samples


def fetch(
    folder: Path,
    seed: int,
    luminance: Span,
    extent: Span,
    counts: Counts,
    sizes: tuple[int, int],
    samples: int,
    meshes: Path | None,
) -> None:
    """Render the objects of every set, over all cores that may be used.

    Arguments as those of `sculptures.fetch`; luminance is that of objects in their diffuse version, whose exposure the
    specular one has. meshes: a folder of PLY and OBJ files that take turns with the procedural families, each in one
    set of objects alone.
    The files depend on the arguments and the meshes alone, not on the number of cores. Raises MeshError.
    """
    lights = panoramas()
    groups = dict(counts.groups())
    shapes = _shapes(meshes, list(groups), seed, lights)
    jobs: list[Job] = []
    for group, count in groups.items():
        sides = (group,) if group.startswith("train") else (f"{group}A", f"{group}B")
        for side in sides:
            (folder / "objects" / side).mkdir(parents=True)
        for turn in range(count):
            mesh = shapes[group][turn % len(shapes[group])]
            sculpture = spotlit(draw(seed, len(jobs), len(SURROUNDINGS), luminance, extent))
            family = mesh.name if isinstance(mesh, Path) else mesh
            files = {side[-1]: folder / "objects" / side / f"{len(jobs):05d}.png" for side in sides}
            path = mesh if isinstance(mesh, Path) else None
            jobs.append((replace(sculpture, family=family), path, files, sizes[not group.startswith("train")], samples))
    rendered = render_all(_render_one, jobs, lights)
    write_manifest(folder, sorted((row for rows in rendered for row in rows), key=lambda row: row[0]))


def _shapes(meshes: Path | None, groups: list[str], seed: int, lights: Panoramas) -> dict[str, list[str | Path]]:
    """For each group all families and its share of the meshes; each mesh is read once, to see that it can be."""
    found = [] if meshes is None else list_meshes(meshes)
    if meshes is not None and len(found) < len(groups):
        raise MeshError(
            f"{meshes}: {len(found)} mesh{'es' * (len(found) > 1)}, wanted {len(groups)} or more: "
            f"{', '.join(groups)} share none"
        )
    if found:
        render_all(_check, found, lights)
    order = np.random.default_rng(seed).permutation(len(found))
    return {group: [*FAMILIES, *(found[i] for i in order[k :: len(groups)])] for k, group in enumerate(groups)}


def _check(path: Path, _: Panoramas) -> None:
    read_mesh(path)


def _render_one(job: Job, lights: Panoramas) -> list[tuple[Path, Sculpture, float]]:
    """Render one object into its files; returns the manifest's rows."""
    sculpture, path, files, size, samples = job
    mesh = None if path is None else read_mesh(path)
    light = lights[sculpture.surroundings]
    versions = {"A": specular(sculpture), "B": diffuse(sculpture)}
    if "A" in files:
        pictures = dict(zip("AB", render_pair(versions["A"], versions["B"], size, samples, light, mesh), strict=True))
    else:
        pictures = {"B": render(versions["B"], size, samples, light, mesh)}
    for domain, file in files.items():
        write_atomically(file, png(Image.fromarray(pictures[domain])))
    return [(file, versions[domain], mean_luminance(pictures[domain])) for domain, file in files.items()]
