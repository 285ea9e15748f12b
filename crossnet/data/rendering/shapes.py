"""Procedural sculptures: eight families of closed triangle meshes, each drawn at random from its own parameters.

Every family is a function `(rng) -> (vertices, faces)` with vertices (V, 3) float64 and faces (F, 3) int64,
counter-clockwise seen from outside as far as the family allows (materials are two-sided). `sculpture` centres the
mesh and scales it into the unit sphere.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import sph_harm_y

Vertices = NDArray[np.float64]
Faces = NDArray[np.int64]
Mesh = tuple[Vertices, Faces]


def _grid_faces(rows: int, columns: int, wrap_rows: bool, wrap_columns: bool) -> Faces:
    """Two triangles for each cell of a (rows, columns) grid of vertices, closed round where asked."""
    i = np.arange(rows if wrap_rows else rows - 1)
    j = np.arange(columns if wrap_columns else columns - 1)
    i, j = (k.ravel() for k in np.meshgrid(i, j, indexing="ij"))
    i1, j1 = (i + 1) % rows, (j + 1) % columns
    a, b, c, d = (r * columns + s for r, s in ((i, j), (i, j1), (i1, j1), (i1, j)))
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def _sphere_directions(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Polar angles in [0, pi] and azimuths in [0, 2 pi), each (rows, columns)."""
    theta, phi = np.meshgrid(
        np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False), indexing="ij"
    )
    return theta, phi


def _tube(centres: Vertices, radii: NDArray[np.float64], sides: int, closed: bool) -> Mesh:
    """A tube of varying radius round a curve, on parallel-transported frames so that it does not twist by itself."""
    following = np.roll(centres, -1, 0) - np.roll(centres, 1, 0)
    if not closed:
        following[0], following[-1] = centres[1] - centres[0], centres[-1] - centres[-2]
    tangents = following / np.linalg.norm(following, axis=1, keepdims=True)
    normal = np.cross(tangents[0], [0.0, 0.0, 1.0])
    if np.linalg.norm(normal) < 1e-6:
        normal = np.cross(tangents[0], [0.0, 1.0, 0.0])
    rings = []
    for centre, tangent, radius in zip(centres, tangents, radii, strict=True):
        normal = normal - tangent * (normal @ tangent)
        normal /= np.linalg.norm(normal)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
        rings.append(centre + radius * (np.cos(angle) * normal + np.sin(angle) * np.cross(tangent, normal)))
    return np.concatenate(rings), _grid_faces(len(centres), sides, closed, True)


