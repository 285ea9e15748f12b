"""`crossnet compare`, `claims` and `ablation` on real experiments, made by DVC in a small repository."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from crossnet.analysis.load import by_variant, copy_files, load
from crossnet.cli import app
from tests.support.cloned import commit, hashes, run, set_parameter
from tests.support.experiments import EXPERIMENTS, make

FIGURES = (
    "ablation_to_b",
    "ablation_to_a",
    "side_by_side",
    "latent_to_b",
    "latent_to_a",
    "foregrounds",
    "roc",
    "code_rank",
)
OUT = Path("reports/experiments/tiny")

pytestmark = pytest.mark.filterwarnings("default")  # of DVC's libraries, which run in this process


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiments")
    make(folder)
    return folder


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    return made


@pytest.fixture(scope="module")
def compared(made: Path) -> Result:
    """What `crossnet compare` said; what it wrote is in OUT."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        return crossnet("compare")


def crossnet(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_rows_differ_in_more_than_the_seed_and_say_mean_and_spread(here: Path, compared: Result) -> None:
    assert compared.exit_code == 0
    table = json.loads((OUT / "table.json").read_text())
    assert (table["task"], table["scale"]) == ("tiny", "small")
    rows = {row["name"]: row for row in table["rows"]}
    assert list(rows) == ["CrossNet", "lambda_zcyc={a: 6, b: 3}", "CycleGAN"]
    assert rows["CrossNet"]["seeds"] == rows["CycleGAN"]["seeds"] == [0, 1]
    assert rows["CrossNet"]["settings"] == {}
    assert rows["lambda_zcyc={a: 6, b: 3}"]["settings"] == {"lambda_zcyc": {"a": 6, "b": 3}}
    auc = rows["CrossNet"]["metrics"]["foreground.auc"]
    assert auc == {"mean": pytest.approx(0.905), "std": pytest.approx(0.01 / 2**0.5), "n": 2, "better": "higher"}
    assert rows["lambda_zcyc={a: 6, b: 3}"]["metrics"]["kid_efflite0.to_b"]["std"] is None
    tests = {(t["metric"], t["first"], t["second"]): t for t in table["tests"]}
    found = tests["foreground.auc", "CycleGAN", "CrossNet"]
    assert found["n"] == [2, 2]
    assert found["difference"] == pytest.approx(-0.1)
    assert (found["p"], found["margin"], found["result"]) == (None, 0.02, "undecided")
    runs = {line["experiment"]: line for line in lines(OUT / "table.csv")}
    assert set(runs) == set(EXPERIMENTS)
    assert float(runs["cyclegan-1"]["foreground.auc"]) == pytest.approx(0.81)
    assert float(runs["full-0"]["seconds"]) == 120
    assert "| kid_efflite0.to_b ↓ | 0.105 ± 0.007 | " in (OUT / "table.md").read_text()
    assert "| 1.000 (untranslated input) | – |" in (OUT / "table.md").read_text()


def test_every_figure_is_drawn_light_and_dark_with_its_data(here: Path, compared: Result) -> None:
    assert "not drawn" not in compared.output
    for name in FIGURES:
        for path in (OUT / "figures" / f"{name}.png", OUT / "figures" / "dark" / f"{name}.png"):
            with Image.open(path) as image:
                assert min(image.size) > 300
    rates = [line for line in lines(OUT / "figures/roc.csv") if line["method"] == "CrossNet" and line["fpr"] == "0.5"]
    assert [(float(r["tpr_mean"]), float(r["tpr_low"]), float(r["tpr_high"]), r["seeds"]) for r in rates] == [
        (0.905, 0.9, 0.91, "2")
    ]
    columns = {(line["column"], line["seed"]): line for line in lines(OUT / "figures/ablation_to_b.csv")}
    assert float(columns["CrossNet", "1"]["value"]) == pytest.approx(0.11)
    codes = lines(OUT / "figures/latent_to_a.csv")
    assert {(line["method"], line["image"]) for line in codes} == {
        (method, str(i)) for method in ("CrossNet", "CycleGAN") for i in range(4)
    }
    courses = [line for line in lines(OUT / "figures/code_rank.csv") if line["method"] == "CrossNet"]
    assert {
        (line["seed"], line["step"]): line["effective_rank"] for line in courses if line["code"] == "code_rank/z_a"
    } == {(str(seed), str(step)): f"{40 / (1 + step) + seed + 1:.4g}" for seed in (0, 1) for step in (0, 10, 20)}
    code = np.load(next(Path("data/translated/codes/to_a").glob("0.npy")))  # of softer-0, which shares seed 0's noise
    crossnet_0 = next(line for line in codes if line["method"] == "CrossNet" and line["image"] == "0")
    assert float(crossnet_0["magnitude_max"]) == pytest.approx(
        float(np.linalg.norm(code.astype(float), axis=0).max()), abs=1e-3
    )


def test_what_is_not_at_hand_is_left_out_of_figures_and_not_of_the_table(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    monkeypatch.chdir(copy)
    lock = YAML(typ="safe", pure=True).load(run(copy, "git", "show", "refs/exps/" + _ref(copy, "cyclegan-0")))
    outs = {out["path"]: out["md5"] for out in lock["stages"]["train"]["outs"]}
    digest = outs["data/translated"]
    (copy / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).unlink()
    assert load(copy, "tiny", "small", []).runs["variant"].iloc[-1] == "CycleGAN"
    result = crossnet("compare", "--figure", "latent")
    assert result.exit_code == 0
    reported = [line for line in result.stderr.splitlines() if "cyclegan-0: data/translated" in line]
    assert len(reported) == 1
    assert "dvc fetch" in reported[0]
    assert (
        f"make it again at {run(copy, 'git', 'rev-parse', 'HEAD')[:7]}: dvc exp run -S method=cyclegan" in reported[0]
    )
    assert {line["method"] for line in lines(OUT / "figures/latent_to_b.csv")} == {"CrossNet"}


def _ref(folder: Path, name: str) -> str:
    refs = run(folder, "git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
    return next(ref for ref in refs if ref.endswith(f"/{name}")).removeprefix("refs/exps/") + ":dvc.lock"


def test_a_commit_counts_with_the_parameters_that_it_was_made_with_and_no_other(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    experiment = "refs/exps/" + _ref(copy, "full-1").removesuffix(":dvc.lock")
    run(copy, "git", "checkout", "--quiet", experiment, "--", "dvc.lock", "params.yaml", "reports/metrics.json")
    speed = copy / "reports/training/metrics.json"
    speed.write_text('{"images_per_second": 1.5}')  # of another machine: no other result
    run(copy, "git", "add", "--force", str(speed))
    commit(copy, "a run")
    alike = load(copy, "tiny", "small", [])
    assert ([*by_variant(alike.runs)], alike.notes) == (["CrossNet", "lambda_zcyc={a: 6, b: 3}", "CycleGAN"], [])
    lock = (copy / "dvc.lock").read_text()
    stages = YAML(typ="safe").load(lock)["stages"]
    [images] = [out["md5"] for out in stages["prepare"]["outs"] if out["path"] == "data/prepared"]
    (copy / "dvc.lock").write_text(lock.replace(images, "0" * 32 + ".dir", 1))  # by `dvc repro prepare` alone
    commit(copy, "other images")
    assert load(copy, "tiny", "small", []).notes == [
        "left out: HEAD: its metrics are older than what they rest on: train read another data/prepared than is "
        "there now; `dvc repro` and commit"
    ]
    (copy / "dvc.lock").write_text(lock)
    set_parameter(copy, "scales.small.training.lr", 2e-3)
    commit(copy, "edited, and nothing made anew")
    found = load(copy, "tiny", "small", [])
    assert found.notes == [
        "left out: HEAD: its results are not those of its params.yaml: scales.small.training.lr is 0.001 in dvc.lock, "
        "0.002 in params.yaml; `dvc repro` and commit"
    ]
    assert "HEAD" not in set(found.runs["experiment"])


def test_an_experiment_with_keys_that_were_renamed_is_of_the_same_variant(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    experiment = "refs/exps/" + _ref(copy, "full-1").removesuffix(":dvc.lock")
    set_parameter(copy, "scales.small.training.ema_decay", 0.9)
    commit(copy, "the new key")
    run(copy, "git", "checkout", "--quiet", "-b", "old", experiment)
    for file in (copy / "params.yaml", copy / "dvc.lock"):
        with_old = re.sub("^( +)(lr: 0.001)$", r"\1\2\n\1average: 0.9", file.read_text(), flags=re.MULTILINE)
        assert "average" in with_old
        file.write_text(with_old)
    commit(copy, "the old key")
    run(copy, "git", "checkout", "--quiet", "-")
    found = load(copy, "tiny", "small", ["old"])
    assert ([*by_variant(found.runs)], found.notes) == (["CrossNet"], [])
    assert found.runs["settings"].iloc[0]["scales.small.training.ema_decay"] == 0.9


def test_a_run_is_found_where_the_project_is_a_folder_of_a_larger_repository(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "larger/project"
    shutil.copytree(made / ".dvc/cache", project / ".dvc/cache")
    run(tmp_path / "larger", "git", "init", "--quiet")
    experiment = "refs/exps/" + _ref(made, "full-0").removesuffix(":dvc.lock")
    run(made, "git", "archive", "--output", str(tmp_path / "full-0.tar"), experiment)
    run(project, "tar", "--extract", "--file", str(tmp_path / "full-0.tar"))
    commit(project, "a run")
    monkeypatch.chdir(project)
    assert crossnet("compare", "--figure", "roc", "--out", str(tmp_path)).exit_code == 0
    assert {line["method"] for line in lines(tmp_path / "figures/roc.csv")} == {"CrossNet"}
    assert crossnet("ablation", "--seeds", "1", "--dry-run").exit_code == 0


def test_chosen_revisions_and_one_figure_alone(here: Path, tmp_path: Path) -> None:
    result = crossnet("compare", "--rev", "full-1", "--rev", "cyclegan-1", "--figure", "roc", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        "dark", "made_from.json", "roc.csv", "roc.png",
    ]  # fmt: skip
    assert not (tmp_path / "table.json").exists()
    assert {line["seeds"] for line in lines(tmp_path / "figures/roc.csv")} == {"1"}


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (
            ["compare", "--figure", "fig5"],
            "--figure fig5: is none of ablation, side_by_side, latent, foregrounds, roc, code_rank",
        ),
        (["compare", "--rev", "no-such"], "no-such: no such experiment or commit"),
        (["compare", "--rev", "HEAD:params.yaml"], "HEAD:params.yaml: no such experiment or commit"),
        (["compare", "--task", "shoes"], "params.yaml: tasks: 'shoes' is none of tiny, other"),
        (["claims", "--task", "other"], "other, small: no finished experiment"),
    ],
)
def test_misuse_is_one_line(here: Path, words: list[str], reported: str) -> None:
    result = crossnet(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {reported}")
    assert result.stderr.count("\n") == 1


def test_claims_are_written_and_two_seeds_decide_nothing(here: Path) -> None:
    result = crossnet("claims")
    assert result.exit_code == 3
    claims = {claim["claim"]: claim for claim in json.loads((OUT / "claims.json").read_text())["claims"]}
    assert {name: claim["verdict"] for name, claim in claims.items()} == {
        "C1": "not tried", "C1, last step": "not tried", "C2": "undecided", "C3": "not tried", "C4": "not tried",
        "C5": "not tried", "C5, pooled": "undecided", "C6": "measured",
    }  # fmt: skip
    assert "crossnet ablation --seeds 5 --task tiny --scale small" in claims["C1"]["why"]
    assert claims["C2"]["where"] == "tiny, small (?x? pixels), 2 seeds (0, 1)"
    assert claims["C5, pooled"]["comparisons"][0]["means"][0] == pytest.approx(0.905)
    assert "| C5, pooled | " in (OUT / "claims.md").read_text()


def test_each_run_names_what_it_was_made_from_and_the_command_that_makes_it_again(here: Path, compared: Result) -> None:
    rows = {row["name"]: row for row in json.loads((OUT / "table.json").read_text())["rows"]}
    head = run(here, "git", "rev-parse", "HEAD").strip()
    made = rows["CycleGAN"]["runs"][1]
    assert (made["seed"], made["experiment"], made["baseline"]) == (1, "cyclegan-1", head)
    assert made["command"] == "dvc exp run -S method=cyclegan -S seed=1"
    text = subprocess.run(["git", "show", f"{made['commit']}:params.yaml"], cwd=here, capture_output=True, check=True)
    assert made["params"] == hashlib.sha256(text.stdout).hexdigest()
    lock = YAML(typ="safe", pure=True).load(run(here, "git", "show", f"{made['commit']}:dvc.lock"))
    assert made["data"] == lock["stages"]["train"]["deps"][0]["md5"]
    asymmetric = rows["lambda_zcyc={a: 6, b: 3}"]["runs"][0]
    assert asymmetric["command"] == "dvc exp run -S 'lambda_zcyc={a: 6, b: 3}'"
    assert f"| CycleGAN | 1 | cyclegan-1 | {made['commit'][:7]} | {head[:7]} |" in (OUT / "table.md").read_text()


def test_the_grid_is_queued_but_what_is_there_already(here: Path) -> None:
    before = (here / "params.yaml").read_text()
    dry = crossnet("ablation", "--seeds", "1", "--dry-run")
    assert dry.exit_code == 0
    assert "# CrossNet, seed 0: finished as full-0" in dry.output
    assert "# CycleGAN, seed 0: finished as cyclegan-0" in dry.output
    commands = [line for line in dry.output.splitlines() if line.startswith("dvc exp run")]
    assert commands[0] == (
        "dvc exp run --queue --name tiny-small-gan-id-0 -S task=tiny -S scale=small -S split=test -S method=crossnet "
        "-S seed=0 -S lambda_zid=0 -S lambda_ctc=0 -S lambda_zcyc=0"
    )
    assert len(commands) == 3
    assert "# forecast: 0.1 hours of training one after another (3 of crossnet at 2.0 minutes" in dry.output
    assert crossnet("ablation", "--seeds", "1").exit_code == 0
    assert (here / "params.yaml").read_text() == before
    again = crossnet("ablation", "--seeds", "1")
    for column, slug in {"GAN+Id": "gan-id", "+ZId": "zid", "+CTC": "ctc"}.items():
        assert f"# {column}, seed 0: queued as tiny-small-{slug}-0" in again.output
    assert again.output.endswith("# nothing left to queue\n")
    (here / "params.yaml").write_text(before.replace("lr: 0.001", "lr: 0.002"))
    other = crossnet("ablation", "--seeds", "1", "--dry-run")
    (here / "params.yaml").write_text(before)
    names = [line.split()[5] for line in other.output.splitlines() if line.startswith("dvc exp run")]
    assert names == [f"tiny-small-{name}" for name in ("gan-id-0-2", "zid-0-2", "ctc-0-2", "crossnet-0", "cyclegan-0")]


def test_fewer_runs_replace_more_only_when_asked(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    shutil.rmtree(copy / OUT, ignore_errors=True)
    monkeypatch.chdir(copy)
    assert crossnet("compare").exit_code == 0
    assert crossnet("claims").exit_code == 3
    before = hashes(OUT)
    there = "was made from 5 runs of tiny at small (CrossNet: 2, lambda_zcyc={a: 6, b: 3}: 1, CycleGAN: 2)"
    now = "it would be replaced by 2 runs of tiny at small (CrossNet: 2)"
    fewer = ("--rev", "full-0", "--rev", "full-1")
    for words in (["compare"], ["claims"], ["compare", "--figure", "roc"]):
        result = crossnet(*words, *fewer)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            f"error: {OUT / 'table.json'}: {there}; {now}; --overwrite replaces it, --out names another folder\n"
        )
    for name in ("table.json", "table.csv", "table.md", "claims.json", "claims.md"):
        (OUT / name).rename(copy / name)
    result = crossnet("compare", *fewer, "--figure", "roc")
    assert f"error: {OUT / 'figures'}: {there}; {now}" in result.stderr
    for name in ("table.json", "table.csv", "table.md", "claims.json", "claims.md"):
        (copy / name).rename(OUT / name)
    assert hashes(OUT) == before
    assert crossnet("compare", "--figure", "roc").exit_code == 0  # as many runs replace as many
    assert crossnet("claims").exit_code == 3
    assert crossnet("claims", *fewer, "--overwrite").exit_code == 3
    assert json.loads((OUT / "claims.json").read_text())["rows"] == [{"name": "CrossNet", "seeds": [0, 1]}]


def test_a_name_of_a_branch_is_shown_as_text_in_every_table(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    monkeypatch.chdir(copy)
    monkeypatch.setattr("crossnet.analysis.figures.FIGURES", {})
    finished, bare = "=1+1|`<img/src=x>", "=2|`<img/src=y>"
    run(copy, "git", "branch", finished, "refs/exps/" + _ref(copy, "full-0").removesuffix(":dvc.lock"))
    run(copy, "git", "branch", bare, "HEAD")
    for command, status in (("compare", 0), ("claims", 3)):
        assert crossnet(command, "--rev", finished, "--rev", bare, "--out", str(tmp_path)).exit_code == status
    assert [line["experiment"] for line in lines(tmp_path / "table.csv")] == [f"'{finished}"]
    table, claims = ((tmp_path / name).read_text() for name in ("table.md", "claims.md"))
    assert r"| =1+1\|\`\<img/src=x\> |" in table
    assert all(r"left out: =2\|\`\<img/src=y\>: " in text for text in (table, claims))


BAD: dict[str, tuple[str, str, str]] = {  # a fault -> the file, what replaces the pattern of the second, the reason
    "an empty pair": ("params.yaml", "lambda_id: {}", "params.yaml: lambda_id: {} is neither a number nor"),
    "half a pair": ("params.yaml", "lambda_id: {a: 1}", "params.yaml: lambda_id: {a: 1} is neither a number nor"),
    "a NaN parameter": ("params.yaml", "lambda_id: .nan", "params.yaml: lambda_id is nan; wanted a finite number"),
    "a huge parameter": ("params.yaml", f"lambda_id: 1{'0' * 400}", "params.yaml: lambda_id is too large"),
    "a date": ("params.yaml", "lambda_id: 2020-01-01", "params.yaml: lambda_id: found a date"),
    "no mapping": ("params.yaml", "- 1", "params.yaml: wanted keys and values, found list"),
    "a bomb": (
        "params.yaml",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "\n".join(f"{x}: &{x} [{','.join(['*' + w] * 9)}]" for w, x in zip("abcdefgh", "bcdefghi", strict=True)),
        "params.yaml: more than 50000 values",
    ),
    "a loop": ("params.yaml", "a: &a [*a]", "params.yaml: more than 50000 values, or nested more than 50 deep"),
    "a seed that is none": ("params.yaml", "seed: one", "params.yaml: seed: "),
    "a torn pipeline": ("dvc.yaml", "stages: [", "unable to read: 'dvc.yaml'"),
    "a deep pipeline": ("dvc.yaml", "[" * 3000, "cannot be read: RecursionError"),
    "a torn lock": ("dvc.lock", "schema: '2.0'\nstages:\n  train:\n    cmd: [x", "dvc.lock"),
    "a lock's list": ("dvc.lock", "schema: '2.0'\nstages: [1]\n", ""),
    "no path": ("dvc.lock", "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    deps:\n    - md5: b\n", ""),
    "NaN": (
        "reports/metrics.json",
        '{"kid_efflite0": {"to_b": NaN}}',
        "kid_efflite0.to_b is nan; wanted a finite number",
    ),
    "Infinity": ("reports/metrics.json", '{"a": -Infinity}', "reports/metrics.json: a is -inf; wanted a finite number"),
    "1e300": (
        "reports/metrics.json",
        '{"foreground": {"auc": 1e300}}',
        "foreground.auc is 1e+300; wanted a finite number",
    ),
    "a huge integer": ("reports/metrics.json", f'{{"a": 1{"0" * 400}}}', "reports/metrics.json: a is too large"),
    "more digits": ("reports/metrics.json", f'{{"a": 1{"0" * 5000}}}', "reports/metrics.json: "),
    "deep": ("reports/metrics.json", '{"a":' * 3000 + "1" + "}" * 3000, "reports/metrics.json: nested too deeply"),
    "torn": ("reports/metrics.json", '{"foreground": {"auc": 0.', "reports/metrics.json: "),
    "not UTF-8": ("reports/metrics.json", "\udcff", "reports/metrics.json: "),
    "a megabyte": ("reports/metrics.json", f'{{"a": "{"x" * 2**20}"}}', "reports/metrics.json: more than 262144 bytes"),
}


def test_a_bad_experiment_is_left_out_with_its_reason_and_the_rest_is_compared(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, symlinks=True)
    monkeypatch.chdir(copy)
    good = "refs/exps/" + _ref(copy, "full-1").removesuffix(":dvc.lock")
    revisions = {fault: f"bad-{number}" for number, fault in enumerate(BAD)}
    for fault, (file, content, _) in BAD.items():
        run(copy, "git", "checkout", "--quiet", "--force", "-B", revisions[fault], good)
        key = content.partition(": ")[0]
        text = (copy / file).read_text()
        if file == "params.yaml" and re.search(f"^{key}:", text, re.MULTILINE):
            content = re.sub(f"^{key}: .*$", content.replace("\\", ""), text, flags=re.MULTILINE)
        (copy / file).write_bytes(content.encode("utf-8", "surrogateescape"))
        run(copy, "git", "commit", "--quiet", "--no-verify", "-am", fault)
    run(copy, "git", "checkout", "--quiet", "--force", "-")
    revs = [word for name in (*revisions.values(), "full-0") for word in ("--rev", name)]
    result = crossnet("compare", *revs, "--figure", "roc", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    reported = dict(line.removeprefix("left out: ").split(": ", 1) for line in result.stderr.splitlines())
    assert [*reported] == [*revisions.values()]
    for fault, (_, _, reason) in BAD.items():
        assert reason in reported[revisions[fault]], fault
    assert {line["method"] for line in lines(tmp_path / "out/figures/roc.csv")} == {"CrossNet"}


@pytest.mark.parametrize(
    ("place", "content", "figure"),
    [
        ("data/translated/to_b/0.png", b"no image", "side_by_side"),
        ("data/translated/codes/to_b/0.npy", b"no array", "latent"),
        ("reports/plots/roc/translation.csv", b"no,table\n1,2\n", "roc"),
        ("reports/training/plots/metrics/code_rank/z_a.tsv", b"\xff\xfe", "code_rank"),
    ],
)
def test_a_run_whose_files_are_broken_is_left_out_of_a_figure_and_the_rest_is_shown(
    place: str, content: bytes, figure: str, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(root: Path, run: dict[str, Any], places: list[str], into: Path, optional: bool = False) -> None:
        copy_files(root, run, places, into, optional)
        if run["experiment"] == "cyclegan-0" and any(place.startswith(each) for each in places):
            (into / place).write_bytes(content)

    monkeypatch.setattr("crossnet.analysis.figures.copy_files", damaged)
    revs = ("--rev", "full-0", "--rev", "cyclegan-0")
    result = crossnet("compare", *revs, "--figure", figure, "--out", str(tmp_path))
    assert result.exit_code == 0
    reported = [line for line in result.stderr.splitlines() if line.startswith("left out of a figure: cyclegan-0: ")]
    assert len(reported) == 1
    assert "cannot be read: " in reported[0]
    assert list((tmp_path / "figures").glob(f"{figure}*.png"))


def test_runs_that_differ_in_their_seed_are_of_one_version_of_the_code(here: Path) -> None:
    found = load(here, "tiny", "small", ["full-0", "full-1"])
    assert found.runs["seconds"].nunique() == 2  # a later stage reads them
    assert found.notes == []
