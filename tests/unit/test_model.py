"""A model on disk is the model that was trained, or a one-line error."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from crossnet.engine.cpu import winograd_native
from crossnet.images import from_range, to_range
from crossnet.methods.base import load
from crossnet.model import TRAINING_ONLY, TRANSLATING, ModelError, encode, load_model, place, save_model, translate
from crossnet.params.model_config import EARLIER
from tests.support import built
from tests.support.tiny import IMAGE_POOL, METHODS, NETWORKS, WEIGHTS, method, weights_of


def saved(folder: Path, name: str = "crossnet", seed: int = 3, **networks: int) -> Path:
    config = {"method": name, "networks": NETWORKS | networks, "weights": dict(WEIGHTS[name]), "image_pool": IMAGE_POOL}
    save_model(folder, method(name, seed), config | {"task": "sculptures", "size": 32})
    return folder


def pictures(height: int = 32, width: int = 32, count: int = 2) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def keys(path: Path) -> set[str]:
    with safe_open(path, "pt") as weights:
        return {key.split(".")[0] for key in weights.keys()}  # noqa: SIM118


@pytest.mark.parametrize(("name", "to"), [(name, to) for name in METHODS for to in load(name).directions])
def test_a_saved_model_translates_as_before_to_the_bit(tmp_path: Path, name: str, to: Any) -> None:
    loaded, config = load_model(saved(tmp_path / "new" / "model", name))
    assert np.array_equal(translate(loaded, pictures(), to), translate(method(name, 3).eval(), pictures(), to))
    x = torch.from_numpy(to_range(pictures()))  # as numbers, since some methods begin with grey images
    assert not torch.equal(loaded.translate(x, to), method(name, 4).eval().translate(x, to))
    assert (config["task"], config["size"]) == ("sculptures", 32)
    assert not any(network.training for network in loaded.networks.values())


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("size", [(37, 51), (5, 9), (8, 8)])
def test_images_of_any_size_keep_it(name: str, size: tuple[int, int]) -> None:
    assert translate(method(name).eval(), pictures(*size), "b").shape == (2, *size, 3)


@pytest.mark.parametrize("to", ["a", "b"])
def test_a_code_is_what_the_decoder_is_given(to: Any) -> None:
    made = method("crossnet", 3)
    made.networks[f"D_{to}"].eval()
    code = encode(made, pictures(), to)
    assert code.shape == (2, 8, 8, 8)
    with torch.inference_mode():
        decoded = from_range(made.networks[f"D_{to}"](torch.from_numpy(code)).numpy())
    assert np.array_equal(decoded, translate(made, pictures(), to))


def test_what_translates_holds_encoders_and_decoders_alone(tmp_path: Path) -> None:
    saved(tmp_path)
    assert keys(tmp_path / TRANSLATING) == {"E_ab", "E_ba", "D_a", "D_b"}
    assert keys(tmp_path / TRAINING_ONLY) == {"T_ab", "T_ba", "Q_a", "Q_b"}
    before = translate(load_model(tmp_path)[0], pictures(), "b")
    (tmp_path / TRAINING_ONLY).unlink()
    assert np.array_equal(translate(load_model(tmp_path)[0], pictures(), "b"), before)


def test_all_weights_come_back_if_asked(tmp_path: Path) -> None:
    loaded = weights_of(load_model(saved(tmp_path), training_only=True)[0])
    wanted = weights_of(method("crossnet", 3))
    assert loaded.keys() == wanted.keys()
    assert all(torch.equal(loaded[key], wanted[key]) for key in wanted)


@pytest.mark.parametrize("size", [(37, 51), (32, 33), (35, 34), (24, 100), (5, 9), (8, 8)])
def test_an_image_keeps_its_own_size(size: tuple[int, int]) -> None:
    assert translate(method("crossnet"), pictures(*size), "b").shape == (2, *size, 3)


def test_what_is_mirrored_out_is_cut_back() -> None:
    made = method("crossnet")
    odd = pictures(33, 38)
    out = np.pad(odd, ((0, 0), (0, 3), (0, 2), (0, 0)), mode="reflect")
    assert np.array_equal(translate(made, odd, "b"), translate(made, out, "b")[:, :33, :38])


@pytest.mark.parametrize("compiles", [False, pytest.param(True, marks=built.can_compile)])
def test_batches_of_1_and_of_16_differ_by_one_grey_level_at_most(compiles: bool) -> None:
    made, rgb = method("crossnet", width=8), pictures(48, 32, count=16)
    for network in made.networks.values():
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(layer.weight, generator=torch.Generator().manual_seed(0))
    plain = translate(made, rgb, "b").astype(int)
    assert plain.std() > 20
    winograd_native.use(built.library() if compiles else None)
    each = np.concatenate([translate(made, image[None], "b") for image in rgb])
    assert abs(translate(made, rgb, "b").astype(int) - each).max() <= 1
    assert abs(plain - each).max() <= 1


@built.can_compile
def test_a_model_that_is_placed_on_a_cpu_has_its_residual_blocks_compiled(tmp_path: Path) -> None:
    loaded, _ = load_model(saved(tmp_path))
    before = translate(loaded, pictures(), "b").astype(int)
    assert winograd_native.used() == "torch"
    place(loaded, torch.device("cpu"))
    assert winograd_native.used().startswith("winograd-")
    assert abs(translate(loaded, pictures(), "b") - before).max() <= 1


def test_without_a_compiler_a_model_translates_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "nowhere")
    loaded, _ = load_model(saved(tmp_path))
    before = translate(loaded, pictures(), "b")
    place(loaded, torch.device("cpu"))
    assert winograd_native.used() == "torch"
    assert abs(translate(loaded, pictures(), "b").astype(int) - before).max() <= 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("cut", "Error while deserializing header"),
        ("empty", "Error while deserializing header"),
        ("pipe", "is no regular file"),
        ("folder", "is no regular file"),
        ("gone", "no such file"),
    ],
)
def test_weights_that_cannot_be_read_are_named(damage: str, said: str, tmp_path: Path) -> None:
    weights = saved(tmp_path) / TRANSLATING
    content = weights.read_bytes()
    weights.unlink()
    if damage in ("cut", "empty"):
        weights.write_bytes(content[:1000] if damage == "cut" else b"")
    if damage == "pipe":
        os.mkfifo(weights)
    if damage == "folder":
        weights.mkdir()
    with pytest.raises(ModelError, match=rf"^[^\n]*: not a model of this project \({TRANSLATING}: {said}[^\n]*$"):
        load_model(tmp_path)


def test_weights_of_another_width_are_refused_with_key_and_shapes(tmp_path: Path) -> None:
    saved(tmp_path, width=3)
    differ = (
        r"E_ab\.0\.weight is \(2, 3, 7, 7\), config\.json says \(3, 3, 7, 7\); E_ab\.0\.bias is [^\n]*; and \d+ more"
    )
    with pytest.raises(ModelError, match=rf"^[^\n]*weights of another architecture: {differ}$"):
        load_model(tmp_path)


@pytest.mark.parametrize(("blocks", "found", "wanted"), [(2, "None", r"\(8,\)"), (0, r"\(8,\)", "None")])
def test_a_block_too_few_or_too_many_is_refused(tmp_path: Path, blocks: int, found: str, wanted: str) -> None:
    saved(tmp_path, encoder_blocks=blocks)
    with pytest.raises(ModelError, match=rf"E_ab\.\S+\.bias is {found}, config.json says {wanted}"):
        load_model(tmp_path)


def test_a_network_that_is_not_there_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    kept = {key: value for key, value in load_file(tmp_path / TRANSLATING).items() if not key.startswith("D_a")}
    save_file(kept, tmp_path / TRANSLATING)
    with pytest.raises(ModelError, match=r"architecture: D_a\.\S+ is None"):
        load_model(tmp_path)


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickle_in_place_of_weights_is_refused_and_nothing_run(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / TRANSLATING).write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    with pytest.raises(ModelError, match=r"^[^\n]*not a model of this project \([^\n]+$"):
        load_model(tmp_path)
    assert not (tmp_path / "exploded").exists()


def test_a_checkpoint_of_torch_in_place_of_weights_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    weights = {name: value.clone() for name, value in load_file(tmp_path / TRANSLATING).items()}  # not of the file
    torch.save(weights, tmp_path / TRANSLATING)
    with pytest.raises(ModelError, match="not a model of this project"):
        load_model(tmp_path)


def config_without(key: str) -> str:
    config = {"method": "crossnet", "networks": NETWORKS, "weights": WEIGHTS["crossnet"], "image_pool": IMAGE_POOL}
    del config[key]
    return json.dumps(config)


@pytest.mark.parametrize(
    "config",
    [
        *[pytest.param(config_without(key), id=f"no {key}") for key in ("method", "networks", "weights", "image_pool")],
        pytest.param(config_without("method").replace("{", '{"method": "munit", ', 1), id="unknown method"),
        pytest.param(config_without("method").replace("{", '{"method": "../x", ', 1), id="path for a method"),
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param("", id="empty"),
    ],
)
def test_a_config_that_says_too_little_is_one_line(tmp_path: Path, config: str) -> None:
    saved(tmp_path)
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(ModelError, match=r"^[^\n]*not a model of this project[^\n]*dvc repro train`[^\n]*$"):
        load_model(tmp_path)


def test_a_model_saved_before_a_key_of_networks_was_there_is_read(tmp_path: Path) -> None:
    assert "norm" not in NETWORKS
    assert load_model(saved(tmp_path))[1]["networks"] == NETWORKS | EARLIER


HOSTILE = [
    pytest.param({"width": 0}, "networks.width: 0 should be greater than or equal to 1", id="no width"),
    pytest.param({"width": 10**30}, "networks.width: 1000[^\n]* should be less than", id="absurd width"),
    pytest.param({"encoder_blocks": 10**9}, "networks.encoder_blocks: 1000000000 should be", id="absurd depth"),
    pytest.param({"width": 1024, "encoder_blocks": 100}, r"networks: networks of \d+\.\d billion weights", id="both"),
    pytest.param({"width": 2.5}, "networks.width: 2.5 is not a whole number", id="fraction"),
    pytest.param({"depth": 1}, "networks.depth: 1 is a value for a key that does not exist", id="unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "message"), HOSTILE)
def test_a_config_beyond_the_bounds_of_the_parameters_builds_nothing(
    tmp_path: Path, changed: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.loads((saved(tmp_path) / "config.json").read_text())
    config["networks"] |= changed
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr("crossnet.model.load", lambda name: pytest.fail("a method was built"))
    with pytest.raises(ModelError, match=rf"^{tmp_path}: not a model[^\n]*\(config\.json: {message}[^\n]*$"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[" * 30_000, "config.json: Invalid JSON: recursion limit", id="nested"),
        pytest.param(" " * 10**5, r"\([^\n]*/config\.json: More than 65536 bytes", id="large"),
        pytest.param(None, r"\([^\n]*/config\.json: Not a regular file", id="a pipe"),
    ],
)
def test_a_config_that_no_model_has_is_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    (saved(tmp_path) / "config.json").unlink()
    if content is None:
        os.mkfifo(tmp_path / "config.json")
    else:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelError, match=rf"^{tmp_path}: not a model[^\n]*{message}[^\n]*$"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            lambda value: value.to(torch.int64), r"E_ab\.0\.\w+ is of type I64, wanted one of F32", id="int64"
        ),
        pytest.param(lambda value: value.to(torch.complex64), r"E_ab\.0\.\w+ is of type C64", id="complex"),
        pytest.param(lambda value: torch.full_like(value, torch.nan), r"E_ab\.0\.weight has values that are", id="nan"),
        pytest.param(
            lambda value: value.fill_(torch.inf), r"E_ab\.0\.weight has values that are not fin", id="infinite"
        ),
    ],
)
def test_weights_of_another_type_or_not_finite_are_refused(
    tmp_path: Path, spoil: Callable[[Tensor], Tensor], message: str
) -> None:
    path = saved(tmp_path) / TRANSLATING
    weights = {key: value.clone() for key, value in load_file(path).items()}  # not of the file that is written
    save_file({key: spoil(value) if key.startswith("E_ab.0") else value for key, value in weights.items()}, path)
    with pytest.raises(ModelError, match=rf"^{path}: {message}[^\n]*$"):
        load_model(tmp_path)


def test_weights_of_half_precision_are_read_as_float32(tmp_path: Path) -> None:
    path = saved(tmp_path) / TRANSLATING
    save_file({key: value.half() for key, value in load_file(path).items()}, path)
    encoder = load_model(tmp_path)[0].networks["E_ab"]
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}


def test_what_translating_does_not_need_takes_no_memory(tmp_path: Path) -> None:
    networks = load_model(saved(tmp_path))[0].networks
    assert {name for name, net in networks.items() if any(p.is_meta for p in net.parameters())} == {
        "T_ab", "T_ba", "Q_a", "Q_b",
    }  # fmt: skip


@pytest.mark.parametrize("missing", ["config.json", TRANSLATING])
def test_a_missing_file_is_one_line_that_names_it(tmp_path: Path, missing: str) -> None:
    saved(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ModelError, match=rf"^[^\n]*{missing}[^\n]*$"):
        load_model(tmp_path)


def test_a_model_that_was_saved_before_its_method_had_a_loss_or_an_option_is_loaded(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    del config["weights"]["zid"], config["weights"]["ctc_stop_gradient"]
    (folder / "config.json").write_text(json.dumps(config))
    weights = load_model(folder)[1]["weights"]
    assert (weights["zid"], weights["ctc_stop_gradient"], weights["gan"]) == (0, False, 1)
