"""A user's meshes are read, centred and scaled; what is none is named, and nothing crashes."""

from pathlib import Path

import numpy as np
import pytest

from crossnet.data.rendering.meshes import MeshError, list_meshes, read_mesh

CUBE = """
v 10 0 0
v 14 0 0
v 14 4 0
v 10 4 0
v 10 0 4
v 14 0 4
v 14 4 4
v 10 4 4
v 900 900 900
f 4 3 2 1
f 5 6 7 8
f 1 2 6 5
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
"""
HEADER = """ply
format ascii 1.0
element vertex 4
property float x
property float y
property float z
element face 4
property list uchar int vertex_indices
end_header
"""
POINTS = "0 0 0\n1 0 0\n0 1 0\n0 0 1\n"
FACES = "3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n"


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("name", ["cube.obj", "CUBE.OBJ", "ein Würfel.obj"])
def test_a_mesh_is_within_the_unit_sphere_and_touches_it(tmp_path: Path, name: str) -> None:
    vertices, faces = read_mesh(written(tmp_path, name, CUBE))
    assert faces.shape == (12, 3)
    assert vertices.shape == (8, 3)  # the ninth is of no triangle
    assert np.abs(vertices) == pytest.approx(np.full((8, 3), 3**-0.5))


def test_a_ply_is_read_too(tmp_path: Path) -> None:
    vertices, faces = read_mesh(written(tmp_path, "tetrahedron.ply", HEADER + POINTS + FACES))
    assert (vertices.shape, faces.tolist()) == ((4, 3), [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    assert np.linalg.norm(vertices, axis=1).max() == pytest.approx(1)


def test_hard_edges_of_an_obj_stay_hard(tmp_path: Path) -> None:
    """A vertex with two normals is two, so that shading does not run round the edge."""
    folded = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvn 0 0 1\nvn 0 1 0\nf 1//1 2//1 3//1\nf 1//2 4//2 2//2\n"
    assert read_mesh(written(tmp_path, "fold.obj", folded))[0].shape == (6, 3)


BAD = {
    "cut.ply": HEADER + POINTS[:15],
    "index.ply": HEADER + POINTS + FACES.replace("1 2 3", "1 2 99999999"),
    "index.obj": "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 999\n",
    "page.ply": "<html>not found</html>",
    "page.obj": "<html>not found</html>",
    "empty.ply": "",
    "empty.obj": "",
    "points.ply": HEADER.replace("face 4", "face 0") + POINTS,
    "one place.obj": "v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n",
    "nan.ply": HEADER + POINTS.replace("1 0 0", "nan 0 0") + FACES,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_mesh_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, BAD[name])
    with pytest.raises(MeshError, match=rf"^{path}: [^\n]*; mend or remove it$"):
        read_mesh(path)


def test_bytes_that_are_no_text_are_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "noise.ply").write_bytes(np.random.default_rng(0).bytes(300))
    with pytest.raises(MeshError, match=r"^[^\n]*noise\.ply: no mesh that can be read[^\n]*$"):
        read_mesh(tmp_path / "noise.ply")


def test_meshes_are_found_in_subfolders_but_not_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.ply", "a/c.OBJ", ".git/d.ply", ".e.ply", "f.stl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list_meshes(tmp_path) == [tmp_path / "a/c.OBJ", tmp_path / "b.ply"]


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such folder"), (".", "no mesh")])
def test_a_folder_without_meshes_is_named(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(MeshError, match=rf"^[^\n]*: {reason}; wanted a folder with \.ply or \.obj files$"):
        list_meshes(tmp_path / name)
