"""The paper's claims C1 to C6 as data, and their verdicts on the runs of a task: docs/claims.md has the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import pandas as pd

from crossnet.analysis.load import Experiments, better, declared, margin, scores, values
from crossnet.analysis.statistics import (
    Comparison,
    FloorTest,
    Values,
    against_floor,
    compare,
    corrected,
    trend,
)
from crossnet.analysis.variants import ABLATION, CYCLEGAN, FULL, METHODS

Verdict = Literal[
    "holds", "does not hold", "no difference", "undecided", "undecided: below its floor", "measured", "not tried"
]
INPUT = "untranslated input"  # in place of a variant: the values of a metric's `_source`
ASYMMETRIC = "asymmetric weights"  # in place of a variant: all whose weights differ by direction alone
SEEDS = 5  # that the commands of claims that were not tried ask for
TO_B, BOTH_WAYS = ("distance.to_b",), ("distance.to_b", "distance.to_a")  # FID or KID, as `distance` decides
WITHIN, POOLED = "foreground.auc_within_place", "foreground.auc"
ABLATE = "crossnet ablation --seeds {seeds} --task {task} --scale {scale}"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper: every metric is better for the first variant of each pair, or gets better along `order`.

    Attributes:
        name, statement: as docs/claims.md has them.
        metrics: keys of metrics.json.
        pairs: (first, second), compared by Welch's test.
        order: variants of a trend, in place of pairs.
        judged: whether there is a verdict; else it is measured alone.
        needs_all: whether every variant needs every metric; else one pair with one metric is enough.
        tasks: the start of the tasks' names that it is about.
        command: makes the runs that are missing.
        share: the words and the key of a share that is reported with it.
    """

    name: str
    statement: str
    metrics: Sequence[str]
    pairs: Sequence[tuple[str, str]] = ()
    order: Sequence[str] = ()
    judged: bool = True
    needs_all: bool = True
    tasks: str = ""
    command: str = ABLATE
    share: tuple[str, str] | None = None


CLAIMS = (
    Claim(
        "C1",
        "The distance falls as the three latent losses are added one by one to GAN + Id (Fig. 5, §4.1).",
        BOTH_WAYS,
        order=[*ABLATION],
    ),
    Claim(
        "C1, last step",
        "The distance is least with all three latent losses: CrossNet's is below +CTC's (Fig. 5, §4.1).",
        BOTH_WAYS,
        [(FULL, "+CTC")],
    ),
    Claim("C2", "CrossNet's distance is below CycleGAN's (§4.1, §4.2).", BOTH_WAYS, [(FULL, CYCLEGAN)]),
    Claim(
        "C3",
        "An admission: specular and diffuse are translated both ways, and the background changes (§5.1).",
        BOTH_WAYS,
        [(FULL, INPUT)],
        judged=False,
        tasks="specular2diffuse",
        share=("Background pixels changed", "paired.to_b_background_changed"),
    ),
    Claim(
        "C4",
        "Telephone to DSLR: the supervised DPED has the best distance, CrossNet the best of the unsupervised methods "
        "(§5.2).",
        TO_B,
        [(METHODS["dped"], FULL), *((FULL, METHODS[other]) for other in ("cyclegan", "munit", "drit"))],
        tasks="iphone2dslr",
        command="dvc exp run --queue -S task={task} -S method=... -S 'seed=range(0,{seeds})'",
    ),
    Claim(
        "C5",
        "Foreground: CrossNet's AUC within place is above that of the others (Fig. 10 has the pooled one).",
        (WITHIN,),
        [(FULL, CYCLEGAN), (FULL, METHODS["aggan"])],
        needs_all=False,
    ),
    Claim(
        "C5, pooled",
        "Foreground: CrossNet's AUC of all pixels is above that of the others (Fig. 10).",
        (POOLED,),
        [(FULL, CYCLEGAN), (FULL, METHODS["aggan"])],
        needs_all=False,
    ),
    Claim(
        "C6",
        "A question: do asymmetric constraints serve an asymmetric task better (§6)?",
        (*BOTH_WAYS, WITHIN, POOLED),
        [(ASYMMETRIC, FULL)],
        judged=False,
        needs_all=False,
        command="dvc exp run --queue -S task={task} -S 'lambda_zcyc={{a: 6, b: 3}}' -S 'seed=range(0,{seeds})'",
    ),
)


