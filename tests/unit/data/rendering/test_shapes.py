"""Procedural sculptures are sound meshes of the unit sphere."""

import numpy as np
import pytest

from crossnet.data.rendering.shapes import FAMILIES, sculpture

EVERY_FAMILY = pytest.mark.parametrize("family", FAMILIES)


def test_there_are_at_least_six_families() -> None:
    assert len(FAMILIES) >= 6


@EVERY_FAMILY
@pytest.mark.parametrize("seed", range(5))
def test_a_mesh_is_sound_and_touches_the_unit_sphere(family: str, seed: int) -> None:
    vertices, faces = sculpture(family, np.random.default_rng(seed))
    assert np.isfinite(vertices).all()
    assert np.linalg.norm(vertices, axis=1).max() == pytest.approx(1)
    assert vertices.min(0) + vertices.max(0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert set(np.unique(faces)) == set(range(len(vertices)))
    assert all(len(set(face)) == 3 for face in faces)


@EVERY_FAMILY
def test_a_mesh_is_closed(family: str) -> None:
    """Every edge has two sides, once places that coincide (poles, seams, a shell's tips) are one."""
    vertices, faces = sculpture(family, np.random.default_rng(1))
    _, place = np.unique(vertices.round(2 if family == "shell" else 6), axis=0, return_inverse=True)
    triangles = [face for face in place.ravel()[faces] if len(set(face)) == 3]
    edges: dict[tuple[int, int], int] = {}
    for a, b, c in triangles:
        for start, end in ((a, b), (b, c), (c, a)):
            key = (min(start, end), max(start, end))
            edges[key] = edges.get(key, 0) + 1
    open_edges = sum(count % 2 for count in edges.values())
    assert open_edges <= 0.01 * len(edges)


@EVERY_FAMILY
def test_a_seed_decides(family: str) -> None:
    first, again, other = (sculpture(family, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_unknown_family_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        sculpture("teapot", np.random.default_rng(0))
