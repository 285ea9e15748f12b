"""Zebra-like stripes: level bands of two tones of a sculpture's colour.

A band is where one texture coordinate, a smooth function of a point of the surface, lies. It runs downwards from the
highest point of the object, where a dark band begins, and leans into the depth, so that bands bend with the relief, and
a wave bends them. Bands have one width in the picture and are counted from an edge of the object: where they are
follows from what a patch of the picture shows, and from nothing else.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossnet.data.rendering.sculpture import Sculpture
from crossnet.images import LUMA

PERIOD = 0.25  # of a dark and a light band, as a share of the picture's side
LEAN = (0.1, 0.3)  # how far the bands move down for each unit of depth
WAVE = (0.0, 0.02)  # amplitude of the waves, as a share of the picture's side
WAVES = (0.6, 1.2)  # how many of them there are over the object's longer extent
DARK_SHARE = (0.42, 0.54)  # of a period
LIGHT, DARK = (1.7, 2.0), (0.04, 0.1)  # reflectance of the tones, in units of the plain object's
GREY = (0.5, 0.7)  # how far the tones are from the object's colour towards grey of the same luminance
PLAIN_LUMINANCE, PLAIN_LARGEST = 0.3, 0.5  # of a plain object's reflectance: no light tone reflects more than comes in
TEXELS = 256  # of a period
SOFT = 0.04  # of a period: the width of the edge between two bands


@dataclass(frozen=True)
class Stripes:
    """The pattern of one sculpture; `period` in units of its longer extent, all else as the constants above say."""

    period: float
    lean: float
    wave: float
    waves: float
    phase: float
    dark_share: float
    light: NDArray[np.float64]  # (3), linear reflectance
    dark: NDArray[np.float64]


def stripes(s: Sculpture) -> Stripes:
    """The stripes of a sculpture: the same for the same seed and colour."""
    rng = np.random.default_rng([s.seed, 2])
    colour = plain_colour(s)
    tone = colour + rng.uniform(*GREY) * (colour @ LUMA - colour)
    return Stripes(
        period=PERIOD / s.extent,
        lean=rng.uniform(*LEAN),
        wave=rng.uniform(*WAVE) / s.extent,
        waves=rng.uniform(*WAVES),
        phase=rng.uniform(0, 2 * np.pi),
        dark_share=rng.uniform(*DARK_SHARE),
        light=tone * rng.uniform(*LIGHT),
        dark=tone * rng.uniform(*DARK),
    )


def plain_colour(s: Sculpture) -> NDArray[np.float64]:
    """(3) linear reflectance of the sculpture's hue and saturation, of a luminance that leaves room for lighter bands.

    How bright the object appears is exposure's matter.
    """
    colour = np.array([s.red, s.green, s.blue])
    return colour * min(PLAIN_LUMINANCE / (colour @ LUMA), PLAIN_LARGEST / colour.max())


def coordinates(pattern: Stripes, vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V, 2) texture coordinates of (V, 3) vertices as the camera sees them along +y; one period is 1, along the first.

    An integer is the middle of a dark band.
    """
    across, depth, up = vertices.T
    length = max(np.ptp(across), np.ptp(up))
    top = up.argmax()
    down = (up[top] - up + pattern.lean * (depth - depth[top])) / length
    wave = pattern.wave * np.sin(2 * np.pi * pattern.waves * across / length + pattern.phase)
    first = (down + wave) / pattern.period - pattern.dark_share / 2
    return np.stack([first, np.zeros_like(first)], 1)


def texture(pattern: Stripes) -> NDArray[np.float32]:
    """(1, TEXELS, 3) float32, linear: one period, which begins and ends in the middle of the dark band."""
    from_dark = np.abs((np.arange(TEXELS) + 0.5) / TEXELS - 0.5) * -1 + 0.5  # distance from the nearest integer
    light = np.clip((from_dark - pattern.dark_share / 2) / SOFT + 0.5, 0, 1)[:, None]
    return (pattern.dark + light * (pattern.light - pattern.dark))[None].astype(np.float32)
