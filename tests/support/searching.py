"""A small world of elephants on two fake services, and one fetch of it, also as a process that can be killed."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossnet.data.atomic_directory import atomic_directory
from crossnet.data.download.web import Web
from crossnet.data.image_search.build import build
from crossnet.data.image_search.filter import Rules
from tests.support.fake_commons import FakeCommons
from tests.support.fake_openverse import FakeOpenverse
from tests.support.loopback import AGENT
from tests.support.pictures import encoded, on_white, scene

QUERIES = {"A": ["elephant"], "B": ["elephant white background"]}
RULES = Rules(("cc0", "pdm", "by", "by-sa"), 100, 200_000, 6, 240, 0.95)


@dataclass(frozen=True)
class Job:
    """One fetch, as values that another process can be told."""

    folder: Path
    store: Path
    services: tuple[tuple[str, str], ...]
    wanted: int = 20
    rules: Rules = RULES
    test_share: float = 0.2
    token: str = ""

    def run(self) -> int:
        """Fetch; returns how many requests were made."""
        os.environ["OPENVERSE_TOKEN"] = self.token
        with (
            Web(agent=AGENT, tries=3, timeout_s=5, longest_wait_s=1, first_wait_s=0.01) as web,
            atomic_directory(self.folder) as folder,
        ):
            build(
                folder,
                self.store,
                web,
                QUERIES,
                dict(self.services),
                self.rules,
                self.wanted,
                max_results=200,
                preview_width=512,
                test_share=self.test_share,
                seed=0,
            )
            return web.count


def world(openverse: FakeOpenverse, commons: FakeCommons, each: int, creators: int = 7) -> None:
    """So many pictures for each query on each service, and among them some of every kind that is refused."""
    scenes, whites = QUERIES["A"][0], QUERIES["B"][0]
    rng = np.random.default_rng(0)
    for number in range(each):
        who = f"Photographer {rng.integers(creators)}"
        openverse.add(scenes, encoded(scene(number)), creator=who)
        openverse.add(whites, encoded(on_white(number)), creator=who)
        commons.add(
            scenes, encoded(scene(1000 + number)), artist=f"<b>{who.upper()}</b>", title=f"File:象 {number}.jpg"
        )
        commons.add(whites, encoded(on_white(1000 + number)), artist=f"<a href='x'>Artist {rng.integers(creators)}</a>")
        if number % 5 == 0:
            openverse.add(whites, encoded(scene(2000 + number)))  # no white border
            openverse.add(
                scenes, encoded(on_white(number).resize((240, 180)), quality=60)
            )  # which is on the other side
            commons.add(scenes, encoded(scene(number), quality=50))  # which the other service has
            commons.add(scenes, encoded(scene(3000 + number)), licence=("GFDL", ""))
            openverse.add(scenes, b"<html>no longer here</html>")
            openverse.files[openverse.add(scenes, encoded(scene(4000 + number)))].headers = {"X-Robots-Tag": "noai"}