@dataclass(frozen=True)
class Judgement:
    """A claim's verdict on a task, and the tests behind it.

    where: task, scale, image size and seeds. why: what a reader has to know besides the tests; of a claim that was not
    tried, what is missing and the command that makes it.
    """

    claim: str
    statement: str
    verdict: Verdict
    where: str
    why: str = ""
    comparisons: Sequence[Comparison] = field(default_factory=list)
    floors: Sequence[FloorTest] = field(default_factory=list)


def judge(found: Experiments, margins: Mapping[str, float]) -> list[Judgement]:
    """Judge all claims on a task, by the runs on the images that most runs have. margins: by kind of metric."""
    return [_judge(claim, found, margins) for claim in CLAIMS]


def verdict_of(comparisons: Sequence[Comparison]) -> Verdict:
    """The verdict on a claim that needs all of these comparisons."""
    results = {each.result for each in comparisons}
    if results == {"as claimed"}:
        return "holds"
    if results == {"no difference"}:
        return "no difference"
    return "does not hold" if any(each.refutes for each in comparisons) else "undecided"


def exit_status(judgements: Sequence[Judgement]) -> int:
    """0: all that were judged hold. 1: one does not hold or shows no difference. 3: else, or none was judged."""
    verdicts = {each.verdict for each in judgements} - {"not tried", "measured"}
    return 1 if verdicts & {"does not hold", "no difference"} else 0 if verdicts == {"holds"} else 3


def late_margins(runs: pd.DataFrame, margins: Mapping[str, float]) -> list[str]:
    """A line where runs were made with other margins than these, or with none, in their params.yaml."""
    late = runs[[each != margins for each in runs["margins"]]]
    if late.empty:
        return []
    return [
        f"note: claims.margins were not stated before {len(late)} of {len(runs)} runs, such as "
        f"{late['experiment'].iloc[0]}: their verdicts of no difference are by margins that are younger"
    ]


def distance(groups: Sequence[pd.DataFrame]) -> str:
    """The distance that variants are compared by: FID where all have it, else KID on EfficientNet-Lite0 features."""
    return "fid" if groups and all(len(values(runs, "fid.to_b")) for runs in groups) else "kid_efflite0"


def _judge(claim: Claim, found: Experiments, margins: Mapping[str, float]) -> Judgement:
    if not found.task.startswith(claim.tasks):
        return _not_tried(claim, found, f"it is about {claim.tasks}", f"crossnet claims --task {claim.tasks}")
    pairs = _pairs(claim, found)
    named = dict.fromkeys([*claim.order, *(each for pair in pairs for each in pair)])
    variants = [each for each in named if each != INPUT]
    kind = distance([runs for each in variants if len(runs := found.of(each))])
    metrics = [metric.replace("distance", kind) for metric in claim.metrics]
    every = {(each, metric): _sample(found, each, metric) for each, metric in product(named, metrics)}
    samples = {key: sample for key, sample in every.items() if len(sample)}
    testable = [
        (metric, first, second)
        for metric in metrics
        for first, second in pairs
        if (first, metric) in samples and (second, metric) in samples
    ]
    if not (set(product(variants, metrics)) <= samples.keys() if claim.needs_all else testable):
        why = _missing(found, variants if claim.needs_all else pairs[0], metrics, samples)
        return _not_tried(claim, found, why, claim.command)
    comparisons = [
        trend(metric, [samples[each, metric] for each in claim.order], margin(metric, margins), better(metric))
        for metric in metrics
        if claim.order
    ] + [
        compare(
            metric,
            samples[first, metric],
            samples[second, metric],
            margin(metric, margins),
            better(metric) if claim.judged else None,
        )
        for metric, first, second in testable
    ]
    tested = corrected(comparisons)
    where = _where(found, [each for each in variants if any((each, metric) in samples for metric in metrics)])
    notes = [f"{each}." for each in found.other_images(variants).values()]
    if claim.share and len(share := values(found.of(FULL), claim.share[1])):
        notes.insert(0, f"{claim.share[0]}: {share.mean():.1%}.")
    if not claim.judged:
        return Judgement(claim.name, claim.statement, "measured", where, " ".join(notes), tested)
    floors = {metric: _floors(found, metric, samples) for metric in dict.fromkeys(each.metric for each in tested)}
    unknown = [f"No run has a floor of {metric}." for metric, tests in floors.items() if not tests]
    tests = [test for of_metric in floors.values() for test in of_metric]
    verdict = "undecided" if unknown else verdict_of(tested)
    if any(test.gain <= 0 or (verdict != "undecided" and not test.beaten) for test in tests):
        verdict = "undecided: below its floor"
    low = dict.fromkeys(test.metric for test in tests if not test.beaten)
    close = [f"Not surely above its floor: {', '.join(low)}."] if low else []
    why = " ".join([*unknown, *close, *notes])
    return Judgement(claim.name, claim.statement, verdict, where, why, tested, tests)


