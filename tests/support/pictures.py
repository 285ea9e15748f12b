"""Photographs made up: no two alike to a perceptual hash, on scenery or on white."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def scene(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Random smooth colours all over, with some grain; (width, height)."""
    rng = np.random.default_rng([1, seed])
    coarse = Image.fromarray(rng.integers(0, 230, (6, 6, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    return Image.fromarray((smooth + rng.integers(-6, 7, smooth.shape)).clip(0, 240).astype(np.uint8))


def on_white(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """The same within a random outline, the rest of it white."""
    rng = np.random.default_rng([2, seed])
    width, height = size
    outline = Image.new("L", size, 0)
    draw = ImageDraw.Draw(outline)
    for _ in range(4):
        x, y = rng.uniform(0.12, 0.55) * width, rng.uniform(0.12, 0.55) * height
        draw.ellipse((x, y, x + rng.uniform(0.1, 0.33) * width, y + rng.uniform(0.1, 0.33) * height), fill=255)
    white = Image.new("RGB", size, (255, 255, 255))
    return Image.composite(scene(seed + 10**6, size), white, outline.filter(ImageFilter.GaussianBlur(1)))


def encoded(image: Image.Image, kind: str = "JPEG", quality: int = 90) -> bytes:
    """An image as a file's bytes."""
    file = io.BytesIO()
    image.save(file, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return file.getvalue()
