"""Methods as columns of one figure: whose translations, and which images, the same for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crossnet.figures import sheet

Way = Literal["to_b", "to_a"]
SIDES: dict[Way, tuple[str, str]] = {"to_b": ("testA", "testB"), "to_a": ("testB", "testA")}  # inputs, truths
ARROWS: dict[Way, str] = {"to_b": "A → B", "to_a": "B → A"}


@dataclass(frozen=True)
class Column:
    """A method's run: its name, its folder `translated` with to_b, to_a and codes, and what stands under its column.

    seed: of the run, where that is known.
    """

    name: str
    translated: Path
    under: str = ""
    seed: int | None = None


def subtitle(columns: Sequence[Column], title: str = "") -> str:
    """The seeds that the columns are of, as far as they are known, before a title: "seed 0: horses → zebras"."""
    seeds = sorted({column.seed for column in columns if column.seed is not None})
    told = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}" if seeds else ""
    return ": ".join(filter(None, (told, title)))


@dataclass(frozen=True)
class Subjects:
    """The test images: the prepared folder, its two domains in words, and what their translations are called.

    paired: testA/<name> and testB/<name> show the same thing. names: by test side, the translation's name by the
    image's, where it is another.
    """

    prepared: Path
    a: str
    b: str
    paired: bool
    names: Mapping[str, Mapping[str, str]]

    def title(self, way: Way) -> str:
        """The direction in the words of its domains."""
        return f"{self.a} → {self.b}" if way == "to_b" else f"{self.b} → {self.a}"

    def input(self, way: Way, image: str) -> sheet.Picture:
        return sheet.read(self.prepared / SIDES[way][0] / f"{image}.png")

    def truth(self, way: Way, image: str) -> sheet.Picture:
        return sheet.read(self.prepared / SIDES[way][1] / f"{image}.png")

    def called(self, way: Way, image: str) -> str:
        """The name of an image's translation."""
        return self.names.get(SIDES[way][0], {}).get(image, image)

    def translation(self, column: Column, way: Way, image: str) -> sheet.Picture:
        return sheet.read(column.translated / way / f"{self.called(way, image)}.png")

    def images(self, way: Way, columns: Sequence[Column], count: int) -> list[str]:
        """At most `count` images that every column has translated, evenly spaced by name: nobody picks."""
        known = sorted(path.stem for path in (self.prepared / SIDES[way][0]).glob("*.png"))
        return sheet.evenly(
            [
                image
                for image in known
                if all((column.translated / way / f"{self.called(way, image)}.png").exists() for column in columns)
            ],
            count,
        )
