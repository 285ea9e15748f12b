"""A convolution to a few channels in less time on a CPU.

Convolution kernels there compute some 16 output channels at a time, so that three output channels, an image's, waste
most of the work. The same sum is computed as one output channel for each channel and row of the kernel, or, backward,
as a convolution that reads the few channels. Its plain equal is torch's own convolution.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.grad import conv2d_weight

MOST_CHANNELS = 3  # of an image


class FewChannelConv2d(nn.Conv2d):
    """nn.Conv2d of stride 1, one group and with a bias, for few output channels: (N, C, H, W) -> (N, few, H', W')."""

    def _conv_forward(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if x.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
            return super()._conv_forward(x, weight, bias)
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        padded: Tensor = functional.pad(x, self._reversed_padding_repeated_twice, mode)
        result: Tensor = _FewChannelConv.apply(padded, weight, bias)  # type: ignore[no-untyped-call]
        return result


class _FewChannelConv(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        few, channels, rows, columns = weight.shape
        by_row = weight.transpose(1, 2).reshape(few * rows, channels, 1, columns)
        partial = functional.conv2d(x, by_row)
        partial = partial.view(len(x), few, rows, *partial.shape[2:])  # (N, few, rows, H + rows - 1, W)
        height = x.shape[2] - rows + 1
        result = bias[:, None, None] + partial[:, :, 0, :height]
        for row in range(1, rows):
            result += partial[:, :, row, row : row + height]
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """As a convolution of the gradient, whose channels are few, with the flipped kernel."""
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        flipped = weight.flip(2, 3).transpose(0, 1)
        up, left = weight.shape[2] - 1, weight.shape[3] - 1
        padded = functional.pad(gradient, (left, left, up, up))
        grad_x = functional.conv2d(padded, flipped) if needs_x else None
        grad_weight = None
        if needs_weight:
            grad_weight = conv2d_weight(padded, flipped.shape, x)  # type: ignore[no-untyped-call]
            grad_weight = grad_weight.transpose(0, 1).flip(2, 3).contiguous()
        return grad_x, grad_weight, gradient.sum((0, 2, 3)) if needs_bias else None
