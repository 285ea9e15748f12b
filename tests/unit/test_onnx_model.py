"""A generator as ONNX is the generator, at any size and number of images."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from crossnet.images import from_range, to_range
from crossnet.onnx_model import OPSET, OnnxError, check, onnx_model, pictures
from crossnet.photographs import generator_of
from tests.support.tiny import METHODS, method
from tests.unit.test_bands import trained

CONFIG = {"method": "crossnet", "task": "stripes", "size": 64}


def session(model: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("kind", ["instance", "layer"])
@pytest.mark.parametrize("to", ["a", "b"])
def test_twenty_images_at_three_sizes_are_torchs_to_one_grey_level(kind: str, to: Any) -> None:
    made = trained(kind=kind, width=8)
    model = onnx_model(made, CONFIG, to)
    run = session(model)
    for count, height, width in ((7, 64, 64), (7, 40, 96), (6, 128, 72)):
        x = to_range(pictures(count, height, width))
        [found] = run.run(["translation"], {"image": x})
        with torch.inference_mode():
            wanted = from_range(made.translate(torch.from_numpy(x), to).numpy()).astype(int)
        assert wanted.std() > 20
        assert found.shape == x.shape
        assert abs(from_range(found).astype(int) - wanted).max() <= 1
    assert check(model, made, to, images=1) <= 1


def test_each_direction_is_a_model_of_its_own() -> None:
    made, x = trained(), to_range(pictures(1, 32, 32))
    to_a, to_b = (session(onnx_model(made, CONFIG, to)).run(None, {"image": x})[0] for to in ("a", "b"))
    assert abs(to_a - to_b).max() > 0.1
    with pytest.raises(OnnxError, match=r"^ONNX Runtime differs from torch by \d+ grey levels at 64x64, more than 1$"):
        check(onnx_model(made, CONFIG, "a"), made, "b", images=1)


def test_the_file_says_what_it_is() -> None:
    model = onnx.load_from_string(onnx_model(trained(), CONFIG, "b"))
    assert [(each.domain, each.version) for each in model.opset_import] == [("", OPSET)]
    assert {each.key: each.value for each in model.metadata_props} == {
        "method": "crossnet", "task": "stripes", "size": "64", "to": "b",
    }  # fmt: skip
    [given], [made] = model.graph.input, model.graph.output
    for each, name in ((given, "image"), (made, "translation")):
        dims = each.type.tensor_type.shape.dim
        assert (each.name, [dim.dim_param or dim.dim_value for dim in dims]) == (name, ["batch", 3, "height", "width"])


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_encoders_and_decoders_is_written_and_others_refused_in_one_line(name: str) -> None:
    made = method(name)
    assert generator_of(made, "b") or name not in ("crossnet", "cyclegan")
    for to in made.directions:
        if generator_of(made, to):
            assert check(onnx_model(made, CONFIG, to), made, to, images=1, sizes=[(16, 16)]) <= 1
        else:
            with pytest.raises(OnnxError, match=rf"^the method {name} is no encoder and decoder, and cannot [^\n]*$"):
                onnx_model(made, {"method": name}, to)


def test_pictures_are_images_of_many_levels() -> None:
    assert pictures(2, 20, 12).shape == (2, 20, 12, 3)
    assert np.unique(pictures(1, 64, 64)).size > 200
