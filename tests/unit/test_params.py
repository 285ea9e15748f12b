"""params.yaml is read strictly; what the paper states is what it says."""

import os
import re
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from crossnet.data.base import datasets
from crossnet.params import Params, ParamsError, load_params
from crossnet.params.methods import declared
from tests.support.committed import PARAMS, text

TEXT = text()


def without(key: str) -> Callable[[str], str]:
    """Take out the first line of that key."""
    return lambda text: re.sub(rf"^ *{key}:.*\n", "", text, count=1, flags=re.MULTILINE)


def setting(key: str, value: str) -> Callable[[str], str]:
    """Give the first line of that key another value, its comment dropped."""
    return lambda text: re.sub(rf"^( *{key}:).*$(\n *- .*$)*", rf"\1 {value}", text, count=1, flags=re.MULTILINE)


def adding(line: str) -> Callable[[str], str]:
    return lambda text: f"{text}{line}\n"


def all_zero(text: str) -> str:
    for key in declared()["crossnet"].losses:
        text = setting(f"lambda_{key}", "0")(text)
    return text


def cyclegan_zero(text: str) -> str:
    for key in declared()["cyclegan"].losses:
        text = setting(key, "0")(text)
    return setting("method", "cyclegan")(text)


def read(text: str, folder: Path) -> None:
    (folder / "params.yaml").write_text(text)
    load_params(folder / "params.yaml")


