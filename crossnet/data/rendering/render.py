"""Sculptures, path-traced with Mitsuba 3 (`scalar_rgb`: no LLVM, no GPU), and developed to sRGB.

A `Sculpture` is a value: the same one renders to the same bytes on one machine, whatever the number of cores.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from crossnet.data.rendering.engine import engine
from crossnet.data.rendering.materials import material
from crossnet.data.rendering.sculpture import Sculpture
from crossnet.data.rendering.shapes import Mesh, sculpture, vertex_normals
from crossnet.data.rendering.stripes import coordinates, stripes
from crossnet.images import LUMA


def develop(linear: NDArray[np.float64], exposure: float) -> NDArray[np.float64]:
    """(H, W, 3) linear light, at least 0, to sRGB in [0, 1]; `exposure` is the natural logarithm of a factor."""
    rolled = 1 - np.exp(-linear * np.exp(exposure))  # highlights approach white and do not clip
    return np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)


def exposure_for(linear: NDArray[np.float64], alpha: NDArray[np.float64], luminance: float) -> float:
    """The exposure at which an object's mean luminance is the wanted one.

    linear: (H, W, 3). alpha: (H, W, 1), the object's share of each pixel. luminance: Rec. 601 of sRGB, in [0, 1].
    """

    def excess(exposure: float) -> float:
        return float((develop(linear, exposure) @ LUMA * alpha[..., 0]).sum() / alpha.sum()) - luminance

    return float(brentq(excess, -12, 12, xtol=1e-3))


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
    [(linear, alpha)] = _trace([s], size, samples, surroundings, mesh)
    return _bytes(develop(linear, exposure_for(linear, alpha, s.luminance)), alpha)


def render_pair(
    s: Sculpture,
    reference: Sculpture,
    size: int,
    samples: int,
    surroundings: NDArray[np.float32],
    mesh: Mesh | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Path-trace a sculpture and a reference, which differs from it in its material or its stripes alone.

    Arguments and pictures as in `render`. The two have one light, camera, alpha and exposure; the exposure gives the
    reference its luminance.
    """
    traced = _trace([s, reference], size, samples, surroundings, mesh)
    (linear, alpha), (linear_reference, alpha_reference) = traced
    exposure = exposure_for(linear_reference, alpha_reference, reference.luminance)
    both = (alpha + alpha_reference) / 2  # the two differ by their noise; where one missed, the other's colour stands
    return (
        _bytes(develop(np.where(alpha > 0, linear, linear_reference), exposure), both),
        _bytes(develop(np.where(alpha_reference > 0, linear_reference, linear), exposure), both),
    )


def _trace(
    versions: Sequence[Sculpture], size: int, samples: int, surroundings: NDArray[np.float32], mesh: Mesh | None
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Trace the versions of one sculpture, which differ in their material or their stripes alone, in one scene.

    Returns for each (size, size, 3) linear colour, not multiplied by alpha, and (size, size, 1) alpha in [0, 1].
    """
    mi = engine()
    s = versions[0]
    distance = 1 / np.sin(np.radians(s.field_of_view) / 2)  # from where that field of view takes in the unit sphere
    shape, low, high = _shape(s, any(version.striped for version in versions), mesh, distance)
    width = (high - low).max() / s.extent  # of the picture, in the plane at distance 1
    room = 1 - (high - low) / width
    left, bottom = room * [s.left, 1 - s.top]
    transform = mi.ScalarTransform4f
    azimuth, elevation = np.radians(s.key_azimuth), np.radians(s.key_elevation)
    key = [np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)]
    scene = mi.load_dict(
        {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 4, "hide_emitters": True},
            "sensor": {
                "type": "perspective",
                "fov": 2 * np.degrees(np.arctan(width / 2)),
                "principal_point_offset_x": 0.5 - left + low[0] / width,
                "principal_point_offset_y": bottom - low[1] / width - 0.5,
                "to_world": transform().look_at(origin=[0, -distance, 0], target=[0, 0, 0], up=[0, 0, 1]),
                "film": {
                    "type": "hdrfilm",
                    "width": size,
                    "height": size,
                    "pixel_format": "rgba",
                    "rfilter": {"type": "box"},
                },
                "sampler": {"type": "multijitter", "sample_count": samples},
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
    traced = []
    for version in versions:
        scene.shapes()[0].set_bsdf(material(version))
        rgba = np.array(mi.render(scene, seed=s.seed), dtype=np.float64)  # (size, size, 4), colour times alpha
        alpha = rgba[..., 3:].clip(0, 1)
        linear = np.divide(rgba[..., :3], alpha, out=np.zeros_like(rgba[..., :3]), where=alpha > 1e-3).clip(0, None)
        traced.append((linear, alpha))
    return traced


def _shape(
    s: Sculpture, is_striped: bool, mesh: Mesh | None, distance: float
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """The mesh, turned in space, and its bounds seen along +y from a distance: (x, z) in the plane at distance 1."""
    mi = engine()
    rng = np.random.default_rng(s.seed)
    vertices, faces = sculpture(s.family, rng) if mesh is None else mesh
    tilt = Rotation.from_euler("zyx", [rng.uniform(0, 360), rng.normal(0, 15), rng.uniform(-10, 45)], degrees=True)
    turn = tilt if s.family in UPRIGHT else Rotation.random(rng=rng)
    vertices = turn.apply(vertices)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    shape = mi.Mesh(
        "sculpture",
        len(vertices),
        len(faces),
        has_vertex_normals=True,
        has_vertex_texcoords=is_striped,
    )
    parameters = mi.traverse(shape)
    parameters["vertex_positions"] = vertices.astype(np.float32).ravel()
    parameters["vertex_normals"] = vertex_normals(vertices, faces).astype(np.float32).ravel()
    if is_striped:
        parameters["vertex_texcoords"] = coordinates(stripes(s), vertices).astype(np.float32).ravel()
    parameters["faces"] = faces.astype(np.uint32).ravel()
    parameters.update()
    seen = vertices[:, [0, 2]] / (distance + vertices[:, [1]])
    return shape, seen.min(0), seen.max(0)


def _bytes(srgb: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(H, W, 3) and (H, W, 1) in [0, 1] -> (H, W, 4) uint8, rounded."""
    return (np.concatenate([srgb, alpha], -1) * 255 + 0.5).astype(np.uint8)
