"""A generator as an ONNX model, for programs without torch, and the check of one against torch.

Its input `image` and its output `translation` are float32 (N, 3, H, W) in [-1, 1], RGB, as the networks have them. N, H
and W are free; H and W are multiples of 4, and at least 8.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from crossnet.images import from_range, to_range
from crossnet.methods.base import Domain, Method
from crossnet.models.resnet import ResidualBlock, ResidualBlocks
from crossnet.photographs import generator_of

OPSET = 17  # of ONNX: the operators of 2022, which programs of that year and later read
IR_VERSION = 8  # of the file, of the same year
SIZES = ((64, 64), (96, 128), (200, 152))  # height, width: at which a model is checked
MOST_APART = 1  # grey levels between torch and ONNX Runtime


class OnnxError(ValueError):
    """A model that cannot be written as ONNX, or that is not what torch computes; the message is one line."""


def onnx_model(method: Method, config: Mapping[str, Any], to: Domain) -> bytes:
    """Return the file of the generator to a domain.

    config: of the model; its task and the size of its training images become metadata.

    Raises OnnxError for a method that does not translate by an encoder and a decoder.
    """
    networks = generator_of(method, to)
    if networks is None:
        raise OnnxError(f"the method {config.get('method')} is no encoder and decoder, and cannot be written as ONNX")
    graph, value = _Graph(), "image"
    for network in networks:
        value = graph.network(network, value)
    graph.nodes[-1].output[0] = "translation"
    shape: list[str | int | None] = ["batch", 3, "height", "width"]
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            f"crossnet_to_{to}",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("translation", TensorProto.FLOAT, shape)],
            graph.weights,
            doc_string=f"Translates to domain {to}: float32 RGB in [-1, 1], sides that are multiples of 4.",
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="crossnet",
    )
    described = {key: config[key] for key in ("method", "task", "size") if key in config} | {"to": to}
    helper.set_model_props(
        made, {key: value if isinstance(value, str) else json.dumps(value) for key, value in described.items()}
    )
    onnx.checker.check_model(made, full_check=True)
    return bytes(made.SerializeToString())


def check(model: bytes, method: Method, to: Domain, images: int = 7, sizes: Sequence[tuple[int, int]] = SIZES) -> int:
    """Return how many grey levels a file is from torch at most, over images of each size, as ONNX Runtime computes it.

    Raises OnnxError if they are more than MOST_APART.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    most = 0
    for height, width in sizes:
        rgb = pictures(images, height, width)
        x = to_range(rgb)
        [found] = session.run(None, {"image": x})
        with torch.inference_mode():
            wanted = method.translate(torch.from_numpy(x).to(method.device), to).float().cpu().numpy()
        apart = int(abs(from_range(found).astype(int) - from_range(wanted)).max())
        if apart > MOST_APART:
            raise OnnxError(
                f"ONNX Runtime differs from torch by {apart} grey levels at {width}x{height}, more than {MOST_APART}"
            )
        most = max(most, apart)
    return most


def pictures(count: int, height: int, width: int) -> NDArray[np.uint8]:
    """Smooth random images with some noise, (N, H, W, 3)."""
    generator = np.random.default_rng([count, height, width])
    coarse = generator.integers(0, 256, (count, -(-height // 8), -(-width // 8), 3))
    smooth = coarse.repeat(8, 1).repeat(8, 2)[:, :height, :width]
    return (smooth + generator.integers(-8, 9, smooth.shape)).clip(0, 255).astype(np.uint8)


class _Graph:
    """Nodes and weights, in the order in which layers are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def network(self, network: nn.Module, value: str) -> str:
        """Add the layers of a network; return the name of its result."""
        for layer in network.children():
            value = self._layer(layer, value)
        return value

    def _layer(self, layer: nn.Module, value: str) -> str:
        if isinstance(layer, nn.Conv2d):
            return self._convolution(layer, value)
        if isinstance(layer, nn.ConvTranspose2d):
            return self._transposed(layer, value)
        if isinstance(layer, nn.GroupNorm):
            return self._norm(layer, value)
        if isinstance(layer, ResidualBlocks):
            return self.network(layer, value)
        if isinstance(layer, ResidualBlock):
            return self._node("Add", [value, self.network(layer.body, value)])
        if isinstance(layer, nn.ReLU | nn.Tanh):
            return self._node(type(layer).__name__.replace("ReLU", "Relu"), [value])
        raise OnnxError(f"a layer {type(layer).__name__} cannot be written as ONNX")

    def _convolution(self, layer: nn.Conv2d, value: str) -> str:
        padding = [int(each) for each in layer.padding]
        if layer.padding_mode == "reflect":
            pads = self._weight("pads", np.array([0, 0, *padding, 0, 0, *padding], np.int64))
            value, padding = self._node("Pad", [value, pads], mode="reflect"), [0, 0]
        return self._node(
            "Conv", [value, *self._parameters(layer)], kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride), pads=padding * 2,
        )  # fmt: skip

    def _transposed(self, layer: nn.ConvTranspose2d, value: str) -> str:
        return self._node(
            "ConvTranspose", [value, *self._parameters(layer)], kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride), pads=[int(each) for each in layer.padding] * 2,
            output_padding=list(layer.output_padding),
        )  # fmt: skip

    def _norm(self, layer: nn.GroupNorm, value: str) -> str:
        """Instance norm; layer norm as that of one channel with all values."""
        ones = self._weight("ones", np.ones(layer.num_groups, np.float32))
        zeros = self._weight("zeros", np.zeros(layer.num_groups, np.float32))
        if layer.num_groups == layer.num_channels:
            return self._node("InstanceNormalization", [value, ones, zeros], epsilon=layer.eps)
        shape = self._node("Shape", [value])
        flat = self._node("Reshape", [value, self._weight("flat", np.array([0, layer.num_groups, -1], np.int64))])
        normalised = self._node("InstanceNormalization", [flat, ones, zeros], epsilon=layer.eps)
        return self._node("Reshape", [normalised, shape])

    def _parameters(self, layer: nn.Conv2d | nn.ConvTranspose2d) -> list[str]:
        assert layer.bias is not None
        return [
            self._weight(name, values.detach().float().cpu().contiguous().numpy())
            for name, values in (("weight", layer.weight), ("bias", layer.bias))
        ]

    def _weight(self, name: str, values: NDArray[Any]) -> str:
        self.weights.append(numpy_helper.from_array(values, f"{name}_{len(self.weights)}"))
        return str(self.weights[-1].name)

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name