S = "scales.smoke"
WRONG = [
    ("unknown key", adding("lambda_tv: 1"), "lambda_tv: 1 is a value for a key that does not exist"),
    ("unknown nested key", setting("  width", "4\n      depth: 3"), f"{S}.networks.depth: 3 is a value for a key"),
    ("missing key", without("lambda_id"), "lambda_id: missing"),
    ("missing nested key", without("duration"), f"{S}.training.duration: missing"),
    ("text for a number", setting("lambda_gan", "'1'"), "lambda_gan: '1' is not a number"),
    ("number as PyYAML would not read it", setting("lr", "'2e-4'"), f"{S}.training.lr: '2e-4' is not a number"),
    ("true for a number", setting("lambda_gan", "true"), "lambda_gan: True is not a number"),
    ("nothing for a number", setting("lambda_gan", ""), "lambda_gan: None is not a number"),
    ("one direction", setting("lambda_gan", "{a: 1}"), "lambda_gan.b: missing"),
    ("text for a direction", setting("lambda_id", "{a: x, b: 1}"), "lambda_id.a: 'x' is not a number"),
    ("a third direction", setting("lambda_id", "{a: 1, b: 1, c: 1}"), "lambda_id.c: 1 is a value for a key that does"),
    ("both directions zero", lambda text: setting("lambda_gan", "{a: 0, b: 0}")(all_zero(text)), "lambda_gan: all"),
    ("list for a number", setting("lambda_gan", "[1]"), r"lambda_gan: \[1\] is not a number"),
    ("fraction for a count", setting("batch", "1.5"), f"{S}.training.batch: 1.5 is not a whole number"),
    ("fraction that is whole", setting("batch", "4.0"), f"{S}.training.batch: 4.0 is not a whole number"),
    ("no duration", setting("duration", "0 epochs"), f"{S}.training.duration: '0 epochs' is no duration, such as"),
    ("duration without a unit", setting("duration", "400"), f"{S}.training.duration: 400 is not a text"),
    ("duration of another unit", setting("duration", "9 days"), f"{S}.training.duration: '9 days' is no duration"),
    ("word for a switch", setting("flip", "yes please"), f"{S}.training.flip: 'yes please' is not true or false"),
    ("number for a name", setting("task", "3"), "task: 3 is not a text"),
    ("negative weight", setting("lambda_zcyc", "-1"), "lambda_zcyc: -1 should be greater than or equal to 0"),
    ("nan", setting("lambda_zcyc", ".nan"), "lambda_zcyc: nan should be a finite number"),
    ("infinite", setting("lambda_zcyc", ".inf"), "lambda_zcyc: inf should be a finite number"),
    ("nan share", setting("reuse_probability", ".nan"), f"{S}.training.image_pool.reuse_probability: nan should"),
    ("share above 1", setting("reuse_probability", "1.5"), f"{S}.training.image_pool.reuse_probability: 1.5 should be"),
    ("no rate", setting("lr", "0"), f"{S}.training.lr: 0 should be greater than 0"),
    ("beta of 1", setting("beta1", "1"), r"[\w.]+\.beta1: 1 should be less than 1"),
    ("no images", setting("train", "0"), f"{S}.images.train: 0 should be greater than or equal to 1"),
    ("size no multiple of 4", setting("size", "30"), f"{S}.images.size: 30 should be a multiple of 4"),
    ("size below a patch", setting("size", "20"), f"{S}.images.size: 20 should be greater than or equal to 24"),
    ("crop out of less", setting("load_size", "28"), f"{S}.images: load_size 28 is smaller than size 32"),
    ("unknown device", setting("accelerator", "tpu"), f"{S}.training.accelerator: 'tpu' should be 'cpu'"),
    ("unknown task", setting("task", "zebras"), "task: 'zebras' is none of sculptures, stripes, folder"),
    ("unknown method", setting("method", "magic"), "method: 'magic' is none of aggan, crossnet, cyclegan"),
    ("unknown scale", setting("scale", "huge"), "scale: 'huge' is none of smoke, laptop, desktop, gpu, paper"),
    ("task that leads out", lambda text: text.replace("  folder:", "  ../../a:"), "tasks: '../../a' is no name"),
    ("absolute task", lambda text: text.replace("  folder:", "  /tmp/a:"), "tasks: '/tmp/a' is no name; wanted"),
    ("scale that leads out", lambda text: text.replace("  smoke:", "  a/../b:"), "scales: 'a/../b' is no name; "),
    ("task with a line break", lambda text: text.replace("  folder:", '  "a\\nb":'), r"tasks: 'a\\nb' is no name; "),
    ("archive that leads out", lambda text: text.replace("      dped:", "      ../a:"), r"tasks.*: '../a' is no"),
    ("task that is no name", setting("task", "../folder"), "task: '../folder' is no name; wanted at most 64"),
    ("unknown source", setting("source", "web"), "tasks.sculptures.source: 'web' is none of 'dped', "),
    ("no source", without("source"), "tasks.sculptures: source: missing"),
    ("falling range", setting("luminance", "[0.8, 0.1]"), r"tasks.sculptures.luminance: \[0.8, 0.1\] is not a range"),
    ("range of three", setting("luminance", "[0.1, 0.2, 0.3]"), r"tasks.sculptures.luminance: .* at most 2 items"),
    ("unknown split", setting("split", "train"), "split: 'train' should be 'test' or 'valid'"),
    (
        "nothing held back to validate on",
        lambda text: setting("split", "valid")(setting("scale", "paper")(text)),
        r"split: valid, but scales.paper.images.valid is 0, so [^\n]* set split to test",
    ),
    ("negative seed", setting("seed", "-1"), "seed: -1 should be greater than or equal to 0"),
    ("seed too large", setting("seed", "4294967296"), "seed: 4294967296 should be less than 2147483648"),
    (
        "pairs that are not there",
        lambda text: setting("method", "pix2pix")(setting("task", "horse2zebra")(text)),
        "method: .pix2pix. learns from pairs, which the task horse2zebra has not; the tasks with pairs are sculptures",
    ),
    ("all weights zero", all_zero, "lambda_gan: all weights of Eq. \\(5\\) are zero"),
    ("all weights of the comparator zero", cyclegan_zero, "methods.cyclegan: all weights are zero"),
    ("key twice", adding("task: folder"), 'not YAML: .*duplicate key "task"'),
    ("no YAML", adding("\t- ["), "not YAML: "),
    ("an object", setting("task", "!!python/object:os.system {}"), "not YAML: .*python/object"),
    ("zero bytes", lambda text: "", "None should be a valid dictionary"),
    ("a list", lambda text: "- 1\n", r"\[1\] should be a valid dictionary"),
    ("no patch", setting("discriminator_layers", "4"), r"scales.smoke: .* leaves no patch of size 32"),
    ("two wrong values", lambda text: setting("seed", "x")(without("split")(text)), r"seed: 'x' .*\(and 1 more\)"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "message"), [pytest.param(spoil, text, id=name) for name, spoil, text in WRONG])
