"""A narrow convolution is the one of torch, there and back."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.cpu.few_channel_conv import FewChannelConv2d


def pair(kernel: tuple[int, int], padding: tuple[int, int], mode: str) -> tuple[nn.Conv2d, nn.Conv2d]:
    options = {"padding": padding, "padding_mode": mode, "dtype": torch.float64}
    narrow, plain = FewChannelConv2d(5, 3, kernel, **options), nn.Conv2d(5, 3, kernel, **options)  # type: ignore[arg-type]
    plain.load_state_dict(narrow.state_dict())
    return narrow, plain


@pytest.mark.parametrize("mode", ["zeros", "reflect"])
@pytest.mark.parametrize(("kernel", "padding"), [((7, 7), (3, 3)), ((3, 5), (2, 1)), ((1, 1), (0, 0))])
def test_its_numbers_and_gradients(kernel: tuple[int, int], padding: tuple[int, int], mode: str) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, 5, 9, 8, dtype=torch.float64, requires_grad=True)
    found: list[list[Tensor]] = []
    for layer in pair(kernel, padding, mode):
        out = layer(x)
        weights = torch.arange(out.numel(), dtype=torch.float64).view_as(out)
        found.append([out, *torch.autograd.grad((out * weights).sum(), [x, layer.weight, layer.bias])])
    for one, other in zip(*found, strict=True):
        assert one.stride() == other.stride()
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("frozen", ["weight", "bias", "x"])
def test_what_needs_no_gradient_gets_none(frozen: str) -> None:
    narrow, _ = pair((7, 7), (3, 3), "reflect")
    x = torch.randn(1, 5, 8, 8, dtype=torch.float64, requires_grad=True)
    tensors = {"weight": narrow.weight, "bias": narrow.bias, "x": x}
    tensors[frozen].requires_grad_(False)
    narrow(x).sum().backward()
    assert {name for name, tensor in tensors.items() if tensor.grad is None} == {frozen}


def test_half_precision_is_torchs_own() -> None:
    narrow = FewChannelConv2d(5, 3, 7, padding=3)
    with torch.autocast("cpu"):
        assert narrow(torch.randn(1, 5, 8, 8)).dtype == torch.bfloat16
