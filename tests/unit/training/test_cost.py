"""What a step costs, against a count by hand."""

from typing import Any

import pytest
import torch

from crossnet.methods.base import load
from crossnet.training.cost import cost
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS


def made(name: str, **networks: int) -> Any:
    with torch.device("meta"):
        return load(name)(NETWORKS | networks, WEIGHTS[name], IMAGE_POOL, seed=0)


def test_the_operations_are_those_of_the_convolutions_and_their_gradients() -> None:
    networks, size = {"width": 8, "encoder_blocks": 2, "translator_blocks": 3, "discriminator_width": 4}, 32
    found = cost(made("crossnet", **networks), 1, size).operations
    w, full, code = 8, size**2, (size // 4) ** 2
    first, strided, last = full * 3 * w * 49, (full // 4) * 2 * w * w * 9 + code * 4 * w * 2 * w * 9, full * 3 * w * 49
    block = 2 * code * (4 * w) ** 2 * 9
    encode, decode, translate = first + strided + 2 * block, strided + last, 3 * block
    # forward, the gradient of weights and that of inputs; images have none
    generators = 3 * (4 * encode + 6 * decode + 6 * translate) - 4 * first
    q = 4
    sides = [size // 2, size // 4, size // 8, size // 8 - 1, size // 8 - 2]
    channels = [(3, q), (q, 2 * q), (2 * q, 4 * q), (4 * q, 8 * q), (8 * q, 1)]
    layers = [side**2 * i * o * 16 for side, (i, o) in zip(sides, channels, strict=True)]
    judge = sum(layers)
    assert found["generators"] == 2 * (generators + 2 * 2 * judge)  # judges pass gradients on, and learn nothing
    assert found["discriminators"] == 2 * 4 * (3 * judge - layers[0])


def test_the_paper_says_465_billion_multiplications_forward() -> None:
    paper = {"width": 64, "encoder_blocks": 9, "translator_blocks": 9, "discriminator_width": 64}
    networks = made("crossnet", **paper).networks
    from torch.utils.flop_counter import FlopCounterMode

    forward = 0
    for name, count in (("E_ab", 4), ("D_b", 6), ("T_ab", 6)):
        shape = (1, 3, 256, 256) if name == "E_ab" else (1, 256, 64, 64)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            networks[name](torch.empty(shape, device="meta"))
        forward += count * counter.get_total_flops() // 2
    assert forward / 1e9 == pytest.approx(465, abs=5)


def test_weights_with_adam_are_four_floats_each() -> None:
    method = made("cyclegan")
    weights = sum(p.numel() for network in method.networks.values() for p in network.parameters())
    assert cost(method, 1, 32).state_bytes == 16 * weights


def test_activations_grow_with_the_batch_and_with_the_area() -> None:
    one, batch, area = (cost(made("crossnet"), b, size).activation_bytes for b, size in ((1, 32), (3, 32), (1, 64)))
    assert batch == pytest.approx(3 * one, rel=0.02)
    assert area == pytest.approx(4 * one, rel=0.35)  # padding weighs more on small images
