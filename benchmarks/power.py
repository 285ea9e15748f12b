"""What `crossnet claims` can find: C1 and C2 judged in simulated studies, with and without a true effect.

`python -m benchmarks.power` prints the share of each verdict, for docs/claims.md.
"""

from collections import Counter

import numpy as np
from scipy.optimize import brentq
from scipy.stats import nct, t

from crossnet.analysis.claims import judge
from crossnet.analysis.comparisons import LEVEL
from crossnet.analysis.rows import Experiments, Row
from crossnet.analysis.runs import Run
from crossnet.analysis.settings import ABLATION, METHODS

MARGIN = 1.0  # all else is in units of it
STUDIES = 400
CLAIMS = ("C1", "C1, last step", "C2")
SHOWN = ("holds", "no difference", "does not hold", "undecided")
INPUT = 100.0  # the distance of the untranslated input, which every row is below


def study(rng: np.random.Generator, seeds: int, step: float, spread: float) -> list[Row]:
    """Rows of an ablation whose distances fall by `step` with each loss, CrossNet's below CycleGAN's by one more.

    spread: standard deviation over seeds. Step and spread are in margins.
    """
    means = {"CycleGAN": -2 * step} | {name: -place * step for place, name in enumerate(ABLATION)}
    rows = []
    for name, mean in means.items():
        method = "cyclegan" if name == METHODS["cyclegan"] else "crossnet"
        runs = {}
        for seed in range(seeds):
            values = rng.normal(10 + mean, spread, 2)
            metrics = {f"kid_efflite0.{way}": float(v) for way, v in zip(("to_b", "to_a"), values, strict=True)}
            metrics |= {f"kid_efflite0.{way}_source": INPUT for way in ("to_b", "to_a")}
            runs[seed] = Run(name, "", method, seed, {}, "", metrics, None, "")
        rows.append(Row(name, method, {}, "", runs))
    return rows


def verdicts(seeds: int, step: float, spread: float, studies: int) -> dict[str, Counter[str]]:
    """How often each verdict was reached, by claim."""
    rng = np.random.default_rng(0)
    found: dict[str, Counter[str]] = {}
    for _ in range(studies):
        experiments = Experiments("simulated", "laptop", study(rng, seeds, step, spread))
        for claim in judge(experiments, {"kid_efflite0": MARGIN}):
            found.setdefault(claim.claim, Counter())[claim.verdict] += 1
    return found


def detectable(seeds: int, power: float = 0.8) -> float:
    """The true difference, in standard deviations over seeds, that Welch's test finds with this power."""
    df, scale = 2 * seeds - 2, (seeds / 2) ** 0.5
    critical = t.isf(LEVEL / 2, df)
    return float(brentq(lambda d: nct.sf(critical, df, d * scale) - power, 0.1, 20))


if __name__ == "__main__":
    print(f"| seeds | step | spread | {' | '.join(SHOWN)} |")
    print("|---|---|---|---|---|---|---|")
    for seeds in (5, 10):
        for step, spread in ((0, 0.25), (0, 0.5), (0, 1), (1.5, 0.25), (1.5, 0.5), (2, 1), (-1.5, 0.5)):
            found = verdicts(seeds, step, spread, STUDIES)
            shares = [" / ".join(f"{found[claim][v] / STUDIES:.2f}" for claim in CLAIMS) for v in SHOWN]
            print(f"| {seeds} | {step} | {spread} | {' | '.join(shares)} |")
    for seeds in (3, 5, 10):
        print(f"{seeds} seeds: {detectable(seeds):.2f} standard deviations are found with a chance of 0.8")
