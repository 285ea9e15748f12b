"""Who imports whom, and what each stage depends on: DVC does not follow Python's imports, so this does."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crossnet.data.base import datasets
from crossnet.params.methods import declared
from crossnet.params.user_files import READ, WRITTEN
from tests.support.paths import ROOT

STAGES: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(ROOT / "dvc.yaml")["stages"]
METHODS = sorted(declared())
DATASETS = {f"crossnet/data/{source}.py" for source in datasets()}
OF_METHODS = {f"crossnet/methods/{name}.py" for name in METHODS}
DOOR = ROOT / "crossnet/__init__.py"  # fetches the Python API for those who ask for it; no stage does
HEAVY = {"torch", "torchvision", "mitsuba", "drjit", "lightning_fabric"}

Imported = frozenset[str]


def sources(*folders: str) -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for folder in folders for p in (ROOT / folder).rglob("*.py"))


def statements(tree: ast.AST, everywhere: bool) -> Iterator[ast.AST]:
    """All nodes, or those outside of functions alone; none that type checkers alone read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from statements(node, everywhere)


@cache
def imports(file: str, everywhere: bool = True) -> Imported:
    """The modules that a file imports, absolute; of `from a import b` both a and a.b."""
    package = file.removesuffix(".py").split("/")[:-1]
    found: set[str] = set()
    for node in statements(ast.parse((ROOT / file).read_text()), everywhere):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def has_code(file: Path) -> bool:
    return file != DOOR and any(not isinstance(node, ast.Expr) for node in ast.parse(file.read_text()).body)