def test_a_wrong_value_is_one_line_with_the_file_and_the_key(
    spoil: Callable[[str], str], message: str, tmp_path: Path
) -> None:
    assert spoil(TEXT) != TEXT
    with pytest.raises(ParamsError) as error:
        read(spoil(TEXT), tmp_path)
    assert re.match(rf"{re.escape(str(tmp_path / 'params.yaml'))}: {message}", str(error.value)), str(error.value)
    assert "\n" not in str(error.value)


def numbers(values: Any, *place: Any) -> Iterator[tuple[Any, ...]]:
    """The places of all numbers in nested values."""
    if isinstance(values, dict | list):
        for key, value in values.items() if isinstance(values, dict) else enumerate(values):
            yield from numbers(value, *place, key)
    elif isinstance(values, int | float) and not isinstance(values, bool):
        yield place


def test_every_number_has_an_upper_bound() -> None:
    values = YAML(typ="safe", pure=True).load(TEXT)
    places = list(numbers(values))
    assert len(places) > 100
    for *parents, last in places:
        changed = deepcopy(values)
        block = changed
        for parent in parents:
            block = block[parent]
        block[last] = 10**30
        with pytest.raises(ValidationError):
            Params.model_validate(changed)


def bomb(under: str) -> str:
    """YAML of some hundred bytes whose aliases stand for 10^9 values."""
    levels = [f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 10)}]" for i in range(9)]
    return "\n".join([f"{under}:", *levels, ""])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(adding(bomb("x")), "not YAML: its aliases stand for more than 20000 values", id="aliases"),
        pytest.param(adding("x: &x [*x]"), "not YAML: its aliases stand for more than", id="an alias of itself"),
        pytest.param(adding("x: &x {<<: *x}"), "not YAML: its aliases stand for more than", id="merged into itself"),
        pytest.param(adding("[" * 20_000), "not YAML: ", id="no key"),
        pytest.param(adding("x: " + "[" * 20_000), "not YAML: nested too deeply", id="nested"),
        pytest.param(adding("x: " + "y" * 80_000), "More than 65536 bytes", id="large"),
        pytest.param(
            adding("x: [[[[[1, 2]]]], 3]"), r"x: \[\[\[\.\.\.\]\], 3\] is a value for a key", id="nested a little"
        ),
        pytest.param(adding(f"x: {'z' * 5000}"), r"x: 'z+\.\.\.z+' is a value for a key", id="a long text"),
        pytest.param(setting("seed", "9" * 5000), "not YAML: Exceeds the limit", id="more digits than are read"),
        pytest.param(
            setting("seed", f"0x{'f' * 9000}"), "seed: [^\n]{,99} should be less than", id="more than are written"
        ),
        pytest.param(setting("task", "2001-99-99"), "not YAML: month must be in 1..12", id="no date"),
    ],
)
def test_a_file_that_would_fill_the_memory_is_one_line_at_once(
    spoil: Callable[[str], str], message: str, tmp_path: Path
) -> None:
    before = time.monotonic()
    with pytest.raises(ParamsError, match=rf"^[^\n]*params\.yaml: {message}[^\n]*$") as told:
        read(spoil(TEXT), tmp_path)
    assert time.monotonic() - before < 10  # on a machine that does much else; a second on another
    assert len(str(told.value)) < 1000


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    with pytest.raises(ParamsError, match=r"^[^\n]*params\.yaml: Not a regular file[^\n]*$"):
        load_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"^[^\n]+: (No such file|Is a directory)[^\n]*root of the repository$"):
        load_params(tmp_path / name)


