"""One sculpture, drawn at random from its seed and path-traced with Mitsuba 3 (`scalar_rgb`: no LLVM, no GPU).

A `Sculpture` is a value: the same one renders to the same bytes on one machine, whatever the number of cores.
"""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from crossnet.datasets.rendering.shapes import FAMILIES, sculpture, vertex_normals
from crossnet.images import LUMA

MATERIALS = ("diffuse", "roughplastic", "roughconductor")
ROUGHNESS = (0.08, 0.12, 0.18, 0.26, 0.4)
CONDUCTORS = ("Au", "Ag", "Cu", "Al", "Cr")


@dataclass(frozen=True)
class Sculpture:
    """Everything that shapes one render.

    `luminance` is the mean luminance (Rec. 601 of sRGB values, in [0, 1]) of the object's own pixels, reached by
    exposure. `surroundings` is the index of the photograph that lights the object. Angles are in degrees.
    """

    seed: int
    family: str
    material: str
    red: float
    green: float
    blue: float
    roughness: float
    conductor: str
    luminance: float
    surroundings: int
    field_of_view: float
    fill: float
    key_azimuth: float
    key_elevation: float
    key_strength: float

    def row(self) -> dict[str, Any]:
        """The fields as one row of a manifest."""
        return asdict(self)


def draw(seed: int, index: int, surroundings: int, luminance: tuple[float, float]) -> Sculpture:
    """The index-th sculpture of a seed; families take turns, everything else is random.

    surroundings: how many photographs there are to be lit by. luminance: the range of mean luminances, in [0, 1].
    """
    rng = np.random.default_rng([seed, index])
    families = list(FAMILIES)
    hue, saturation = rng.random(), rng.beta(1.6, 1.4)
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (hue - np.array([0.0, 1 / 3, 2 / 3])))
    red, green, blue = 0.08 + 0.8 * (1 - saturation + saturation * wheel) * rng.uniform(0.6, 1.0)
    return Sculpture(
        seed=int(rng.integers(2**31)),
        family=families[index % len(families)],
        material=str(rng.choice(MATERIALS, p=[0.4, 0.4, 0.2])),
        red=float(red),
        green=float(green),
        blue=float(blue),
        roughness=float(rng.choice(ROUGHNESS)),
        conductor=str(rng.choice(CONDUCTORS)),
        luminance=float(rng.uniform(*luminance)),
        surroundings=int(rng.integers(surroundings)),
        field_of_view=float(rng.uniform(20, 45)),
        fill=float(rng.uniform(0.66, 0.92)),
        key_azimuth=float(rng.uniform(0, 360)),
        key_elevation=float(rng.uniform(15, 75)),
        key_strength=float(rng.uniform(0.8, 3.0)),
    )


@cache
def _mitsuba() -> Any:
    """Mitsuba in the variant that needs nothing but the processor, on one thread (processes share the cores)."""
    import drjit
    import mitsuba

    drjit.set_thread_count(1)
    mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    return mitsuba


def _bsdf(s: Sculpture) -> Any:
    mi = _mitsuba()
    colour = [s.red, s.green, s.blue]
    if s.material == "roughplastic":
        bsdf = _rough_plastic(s.roughness)
        parameters = mi.traverse(bsdf)
        parameters["brdf_0.diffuse_reflectance.value"] = colour
        parameters.update()
        return bsdf
    nested = {
        "diffuse": {"type": "diffuse", "reflectance": {"type": "rgb", "value": colour}},
        "roughconductor": {"type": "roughconductor", "material": s.conductor, "alpha": s.roughness},
    }
    return mi.load_dict({"type": "twosided", "bsdf": nested[s.material]})


@cache
def _rough_plastic(roughness: float) -> Any:
    """Rough plastic of any colour: its tables take longer to make than a small picture, so each is made once."""
    white = {"type": "rgb", "value": [1.0, 1.0, 1.0]}
    nested = {"type": "roughplastic", "diffuse_reflectance": white, "alpha": roughness, "nonlinear": True}
    return _mitsuba().load_dict({"type": "twosided", "bsdf": nested})


def _shape(s: Sculpture) -> tuple[Any, float]:
    """The mesh, turned in space, and the half-width that it needs in the picture."""
    mi = _mitsuba()
    rng = np.random.default_rng(s.seed)
    vertices, faces = sculpture(s.family, rng)
    tilt = Rotation.from_euler("zyx", [rng.uniform(0, 360), rng.normal(0, 15), rng.uniform(-10, 45)], degrees=True)
    turn = Rotation.random(rng=rng) if s.family in ("blob", "superquadric", "ring", "knot") else tilt
    vertices = turn.apply(vertices)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    properties = mi.Properties()
    properties["bsdf"] = _bsdf(s)
    mesh = mi.Mesh("sculpture", len(vertices), len(faces), has_vertex_normals=True, props=properties)
    parameters = mi.traverse(mesh)
    parameters["vertex_positions"] = vertices.astype(np.float32).ravel()
    parameters["vertex_normals"] = vertex_normals(vertices, faces).astype(np.float32).ravel()
    parameters["faces"] = faces.astype(np.uint32).ravel()
    parameters.update()
    # Seen along -y from a distance d, a point at (x, y, z) appears at (x, z) / (d - y).
    distance = 1 / np.tan(np.radians(s.field_of_view) / 2)
    half = np.abs(vertices[:, [0, 2]]) / (distance / s.fill - vertices[:, [1]] * -1)
    return mesh, float(half.max() * (distance / s.fill))


def render(s: Sculpture, size: int, samples: int, surroundings: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Path-trace one sculpture.

    size: pixels a side. samples: paths a pixel. surroundings: (h, w, 3) float32, a linear panorama that lights it.
    Returns (size, size, 4) uint8: sRGB colour, not multiplied by the alpha in the fourth channel; the mean luminance
    over the object is `s.luminance`, highlights roll off below white.
    """
    mi = _mitsuba()
    mesh, half = _shape(s)
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
            "sculpture": mesh,
        }
    )
    rgba = np.array(mi.render(scene, seed=s.seed), dtype=np.float64)  # (size, size, 4), colour times alpha
    alpha = rgba[..., 3:].clip(0, 1)
    linear = np.divide(rgba[..., :3], alpha, out=np.zeros_like(rgba[..., :3]), where=alpha > 1e-3).clip(0, None)
    srgb = _develop(linear, alpha, s.luminance)
    return (np.concatenate([srgb, alpha], -1) * 255 + 0.5).astype(np.uint8)


def _develop(linear: NDArray[np.float64], alpha: NDArray[np.float64], luminance: float) -> NDArray[np.float64]:
    """Linear light to sRGB in [0, 1], exposed so that the object's mean luminance is the wanted one."""

    def srgb(exposure: float) -> NDArray[np.float64]:
        rolled = 1 - np.exp(-linear * np.exp(exposure))  # highlights approach white and do not clip
        return np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)

    def excess(exposure: float) -> float:
        return float((srgb(exposure) @ LUMA * alpha[..., 0]).sum() / alpha.sum()) - luminance

    return srgb(brentq(excess, -12, 12, xtol=1e-3))