def _pairs(claim: Claim, found: Experiments) -> list[tuple[str, str]]:
    """The pairs of a claim, with each variant of asymmetric weights that there is."""
    asymmetric = [
        str(variant)
        for variant, differs in zip(found.comparable["variant"], found.comparable["differs"], strict=True)
        if differs and all(isinstance(value, dict) for value in differs.values())
    ]
    return [
        (each, second)
        for first, second in claim.pairs
        for each in (dict.fromkeys(asymmetric) if first == ASYMMETRIC and asymmetric else [first])
    ]


def _sample(found: Experiments, variant: str, metric: str) -> Values:
    """A metric of a variant by seed, named after the variant."""
    if variant == INPUT:
        return values(found.of(FULL), f"{metric}_source").rename(INPUT)
    return scores(found.of(variant), metric).rename(variant)


def _floors(found: Experiments, metric: str, samples: Mapping[tuple[str, str], Values]) -> list[FloorTest]:
    """Test the variant with the best mean against each floor of the metric that its runs have."""
    candidates = [sample for (_, each), sample in samples.items() if each == metric]
    best = max(candidates, key=lambda sample: float(sample.mean()) * better(metric))
    floors = [
        values(found.of(str(best.name)), key).rename(key)
        for key in (f"{metric}{end}" for end in declared()[metric].floors)
    ]
    return [against_floor(metric, best, floor, better(metric) == 1) for floor in floors if len(floor)]


def _missing(
    found: Experiments, needed: Sequence[str], metrics: Sequence[str], samples: Mapping[tuple[str, str], Values]
) -> str:
    """Why a claim cannot be tried: variants without comparable runs, or without a metric."""
    lacking = [each for each in needed if not len(found.of(each))]
    if not lacking:
        without = [each for each in needed if not all((each, metric) in samples for metric in metrics)]
        return f"{', '.join(without)} has no {', '.join(metrics)}"
    elsewhere = found.other_images(lacking)
    nowhere = [each for each in lacking if each not in elsewhere]
    return "; ".join([*([f"no runs of {', '.join(nowhere)}"] if nowhere else []), *elsewhere.values()])


def _not_tried(claim: Claim, found: Experiments, why: str, command: str) -> Judgement:
    command = command.format(task=found.task, scale=found.scale, seeds=SEEDS)
    text = f"{why[0].upper()}{why[1:]}. To try it: `{command}`."
    return Judgement(claim.name, claim.statement, "not tried", _where(found, []), text)


def _where(found: Experiments, variants: Sequence[str]) -> str:
    """Task, scale, pixels and seeds: no verdict says more than these."""
    runs = found.comparable[found.comparable["variant"].isin(variants)]
    if runs.empty:
        return f"{found.task}, {found.scale}"
    sizes = sorted({str(each.get(f"scales.{found.scale}.images.size", "?")) for each in runs["settings"]})
    seeds = sorted(set(runs["seed"]))
    pixels = ", ".join(f"{size}x{size}" for size in sizes)
    count = f"{len(seeds)} seed{'s' * (len(seeds) != 1)}"
    return f"{found.task}, {found.scale} ({pixels} pixels), {count} ({', '.join(map(str, seeds))})"
