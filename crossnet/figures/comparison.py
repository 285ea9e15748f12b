"""What figures compare: prepared images, and translations of several methods as columns of one figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crossnet.figures import panels

Direction = Literal["to_b", "to_a"]
FOLDERS: dict[Direction, tuple[str, str]] = {"to_b": ("testA", "testB"), "to_a": ("testB", "testA")}  # input, truth
ARROWS: dict[Direction, str] = {"to_b": "A → B", "to_a": "B → A"}


@dataclass(frozen=True)
class Column:
    """The translations of one run, as a column of a figure.

    Args:
        name: the heading of the column.
        translated: the folder with to_b, to_a and codes.
        under: a text below the column.
        seed: the seed of the run, if it is known.
    """

    name: str
    translated: Path
    under: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class PreparedImages:
    """The prepared images that figures show, with what is known of their truth.

    Args:
        folder: has testA and testB, and masksA if there are masks.
        a: what the images of A show, in words.
        b: what those of B show.
        paired: whether testA/<name> and testB/<name> show the same scene, so that one is a truth of the other.
        truth: by direction, "image" if that truth is the only right translation. `truth` of dataset.json has it.
        names: by folder, the name of an image's translation by the image's own, where the two differ.
    """

    folder: Path
    a: str
    b: str
    paired: bool
    truth: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]

    def title(self, direction: Direction) -> str:
        """Return the direction in words: "horses → zebras"."""
        return f"{self.a} → {self.b}" if direction == "to_b" else f"{self.b} → {self.a}"

    def input(self, direction: Direction, image: str) -> panels.Picture:
        return panels.read(self.folder / FOLDERS[direction][0] / f"{image}.png")

    def true_image(self, direction: Direction, image: str) -> panels.Picture:
        return panels.read(self.folder / FOLDERS[direction][1] / f"{image}.png")

    def truth_heading(self, direction: Direction) -> str:
        """Return the heading of a column of true images."""
        return "truth" if self.truth.get(direction) == "image" else "one of many truths"

    def translation_name(self, direction: Direction, image: str) -> str:
        """Return the name of an image's translation."""
        return self.names.get(FOLDERS[direction][0], {}).get(image, image)

    def translation(self, column: Column, direction: Direction, image: str) -> panels.Picture:
        return panels.read(self._translation_path(column, direction, image))

    def examples(self, direction: Direction, columns: Sequence[Column], count: int) -> list[str]:
        """Return the names of at most `count` images that all columns have translated, evenly spaced by name."""
        known = sorted(path.stem for path in (self.folder / FOLDERS[direction][0]).glob("*.png"))
        translated = [
            image
            for image in known
            if all(self._translation_path(column, direction, image).exists() for column in columns)
        ]
        return panels.evenly_spaced(translated, count)

    def _translation_path(self, column: Column, direction: Direction, image: str) -> Path:
        return column.translated / direction / f"{self.translation_name(direction, image)}.png"


def translating(columns: Sequence[Column], direction: Direction) -> list[Column]:
    """Return the columns of methods that translate in a direction; some translate to B alone."""
    return [column for column in columns if (column.translated / direction).is_dir()]


def subtitle(columns: Sequence[Column], title: str = "") -> str:
    """Return the known seeds of the columns before a title: "seed 0: horses → zebras"."""
    seeds = sorted({column.seed for column in columns if column.seed is not None})
    text = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}" if seeds else ""
    return ": ".join(filter(None, (text, title)))


def panel(
    images: PreparedImages, columns: Sequence[Column], direction: Direction, examples: int
) -> tuple[panels.Panel, list[str]]:
    """Return the panel of a direction (input, each column, the truth if there is one) and the names of its images."""
    names = images.examples(direction, columns, examples)
    headings = ["input", *(column.name for column in columns)]
    rows = [
        [images.input(direction, name), *(images.translation(column, direction, name) for column in columns)]
        for name in names
    ]
    under = [column.under for column in columns]
    if images.paired:
        headings.append(images.truth_heading(direction))
        rows = [[*row, images.true_image(direction, name)] for row, name in zip(rows, names, strict=True)]
    title = subtitle(columns, images.title(direction))
    return panels.Panel(tuple(headings), rows, ARROWS[direction], title, under=["", *under, ""]), names
