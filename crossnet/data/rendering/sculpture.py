"""What a sculpture is: everything that shapes its picture, drawn at random from a seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from crossnet.data.rendering.shapes import FAMILIES

MATERIALS = ("diffuse", "roughplastic", "roughconductor")
ROUGHNESS = (0.08, 0.12, 0.18, 0.26, 0.4)
SHINING = {"lacquer": (0.05, 0.08, 0.12), "roughconductor": (0.2, 0.3, 0.4)}  # roughness with clear highlights
CONDUCTORS = ("Au", "Ag", "Cu", "Al", "Cr")
PLACES = (0.5, 0.5)  # beta distribution of places: uniform ones would cover the middle of a picture most often
TINTED = "none"  # in place of a metal: all light is reflected, in the sculpture's own colour


@dataclass(frozen=True)
class Sculpture:
    """Everything that shapes one render.

    `luminance` is the mean luminance (Rec. 601 of sRGB values, in [0, 1]) of the object's own pixels, reached by
    exposure. `surroundings` is the index of the photograph that lights the object. `family` is one of FAMILIES, or the
    name of a user's mesh. `extent` is the share of the picture's side that the object's longer extent
    takes, width or height; `left` and `top` are the shares, in [0, 1], of the remaining room that lie left of it and
    above it. Angles are in degrees.
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
    extent: float
    left: float
    top: float
    key_azimuth: float
    key_elevation: float
    key_strength: float
    striped: bool = False

    def row(self) -> dict[str, Any]:
        """The fields as one row of a manifest."""
        return asdict(self)


Span = Sequence[float]  # a range: low, high


def draw(seed: int, index: int, surroundings: int, luminance: Span, extent: Span) -> Sculpture:
    """Draw the index-th sculpture of a seed; families take turns, everything else is random.

    surroundings: how many photographs there are to be lit by.
    luminance: the range of mean luminances, in [0, 1].
    extent: the range of the share of the picture's side that an object's longer extent takes, in (0, 1].
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
        luminance=float(rng.uniform(luminance[0], luminance[1])),
        surroundings=int(rng.integers(surroundings)),
        field_of_view=float(rng.uniform(20, 45)),
        extent=float(rng.uniform(extent[0], extent[1])),
        key_azimuth=float(rng.uniform(0, 360)),
        key_elevation=float(rng.uniform(15, 75)),
        key_strength=float(rng.uniform(0.8, 3.0)),
        left=float(rng.beta(*PLACES)),
        top=float(rng.beta(*PLACES)),
    )


def spotlit(s: Sculpture) -> Sculpture:
    """The same sculpture under a key light that is stronger and stands on the camera's side, for highlights."""
    return replace(s, key_azimuth=180 + 0.4 * (s.key_azimuth - 180), key_strength=2.5 * s.key_strength)


def specular(s: Sculpture) -> Sculpture:
    """The same sculpture of lacquer, or one in four times of a metal of its colour."""
    rng = np.random.default_rng([s.seed, 1])
    material = "roughconductor" if rng.random() < 1 / 4 else "lacquer"
    return replace(s, material=material, conductor=TINTED, roughness=float(rng.choice(SHINING[material])))


def diffuse(s: Sculpture) -> Sculpture:
    """The same sculpture of a diffuse material of its colour."""
    return replace(s, material="diffuse")


def striped(s: Sculpture) -> Sculpture:
    """The same sculpture of a diffuse material with stripes of its colour (`stripes`)."""
    return replace(s, material="diffuse", striped=True)
