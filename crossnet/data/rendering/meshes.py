"""A user's own meshes: PLY and OBJ, read by Mitsuba."""

from pathlib import Path

import numpy as np

from crossnet.data.rendering.engine import engine
from crossnet.data.rendering.shapes import Mesh, within_unit_sphere
from crossnet.escaping import one_line

KINDS = {".ply": "ply", ".obj": "obj"}  # a file's suffix -> Mitsuba's plugin


class MeshError(ValueError):
    """A mesh, or a folder of them, that cannot be used; the message is one line."""


def list_meshes(folder: Path) -> list[Path]:
    """The PLY and OBJ files in a folder and its subfolders, sorted; hidden ones are left out.

    Raises MeshError for a folder that is missing or has none.
    """
    wanted = "wanted a folder with .ply or .obj files"
    if not folder.is_dir():
        raise MeshError(f"{folder}: no such folder; {wanted}")
    inside = ((path, path.relative_to(folder).parts) for path in folder.rglob("*") if path.suffix.lower() in KINDS)
    found = sorted(path for path, parts in inside if path.is_file() and not any(p.startswith(".") for p in parts))
    if not found:
        raise MeshError(f"{folder}: no mesh; {wanted}")
    return found


def read_mesh(path: Path) -> Mesh:
    """The triangles of a PLY or OBJ file, centred, within the unit sphere and touching it.

    Vertices that no triangle has are left out. An edge is shaded hard where its vertices are there twice, as an OBJ's
    are that gives them two normals. Raises MeshError for what is no sound mesh.
    """
    mi = engine()
    try:  # without normals: computing them would follow a wrong index out of the memory
        shape = mi.load_dict({"type": KINDS[path.suffix.lower()], "filename": str(path), "face_normals": True})
    except (RuntimeError, ValueError) as error:
        reason = one_line(error).rpartition("Error while loading ")[2]
        raise MeshError(f"{path}: no mesh that can be read: {reason}; mend or remove it") from error
    parameters = mi.traverse(shape)
    vertices = np.array(parameters["vertex_positions"], dtype=np.float64).reshape(-1, 3)
    faces = np.array(parameters["faces"], dtype=np.int64).reshape(-1, 3)
    if not faces.size:
        raise MeshError(f"{path}: a mesh without a triangle; mend or remove it")
    if faces.max() >= len(vertices):
        raise MeshError(f"{path}: a triangle of vertex {faces.max()}, but there are {len(vertices)}; mend or remove it")
    used, faces = np.unique(faces, return_inverse=True)
    vertices = vertices[used]
    if not np.isfinite(vertices).all() or not np.ptp(vertices, axis=0).any():
        raise MeshError(f"{path}: a mesh whose vertices coincide or are no numbers; mend or remove it")
    return within_unit_sphere(vertices), faces.reshape(-1, 3)