def files_of(modules: Imported) -> set[str]:
    """The files of first-party modules, and those of their packages that hold more than a docstring."""
    found = set()
    for module in modules:
        path = ROOT / Path(*module.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if module.split(".")[0] in ("crossnet", "stages") and file.is_file():
                found.add(file)
                packages = [parent / "__init__.py" for parent in file.parents if ROOT in parent.parents]
                found |= {init for init in packages if has_code(init)}
    return {str(file.relative_to(ROOT)) for file in found if file.name != "__init__.py" or has_code(file)}


def loads_a_method(file: str) -> bool:
    return 'import_module(f"crossnet.methods.' in (ROOT / file).read_text()


def loads_its_package(file: str) -> bool:
    return "iter_modules(" in (ROOT / file).read_text()


@cache
def reached(file: str, method: str | None = None, everywhere: bool = True) -> Imported:
    """A file and every first-party file that it imports, transitively; those that are loaded by name too."""
    known, ahead = set(), {file}
    if file == "stages/check.py":  # which hashes the code of a data set
        ahead |= DATASETS
    while ahead:
        known |= ahead
        here = {found for each in ahead for found in files_of(imports(each, everywhere))}
        if method and any(map(loads_a_method, ahead)):
            here.add(f"crossnet/methods/{method}.py")
        here |= {found for each in ahead if loads_its_package(each) for found in sources(str(Path(each).parent))}
        ahead = here - known
    return frozenset(known)


def packages(file: str) -> set[str]:
    """The third-party packages that a file imports itself."""
    return {module.split(".")[0] for module in imports(file)} - sys.stdlib_module_names - {"crossnet", "stages", ""}


def outs(stage: str, *kinds: str) -> dict[str, dict[str, Any]]:
    """What a stage declares to write, of these kinds or of all, each with its options."""
    listed = [out for kind in kinds or ("outs", "plots", "metrics") for out in STAGES[stage].get(kind, [])]
    return {path: options for out in listed for path, options in ({out: {}} if isinstance(out, str) else out).items()}


def entry(stage: str) -> str:
    """The file of `python -m stages.<name>`."""
    found = re.search(r"-m (stages\.\w+)", STAGES[stage]["cmd"])
    assert found, STAGES[stage]["cmd"]
    return found[1].replace(".", "/") + ".py"


def code_deps(stage: str, method: str) -> set[str]:
    """What a stage declares to depend on among the code."""
    declared = {dep.replace("${method}", method) for dep in STAGES[stage]["deps"]}
    return {dep for dep in declared if dep.startswith(("crossnet/", "stages/"))}


def inside(file: str, dep: str) -> bool:
    return file == dep or file.startswith(f"{dep}/")


EVERY_STAGE = pytest.mark.parametrize("stage", STAGES)
EVERY_METHOD = pytest.mark.parametrize("method", METHODS)


@EVERY_STAGE
@EVERY_METHOD
def test_all_that_a_stage_imports_lies_within_what_it_declares(stage: str, method: str) -> None:
    deps = code_deps(stage, method)
    undeclared = {file for file in reached(entry(stage), method) if not any(inside(file, dep) for dep in deps)}
    assert undeclared == set()


@EVERY_STAGE
@EVERY_METHOD
def test_all_that_a_stage_declares_it_imports(stage: str, method: str) -> None:
    own = f"crossnet/methods/{method}.py"
    files = {file for other in METHODS for file in reached(entry(stage), other) if file not in OF_METHODS - {own}}
    unneeded = {dep for dep in code_deps(stage, method) if not any(inside(file, dep) for file in files)}
    assert unneeded == set()


@EVERY_STAGE
@EVERY_METHOD
def test_what_a_stage_declares_exists(stage: str, method: str) -> None:
    assert {dep for dep in code_deps(stage, method) if not (ROOT / dep).exists()} == set()


@pytest.mark.parametrize("stage", ["train", "translate"])
@EVERY_METHOD
def test_a_stage_that_runs_a_method_depends_on_that_one_alone(stage: str, method: str) -> None:
    own = {f"crossnet/methods/{method}.py"}
    assert reached(entry(stage), method) & OF_METHODS == code_deps(stage, method) & OF_METHODS == own


@pytest.mark.parametrize("stage", sorted(set(STAGES) - {"train", "translate"}))
def test_no_other_stage_depends_on_a_method(stage: str) -> None:
    assert not reached(entry(stage), "crossnet") & OF_METHODS


WEIGHTS = {*(f"lambda_{loss}" for loss in declared()["crossnet"].losses), "methods.${method}"}


def test_no_path_of_the_users_may_meet_what_a_stage_reads_or_writes() -> None:
    named = {name for stage in STAGES for name in (*outs(stage), *STAGES[stage]["deps"])}
    assert {name for name in named if not any(inside(name, own) for own in (*WRITTEN, *READ))} == set()


PARAMETERS = {  # what stages read of their parameters, and the keys that this comes from
    "task": {"task"},
    "method": {"method"},
    "scale": {"scale"},
    "seed": {"seed"},
    "task_options": {"tasks.${task}"},
    "images": {"scales.${scale}.images"},
    "networks": {"scales.${scale}.networks"},
    "training": {"scales.${scale}.training"},
    "weights": WEIGHTS,
    "setup": WEIGHTS | {"scales.${scale}.networks", "scales.${scale}.training"},
    "model_description": WEIGHTS
    | {"task", "method", "seed", "scales.${scale}.images.size", "scales.${scale}.networks", "scales.${scale}.training"},
    "effective": WEIGHTS | {"task", "method", "scale", "seed", "tasks.${task}", "scales.${scale}"},
    "checkpoints": set(),  # they shape nothing
}


def parameters_read(source: str) -> set[str]:
    """The keys that a file reads: of `params.images.size` that one, of `params.images` the block."""
    found: set[str] = set()
    tree = ast.parse(source)
    nested = {
        id(node.value): node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "params":
            last = nested.get(id(node)) if node.attr in ("images", "task_options", "training") else None
            found |= {f"{key}.{last}" if last else key for key in PARAMETERS.get(node.attr, {node.attr})}
    return found


def parameters_renamed(source: str) -> list[int]:
    """Lines where parameters get another name than `params`, under which `parameters_read` does not find them."""
    tree = ast.parse(source)
    handed = {
        id(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.Attribute)
        for value in (
            [node.value] if isinstance(node, ast.Attribute) else [*node.args, *(k.value for k in node.keywords)]
        )
    }
    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    annotated = {argument.arg for argument in arguments if argument.annotation and _is_params(argument.annotation)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "params"]
    return [
        *(argument.lineno for argument in arguments if argument.arg in annotated - {"params"}),
        *(use.lineno for use in uses if annotated and isinstance(use.ctx, ast.Load) and id(use) not in handed),
    ]


def _is_params(annotation: ast.expr) -> bool:
    text = ast.unparse(annotation)
    return bool(re.search(r"\bParams\b", text)) and not text.startswith("Callable")


def files_with_parameters(stage: str, method: str) -> list[str]:
    """The files that a stage reaches and that know Params, but crossnet/params, which checks all of params.yaml."""
    files = (file for file in reached(entry(stage), method) if not file.startswith("crossnet/params/"))
    return sorted(file for file in files if "crossnet.params.Params" in imports(file))


@pytest.mark.parametrize("stage", [stage for stage in STAGES if "params.yaml" not in STAGES[stage]["deps"]])
@EVERY_METHOD
def test_a_stage_declares_the_parameters_that_any_file_it_reaches_reads(stage: str, method: str) -> None:
    declared, files = set(STAGES[stage].get("params", [])), files_with_parameters(stage, method)
    read = {key for file in files for key in parameters_read((ROOT / file).read_text())}
    assert {key for key in read if not any(key == d or key.startswith(f"{d}.") for d in declared)} == set()
    assert read


@EVERY_STAGE
@EVERY_METHOD
def test_the_files_of_a_stage_give_parameters_no_other_name(stage: str, method: str) -> None:
    files = files_with_parameters(stage, method)
    assert [file for file in files if parameters_renamed((ROOT / file).read_text())] == []


@EVERY_STAGE
@EVERY_METHOD
def test_parameters_are_loaded_by_the_command_of_a_stage_alone(stage: str, method: str) -> None:
    loading = re.compile(r"\b(load_params|read_yaml)\(")
    files = {file for file in reached(entry(stage), method) if loading.search((ROOT / file).read_text())}
    assert {file for file in files if not file.startswith("crossnet/params/")} == {"stages/_command.py"}


def test_parameters_that_are_read_are_found_and_other_names_for_them_too() -> None:
    reads = "def stage(params: Params):\n    f(params, params.seed)\n    return params.images.size\n"
    assert parameters_read(reads) == {"seed", "scales.${scale}.images.size"}
    assert parameters_renamed(reads) == []
    assert parameters_renamed("def f(given: Params):\n    return given.seed\n") == [1]
    assert parameters_renamed("def f(params: Params):\n    g = params\n    return g.seed\n") == [2]
    assert parameters_renamed("def f(params: 'Params | None'):\n    return lambda: [params]\n") == [2]


@pytest.mark.parametrize("file", sources("crossnet/models", "crossnet/engine"))
def test_networks_and_engine_know_no_training_and_no_method(file: str) -> None:
    assert not any(each.startswith("crossnet/training/") for each in reached(file))
    assert not reached(file) & OF_METHODS


@pytest.mark.parametrize("file", sources("crossnet"))
def test_nothing_imports_stages(file: str) -> None:
    assert not any(each.startswith("stages/") for each in reached(file))


@pytest.mark.parametrize("file", sources("crossnet/methods"))
def test_a_method_never_imports_another(file: str) -> None:
    assert reached(file) & OF_METHODS <= {file}


@pytest.mark.parametrize("file", sources("crossnet/training", "crossnet/data"))
def test_training_and_datasets_import_no_method(file: str) -> None:
    assert not reached(file) & OF_METHODS


@pytest.mark.parametrize("file", sources("crossnet/evaluation", "crossnet/figures"))
def test_metrics_and_figures_know_no_model(file: str) -> None:
    models = (
        "crossnet/models/",
        "crossnet/engine/",
        "crossnet/training/",
        "crossnet/methods/",
        "crossnet/model.py",
    )
    read = {"crossnet/data/layout.py", "crossnet/data/names.py", "crossnet/data/ranking.py"}  # how data are laid out
    assert not any(each.startswith((*models, "crossnet/data/")) for each in reached(file) - read)


@pytest.mark.parametrize("file", sources("crossnet"))
def test_dvclive_is_for_the_log_and_parameters_for_stages_and_the_command_line(file: str) -> None:
    assert "dvclive" not in packages(file) or file == "crossnet/training/logging.py"
    models = ("api", "model", "onnx_model", "photographs", "translation")
    commands = file in {f"crossnet/{name}.py" for name in models} or file.startswith(
        ("crossnet/analysis/", "crossnet/cli/", "crossnet/demo/", "crossnet/params/")
    )
    assert commands or not any(each.startswith("crossnet/params/") for each in reached(file))


WRITES = re.compile(r"\.(write_text|write_bytes|savefig|to_csv|save_file)\(|open\([^)\n]*[\"'][waxr]b?\+?[\"']")
READS = re.compile(r"open\([^)\n]*[\"']rb?[\"']|\.to_csv\(index=|\.savefig\(drawn")
TABLES = re.compile(r"csv\.(writer|DictWriter)\(|\.to_csv\(")
OWN_WAY = {  # what is put into place by another way that is whole or nothing
    "crossnet/files.py",
    "crossnet/data/archives/unpack.py",  # into a folder that is filled beside its place
    "crossnet/data/download/transfer.py",  # a part, which is gone on with
    "crossnet/engine/cpu/native_build.py",  # into a folder for what is compiled
}


@pytest.mark.parametrize("file", sorted({*sources("crossnet", "stages")} - OWN_WAY))
def test_files_are_written_by_the_one_writer(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    assert [line for line in lines if WRITES.search(READS.sub("", line))] == []


def test_tables_are_written_by_the_one_writer_or_quote_their_cells() -> None:
    writers = [file for file in sources("crossnet", "stages") if TABLES.search((ROOT / file).read_text())]
    assert writers.pop(writers.index("crossnet/files.py"))
    assert writers == ["crossnet/data/image_search/manifest.py", "crossnet/evaluation/evaluate.py"]
    assert all(re.search(r"import .*\b(csv_cell|quoted)\b", (ROOT / file).read_text()) for file in writers)


def test_the_package_itself_imports_nothing_but_by_name() -> None:
    assert imports("crossnet/__init__.py") <= {"importlib", "typing", "typing.TYPE_CHECKING", "typing.Any"}
    assert "crossnet.CrossNet" not in {name for file in sources("crossnet", "stages") for name in imports(file)}


def test_images_stand_alone() -> None:
    assert reached("crossnet/images.py") == {"crossnet/images.py", "crossnet/image_truncation.py"}


@pytest.mark.parametrize(
    "file", ["stages/check.py", "stages/fetch.py", "stages/prepare.py", "stages/report.py", "crossnet/cli/main.py",
     "crossnet/api.py"],
)  # fmt: skip
def test_what_is_light_imports_nothing_heavy_before_it_needs_it(file: str) -> None:
    assert {package for each in reached(file, everywhere=False) for package in _early(each)} & HEAVY == set()


def _early(file: str) -> set[str]:
    return {module.split(".")[0] for module in imports(file, everywhere=False)}


@EVERY_STAGE
def test_a_stage_has_at_most_45_lines(stage: str) -> None:
    assert len((ROOT / entry(stage)).read_text().splitlines()) <= 45


def test_there_is_one_file_a_stage_and_the_command_that_all_share() -> None:
    assert set(sources("stages")) == {"stages/__init__.py", "stages/_command.py", *map(entry, STAGES)}


def test_every_helper_has_a_home_named_after_its_subject() -> None:
    assert not {Path(file).stem for file in sources("crossnet", "stages")} & {
        "utils",
        "util",
        "helpers",
        "common",
        "misc",
    }


@pytest.mark.parametrize("stage", sorted(set(STAGES) - {"check"}))
def test_dvcs_run_cache_has_every_stage(stage: str) -> None:
    """DVC leaves a stage out of it that has an out without `cache`, unless that is one of its metrics or plots."""
    assert [path for path, options in outs(stage, "outs").items() if not options.get("cache", True)] == []
    assert [path for path, options in outs(stage).items() if options.get("persist")] == []


def test_the_stage_that_removes_a_finished_runs_checkpoint_runs_after_every_training() -> None:
    summary = "reports/training/summary.json"  # has the seconds that it took, and so is never the same
    assert summary in outs("train")
    assert summary in STAGES["translate"]["deps"]
    assert summary in (ROOT / "stages/translate.py").read_text()
