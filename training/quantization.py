"""Training for int8: linear layers compute with the rounding that the exported graph will have."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["simulate_int8"]


class _Int8Linear(nn.Module):
    """A linear layer whose input and weights are rounded as onnxruntime's dynamic quantisation rounds them.

    The input has one scale and zero point for 256 steps, each output channel of the weights a scale for -127..127.
    Gradients pass the rounding unchanged (Jacob et al. 2018, arXiv 1712.05877).
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias

    def forward(self, states: Tensor) -> Tensor:
        states = states.float()
        with torch.no_grad():
            low, high = states.min().clamp(max=0.0), states.max().clamp(min=0.0)
            scale = ((high - low) / 255).clamp(min=1e-8)
            zero = (-low / scale).round().clamp(0, 255).to(torch.int32)
            channels = (self.weight.abs().amax(1) / 127).clamp(min=1e-8).float()
            zeros = torch.zeros(len(channels), dtype=torch.int32)
        rounded = torch.fake_quantize_per_tensor_affine(states, scale, zero, 0, 255)
        weight = torch.fake_quantize_per_channel_affine(self.weight.float(), channels, zeros, 0, -127, 127)
        return nn.functional.linear(rounded, weight, self.bias)


def simulate_int8(module: nn.Module) -> None:
    """Replace every linear layer in place; the names of the weights stay as they are."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, _Int8Linear(child))
        else:
            simulate_int8(child)
