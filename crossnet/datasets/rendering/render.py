"""Sculptures, path-traced with Mitsuba 3 (`scalar_rgb`: no LLVM, no GPU).

A `Sculpture` is a value: the same one renders to the same bytes on one machine, whatever the number of cores.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from crossnet.datasets.rendering.develop import develop, exposure_for
from crossnet.datasets.rendering.engine import engine
from crossnet.datasets.rendering.materials import material
from crossnet.datasets.rendering.sculpture import Sculpture, diffuse
from crossnet.datasets.rendering.shapes import Mesh, sculpture, vertex_normals

UPRIGHT = ("vase", "column", "shell", "totem")  # the families that are tilted; all else is turned any way


def render(
    s: Sculpture, size: int, samples: int, surroundings: NDArray[np.float32], mesh: Mesh | None = None
) -> NDArray[np.uint8]:
    """Path-trace one sculpture.

    size: pixels a side. samples: paths a pixel. surroundings: (h, w, 3) float32, a linear panorama that lights it.
    mesh: its shape, within the unit sphere; without one that of its family.
    Returns (size, size, 4) uint8: sRGB colour, not multiplied by the alpha in the fourth channel; the mean luminance
    over the object is `s.luminance`, highlights roll off below white.
    """
    linear, alpha = _trace(s, size, samples, surroundings, mesh)
    return _bytes(develop(linear, exposure_for(linear, alpha, s.luminance)), alpha)


def render_with_diffuse(
    s: Sculpture, size: int, samples: int, surroundings: NDArray[np.float32], mesh: Mesh | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A sculpture as it is and of a diffuse material of its colour: one light, camera, alpha and exposure.

    Arguments and pictures as in `render`; the exposure gives the diffuse one its luminance.
    """
    linear, alpha = _trace(s, size, samples, surroundings, mesh)
    linear_diffuse, alpha_diffuse = _trace(diffuse(s), size, samples, surroundings, mesh)
    exposure = exposure_for(linear_diffuse, alpha_diffuse, s.luminance)
    both = (alpha + alpha_diffuse) / 2  # the two differ by their noise; where one missed, the other's colour stands
    return (
        _bytes(develop(np.where(alpha > 0, linear, linear_diffuse), exposure), both),
        _bytes(develop(np.where(alpha_diffuse > 0, linear_diffuse, linear), exposure), both),
    )


def _trace(
    s: Sculpture, size: int, samples: int, surroundings: NDArray[np.float32], mesh: Mesh | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(size, size, 3) linear colour, not multiplied by alpha, and (size, size, 1) alpha in [0, 1]."""
    mi = engine()
    shape, half = _shape(s, mesh)
    distance = 1 / np.tan(np.radians(s.field_of_view) / 2) / s.fill
    transform = mi.ScalarTransform4f
    azimuth, elevation = np.radians(s.key_azimuth), np.radians(s.key_elevation)
    key = [np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)]
    scene = mi.load_dict(
        {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 4, "hide_emitters": True},
            "sensor": {
                "type": "perspective",
                "fov": 2 * np.degrees(np.arctan(half / distance / s.fill)),
                "to_world": transform().look_at(origin=[0, -distance, 0], target=[0, 0, 0], up=[0, 0, 1]),
                "film": {
                    "type": "hdrfilm",
                    "width": size,
                    "height": size,
                    "pixel_format": "rgba",
                    "rfilter": {"type": "box"},
                },
                "sampler": {"type": "independent", "sample_count": samples},
            },
            "surroundings": {
                "type": "envmap",
                "bitmap": mi.Bitmap(surroundings),
                "to_world": transform().rotate([0, 0, 1], s.key_azimuth).rotate([1, 0, 0], 90),
            },
            "key": {
                "type": "directional",
                "direction": [-c for c in key],
                "irradiance": {"type": "rgb", "value": s.key_strength},
            },
            "sculpture": shape,
        }
    )
    rgba = np.array(mi.render(scene, seed=s.seed), dtype=np.float64)  # (size, size, 4), colour times alpha
    alpha = rgba[..., 3:].clip(0, 1)
    linear = np.divide(rgba[..., :3], alpha, out=np.zeros_like(rgba[..., :3]), where=alpha > 1e-3).clip(0, None)
    return linear, alpha


def _shape(s: Sculpture, mesh: Mesh | None) -> tuple[Any, float]:
    """The mesh, turned in space, and the half-width that it needs in the picture."""
    mi = engine()
    rng = np.random.default_rng(s.seed)
    vertices, faces = sculpture(s.family, rng) if mesh is None else mesh
    tilt = Rotation.from_euler("zyx", [rng.uniform(0, 360), rng.normal(0, 15), rng.uniform(-10, 45)], degrees=True)
    turn = tilt if s.family in UPRIGHT else Rotation.random(rng=rng)
    vertices = turn.apply(vertices)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    properties = mi.Properties()
    properties["bsdf"] = material(s)
    shape = mi.Mesh("sculpture", len(vertices), len(faces), has_vertex_normals=True, props=properties)
    parameters = mi.traverse(shape)
    parameters["vertex_positions"] = vertices.astype(np.float32).ravel()
    parameters["vertex_normals"] = vertex_normals(vertices, faces).astype(np.float32).ravel()
    parameters["faces"] = faces.astype(np.uint32).ravel()
    parameters.update()
    # Seen along -y from a distance d, a point at (x, y, z) appears at (x, z) / (d - y).
    distance = 1 / np.tan(np.radians(s.field_of_view) / 2)
    half = np.abs(vertices[:, [0, 2]]) / (distance / s.fill - vertices[:, [1]] * -1)
    return shape, float(half.max() * (distance / s.fill))


def _bytes(srgb: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(H, W, 3) and (H, W, 1) in [0, 1] -> (H, W, 4) uint8, rounded."""
    return (np.concatenate([srgb, alpha], -1) * 255 + 0.5).astype(np.uint8)
