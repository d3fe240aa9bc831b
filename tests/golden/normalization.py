#!/usr/bin/env python3
"""Writes normalization.hpp: normalising layers by PyTorch, as layers.py does it, what two training steps leave in the
buffers of a BatchNorm, and its inference after them."""

import torch
from torch import nn

import layers
from layers import case
from literals import Header

out = layers.out = Header(
    "normalization", "Normalising layers of PyTorch in training mode, and their inference after training."
)
out.lines[out.lines.index("#include <cstdint>")] = '#include "golden/layers.hpp"'
out.lines += [
    "",
    "using layers::Case;",
    "",
    "/// What two training steps on x and x2 leave of the first values, and y, in evaluation mode, for x.",
    "struct Trained {",
    "    std::size_t batch;",
    "    std::span<const float> x, x2, parameters, buffers, y;",
    "};",
]


class RMSNorm(nn.Module):
    """torch.nn.RMSNorm, which PyTorch has since 2.4."""

    def __init__(self, *shape, eps=None, affine=True):
        super().__init__()
        self.dims = tuple(range(-len(shape), 0))
        self.eps = eps
        self.shape = shape
        self.weight = nn.Parameter(torch.ones(shape)) if affine else 1

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        return x * torch.rsqrt(x.pow(2).mean(self.dims, keepdim=True) + eps) * self.weight

    def extra_repr(self):
        return f"{self.shape}, eps={self.eps}, affine={torch.is_tensor(self.weight)}"




def exact(name, layer, sample, batch, mean):
    """A case whose inputs are around `mean`, by PyTorch in double, because in float it is not that good."""
    out.note(f"{' '.join(str(layer).split())}, in double: {batch} x {tuple(sample)} around {mean}")
    x = (torch.randn(batch, *sample) + mean).requires_grad_()
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.randn_like(parameter))
    layer.double()
    y = layer(x.double())
    dy = torch.randn(y.shape)
    (y * dy.double()).sum().backward()
    members = {"x": x, "dy": dy, "y": y.float(), "dx": x.grad}
    if parameters:
        members["parameters"] = torch.cat([p.reshape(-1) for p in parameters]).float()
        members["dparameters"] = torch.cat([p.grad.reshape(-1) for p in parameters]).float()
    write(name, "Case", batch, members, ("x", "dy", "y", "dx", "parameters", "dparameters"))


def write(name, kind, batch, members, order):
    for part, tensor in members.items():
        out.array(f"{name}_{part}", tensor)
    names = [f"{name}_{part}" if part in members else "{}" for part in order]
    out.lines.append(f"inline constexpr {kind} {name} = {{")
    out.lines.append(f"    {batch}, {', '.join(names)}}};")


def trained(name, layer, sample, batch):
    out.note(f"{' '.join(str(layer).split())}: {batch} x {tuple(sample)}, twice")
    x, x2 = torch.randn(batch, *sample), torch.randn(batch, *sample) * 2 + 3
    initial = [p.detach().clone().reshape(-1) for p in layer.parameters()]
    initial += [b.detach().clone().float().reshape(-1) for b in layer.buffers()]
    with torch.no_grad():
        layer(x)
        layer(x2)
        layer.eval()
        y = layer(x)
    members = {"x": x, "x2": x2, "y": y}
    if initial:
        members["parameters"] = torch.cat(initial)
    buffers = [b.float().reshape(-1) for b in layer.buffers()]
    if buffers:
        members["buffers"] = torch.cat(buffers)
    write(name, "Trained", batch, members, ("x", "x2", "parameters", "buffers", "y"))


