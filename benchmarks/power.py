"""What `crossnet claims` can find: C1 and C2 judged in simulated studies, with and without a true effect.

`python -m benchmarks.power` prints the share of each verdict, for docs/claims.md.
"""

from collections import Counter

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import nct, t

from crossnet.analysis.claims import judge
from crossnet.analysis.load import Experiments
from crossnet.analysis.statistics import LEVEL
from crossnet.analysis.variants import ABLATION, CYCLEGAN

MARGIN = 1.0  # all else is in units of it
STUDIES = 400
CLAIMS = ("C1", "C1, last step", "C2")
SHOWN = ("holds", "no difference", "does not hold", "undecided")
WAYS = ("to_b", "to_a")
INPUT = 100.0  # the distance of the untranslated input, which every variant is below


def study(rng: np.random.Generator, seeds: int, step: float, spread: float) -> pd.DataFrame:
    """Runs of an ablation whose distances fall by `step` with each loss, CrossNet's below CycleGAN's by one more.

    spread: standard deviation over seeds. Step and spread are in margins.
    """
    means = {CYCLEGAN: -2 * step} | {variant: -place * step for place, variant in enumerate(ABLATION)}
    runs = []
    for variant, mean in means.items():
        for seed in range(seeds):
            distances = {
                f"kid_efflite0.{way}": v for way, v in zip(WAYS, rng.normal(10 + mean, spread, 2), strict=True)
            }
            floors = {f"kid_efflite0.{way}_source": INPUT for way in WAYS}
            run = {"variant": variant, "seed": seed, "data": "", "differs": {}, "settings": {}}
            runs.append(run | distances | floors)
    return pd.DataFrame(runs)


def verdicts(seeds: int, step: float, spread: float, studies: int) -> dict[str, Counter[str]]:
    """How often each verdict was reached, by claim."""
    rng = np.random.default_rng(0)
    found: dict[str, Counter[str]] = {}
    for _ in range(studies):
        experiments = Experiments("simulated", "laptop", study(rng, seeds, step, spread))
        for judged in judge(experiments, {"kid_efflite0": MARGIN}):
            found.setdefault(judged.claim, Counter())[judged.verdict] += 1
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