def test_bytes_that_are_no_text_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(b"task: \xff\xff\x00")
    with pytest.raises(ParamsError, match=r"^[^\n]*not YAML[^\n]*$"):
        load_params(tmp_path / "params.yaml")


def test_the_committed_file_is_sound_whatever_is_chosen(tmp_path: Path) -> None:
    values = YAML(typ="safe", pure=True).load(PARAMS)
    for scale in values["scales"]:
        for task in values["tasks"]:
            for method in values["methods"]:
                text = TEXT
                for key, value in (("scale", scale), ("task", task), ("method", method)):
                    text = setting(key, value)(text)
                if declared()[method].paired and not datasets()[values["tasks"][task]["source"]].pairs:
                    continue
                read(text, tmp_path)


def test_what_the_paper_states_has_the_value_that_it_states() -> None:
    stated = re.findall(r"^ *(\w+): (\S+)(?: epochs)? # (?:§|Fig\. )(\S+)", TEXT, flags=re.MULTILINE)
    assert [(key, float(value), re.sub(r"\W+$", "", where)) for key, value, where in stated] == [
        ("lambda_gan", 1, "3.5"),
        ("lambda_id", 3, "3.5"),
        ("lambda_ctc", 3, "3.5"),
        ("lambda_zid", 6, "3.5"),
        ("lambda_zcyc", 6, "3.5"),
        ("size", 256, "5.2"),
        ("train", 1000, "3.5"),
        ("width", 64, "3"),
        ("encoder_blocks", 9, "3.5"),
        ("translator_blocks", 9, "3.5"),
        ("discriminator_layers", 3, "3.5"),
        ("duration", 200, "3.5"),
        ("wanted", 500, "5.3"),
    ]


def test_the_scale_of_the_paper_is_cyclegans_where_the_paper_is_silent() -> None:
    paper = load_params(PARAMS).scales["paper"]
    training = paper.training
    assert (training.lr, training.beta1, training.beta2, training.batch) == (2e-4, 0.5, 0.999, 1)
    assert (training.decay_from, training.flip) == (0.5, True)
    assert (training.image_pool.size, training.image_pool.reuse_probability) == (50, 0.5)
    assert (paper.images.load_size, paper.networks.discriminator_width) == (286, 64)


def test_every_number_is_what_yaml_1_2_says(tmp_path: Path) -> None:
    read(setting("lr", "2e-4")(TEXT), tmp_path)
    assert load_params(tmp_path / "params.yaml").scales["smoke"].training.lr == 0.0002


def test_each_method_is_given_its_own_weights(tmp_path: Path) -> None:
    crossnet = load_params(PARAMS)
    assert set(crossnet.weights) == {*declared()["crossnet"].losses, "ctc_stop_gradient"}
    read(setting("method", "cyclegan")(TEXT), tmp_path)
    assert load_params(tmp_path / "params.yaml").weights == {"gan": 1, "cycle": 10, "identity": 5}


def test_what_a_run_uses_is_the_chosen_blocks_alone() -> None:
    params = load_params(PARAMS)
    effective = params.effective()
    assert effective["scale"]["name"] == params.scale
    assert effective["scale"]["networks"] == params.networks.model_dump()
    assert effective["task"]["source"] == params.task_options.source
    assert set(effective) == {"task", "method", "scale", "seed", "split"}


def test_a_weight_of_zero_is_an_ablation_and_no_mistake(tmp_path: Path) -> None:
    read(setting("lambda_zcyc", "0")(TEXT), tmp_path)


def test_parameters_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_params(PARAMS).seed = 3


@pytest.mark.parametrize(("written", "weight"), [("{a: 6, b: 3.5}", {"a": 6, "b": 3.5}), ("{a: 6, b: 6}", 6)])
def test_the_directions_of_a_term_may_have_weights_of_their_own(written: str, weight: object, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(setting("lambda_zid", written)(TEXT))
    params = load_params(tmp_path / "params.yaml")
    assert params.weights["zid"] == params.effective()["method"]["zid"] == weight
    assert params.weights["ctc"] == 3