def _capped(radius: NDArray[np.float64], z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A profile closed by flat caps; the rims are there twice, so that shading does not run round the edge."""
    return np.concatenate([[0.0], radius[:1], radius, radius[-1:], [0.0]]), np.concatenate([z[[0, 0]], z, z[[-1, -1]]])


def blob(rng: np.random.Generator) -> Mesh:
    """A sphere displaced by random real spherical harmonics of degree up to 6."""
    theta, phi = _sphere_directions(36, 56)
    radius = np.ones_like(theta)
    for degree in range(1, 7):
        for order in range(-degree, degree + 1):
            harmonic = sph_harm_y(degree, abs(order), theta, phi)
            radius += rng.normal(0, 0.55 / degree**1.2) * (harmonic.real if order >= 0 else harmonic.imag)
    radius = np.maximum(radius, 0.25)
    xyz = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1) * radius[..., None]
    return xyz.reshape(-1, 3), _grid_faces(36, 56, False, True)


def vase(rng: np.random.Generator) -> Mesh:
    """A vase turned on a lathe: a smooth random profile, fluted now and then."""
    knots = rng.integers(5, 8)
    profile = PchipInterpolator(np.linspace(0, 1, knots), rng.uniform(0.18, 0.85, knots))
    height = np.linspace(0, 1, 60)
    radius, z = _capped(profile(height), height * rng.uniform(1.4, 2.4))
    phi = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    flutes = 1 + (rng.uniform(0.03, 0.09) if rng.random() < 0.4 else 0.0) * np.cos(rng.integers(6, 14) * phi)
    x, y = (radius[:, None] * flutes * f(phi) for f in (np.cos, np.sin))
    return np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1).reshape(-1, 3), _grid_faces(
        len(z), 72, False, True
    )


def superquadric(rng: np.random.Generator) -> Mesh:
    """A superellipsoid (Barr 1981) from box through ellipsoid to star."""
    return _superellipsoid(rng, 40, 60)


def _superellipsoid(rng: np.random.Generator, rows: int, columns: int) -> Mesh:
    e1, e2 = rng.uniform(0.2, 1.9, 2)
    theta, phi = _sphere_directions(rows, columns)
    latitude = np.pi / 2 - theta

    def power(value: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
        return np.sign(value) * np.abs(value) ** exponent

    xyz = np.stack(
        [
            power(np.cos(latitude), e1) * power(np.cos(phi), e2),
            power(np.cos(latitude), e1) * power(np.sin(phi), e2),
            power(np.sin(latitude), e1),
        ],
        -1,
    )
    return (xyz * rng.uniform(0.55, 1.0, 3)).reshape(-1, 3), _grid_faces(rows, columns, False, True)


def ring(rng: np.random.Generator) -> Mesh:
    """A torus whose tube swells and twists along the way."""
    u = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    lobes = rng.integers(2, 9)
    thickness = rng.uniform(0.22, 0.42) * (1 + rng.uniform(0.0, 0.35) * np.cos(lobes * u))
    rise = rng.uniform(0.0, 0.25) * np.sin(rng.integers(2, 4) * u)
    return _tube(np.stack([np.cos(u), np.sin(u) * rng.uniform(0.7, 1.0), rise], 1), thickness, 24, True)


def knot(rng: np.random.Generator) -> Mesh:
    """A tube along a (p, q) torus knot."""
    p, q = [(2, 3), (3, 2), (2, 5), (3, 4), (5, 2)][rng.integers(5)]
    t = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    r = 1 + rng.uniform(0.35, 0.5) * np.cos(q * t)
    curve = np.stack([r * np.cos(p * t), r * np.sin(p * t), rng.uniform(0.4, 0.6) * np.sin(q * t)], 1)
    return _tube(curve, np.full(len(t), rng.uniform(0.16, 0.26)), 16, True)


def column(rng: np.random.Generator) -> Mesh:
    """A polygon or star, extruded with twist and taper."""
    rows, columns = 28, 84
    phi = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    corners, depth = int(rng.integers(3, 8)), rng.uniform(0.0, 0.35)
    outline = 1 + depth * np.cos(corners * phi) if rng.random() < 0.5 else _polygon(corners, phi)
    h = np.linspace(0, 1, rows)
    taper = 1 + rng.uniform(-0.6, 0.3) * h + rng.uniform(-0.35, 0.35) * np.sin(np.pi * h)
    twist = rng.uniform(-2.2, 2.2) * h
    scale, z = _capped(taper * rng.uniform(0.4, 0.7), h * rng.uniform(1.2, 2.4))
    twist = np.concatenate([twist[[0, 0]], twist, twist[[-1, -1]]])
    angle = phi + twist[:, None]
    x, y = (scale[:, None] * outline * f(angle) for f in (np.cos, np.sin))
    xyz = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1)
    return xyz.reshape(-1, 3), _grid_faces(len(z), columns, False, True)


def _polygon(corners: int, phi: NDArray[np.float64]) -> NDArray[np.float64]:
    """The radius of a regular polygon in the direction phi."""
    sector = 2 * np.pi / corners
    return np.cos(sector / 2) / np.cos(phi % sector - sector / 2)


def shell(rng: np.random.Generator) -> Mesh:
    """A sea shell: a tube that grows along a logarithmic spiral."""
    turns, growth = rng.uniform(2.0, 3.5), rng.uniform(0.09, 0.16)
    t = np.linspace(0, 2 * np.pi * turns, 130)
    size = np.exp(growth * (t - t[-1]))
    pitch = rng.uniform(0.6, 1.8)
    curve = np.stack([size * np.cos(t), size * np.sin(t), -pitch * size], 1)
    ribs = 1 + rng.uniform(0.0, 0.12) * np.cos(rng.integers(6, 14) * t)
    radii = size * rng.uniform(0.42, 0.6) * ribs
    radii[0] = radii[-1] = 1e-3
    return _tube(curve, radii, 24, False)


def totem(rng: np.random.Generator) -> Mesh:
    """Three to five superquadrics on top of each other."""
    vertices, faces, top, count = [], [], 0.0, 0
    for _ in range(rng.integers(3, 6)):
        part, triangles = _superellipsoid(rng, 20, 32)
        part = part * rng.uniform(0.6, 1.0) * [1.3, 1.3, 1.0]
        part[:, 2] += top - part[:, 2].min() - 0.06
        top = part[:, 2].max()
        vertices.append(part)
        faces.append(triangles + count)
        count += len(part)
    return np.concatenate(vertices), np.concatenate(faces)


def vertex_normals(vertices: Vertices, faces: Faces) -> Vertices:
    """(V, 3) unit normals, each the mean over its triangles weighted by their area; +z where all are degenerate."""
    corners = vertices[faces]  # (F, 3, 3)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, faces[:, k], across)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0.0, 0.0, 1.0])


FAMILIES: dict[str, Callable[[np.random.Generator], Mesh]] = {
    f.__name__: f for f in (blob, vase, superquadric, ring, knot, column, shell, totem)
}


def sculpture(family: str, rng: np.random.Generator) -> Mesh:
    """One mesh of the named family, centred, within the unit sphere and touching it.

    Raises KeyError for a name that is not in FAMILIES.
    """
    vertices, faces = FAMILIES[family](rng)
    return within_unit_sphere(vertices), faces


def within_unit_sphere(vertices: Vertices) -> Vertices:
    """(V, 3) vertices, centred by their bounds and scaled to touch the unit sphere; they must not coincide."""
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    return vertices / np.linalg.norm(vertices, axis=1).max()