def main():
    torch.manual_seed(2025)
    case("batch_norm1d_rows", nn.BatchNorm1d(5), (5,), 7)
    case("batch_norm1d_length", nn.BatchNorm1d(3, eps=1e-2), (3, 19), 2)
    case("batch_norm1d_single", nn.BatchNorm1d(3), (3, 4), 1)
    case("batch_norm1d_wide", nn.BatchNorm1d(70, affine=False), (70,), 3)
    exact("batch_norm1d_far", nn.BatchNorm1d(5), (5,), 9, 1000.0)
    case("batch_norm2d_single", nn.BatchNorm2d(3), (3, 5, 7), 1)
    case("batch_norm2d_batch", nn.BatchNorm2d(4, eps=1e-3), (4, 3, 3), 5)
    case("batch_norm2d_plain", nn.BatchNorm2d(2, affine=False, track_running_stats=False), (2, 4, 5), 3)
    case("batch_norm2d_untracked", nn.BatchNorm2d(3, track_running_stats=False), (3, 1, 2), 2)
    exact("batch_norm2d_far", nn.BatchNorm2d(2), (2, 4, 5), 3, 1000.0)
    trained("batch_norm1d_trained", nn.BatchNorm1d(5), (5,), 6)
    trained("batch_norm1d_cumulative", nn.BatchNorm1d(3, momentum=None), (3, 17), 2)
    trained("batch_norm1d_no_affine", nn.BatchNorm1d(4, momentum=0.3, affine=False), (4,), 3)
    trained("batch_norm2d_trained", nn.BatchNorm2d(3), (3, 4, 5), 2)
    trained("batch_norm2d_cumulative", nn.BatchNorm2d(3, momentum=None, eps=1e-3), (3, 2, 2), 2)
    trained("batch_norm2d_no_statistics", nn.BatchNorm2d(3, track_running_stats=False), (3, 2, 2), 2)

    case("layer_norm_single", nn.LayerNorm(19), (19,), 1)
    case("layer_norm_rows", nn.LayerNorm(6, eps=1e-2), (3, 6), 7)
    case("layer_norm_shape", nn.LayerNorm((4, 5)), (3, 4, 5), 2)
    case("layer_norm_no_affine", nn.LayerNorm(33, elementwise_affine=False), (2, 33), 3)
    no_bias = nn.LayerNorm(7)
    no_bias.bias = None
    case("layer_norm_no_bias", no_bias, (2, 7), 5)
    case("layer_norm_many", nn.LayerNorm(3, eps=0.1), (3,), 70)
    exact("layer_norm_far", nn.LayerNorm(40), (40,), 3, 1000.0)

    case("group_norm_single", nn.GroupNorm(2, 6), (6, 3, 5), 1)
    case("group_norm_batch", nn.GroupNorm(3, 3, eps=1e-2), (3, 4, 5), 4)
    case("group_norm_rows", nn.GroupNorm(2, 8), (8,), 5)
    case("group_norm_length", nn.GroupNorm(1, 4), (4, 2), 3)
    case("group_norm_no_affine", nn.GroupNorm(2, 4, affine=False), (4, 3, 3), 2)
    exact("group_norm_far", nn.GroupNorm(2, 4), (4, 3, 3), 2, 1000.0)

    case("instance_norm2d_single", nn.InstanceNorm2d(3), (3, 4, 5), 1)
    case("instance_norm2d_batch", nn.InstanceNorm2d(2, eps=1e-2), (2, 3, 3), 3)
    case("instance_norm2d_affine", nn.InstanceNorm2d(3, affine=True), (3, 5, 7), 2)
    case("instance_norm2d_small", nn.InstanceNorm2d(5, eps=0.1, affine=True), (5, 1, 2), 4)
    exact("instance_norm2d_far", nn.InstanceNorm2d(3, affine=True), (3, 4, 5), 2, 1000.0)

    case("rms_norm_single", RMSNorm(19), (19,), 1)
    case("rms_norm_rows", RMSNorm(6, eps=1e-2), (3, 6), 7)
    case("rms_norm_shape", RMSNorm(4, 5), (3, 4, 5), 2)
    case("rms_norm_no_affine", RMSNorm(33, affine=False), (2, 33), 3)
    case("rms_norm_many", RMSNorm(3), (3,), 70)
    out.write()


if __name__ == "__main__":
    main()
