#!/usr/bin/env python3
"""Writes layers.hpp: for each layer a batch, its output, and the gradients of sum(dy * y), by PyTorch in float."""

import torch
from torch import nn

from literals import Header

SEED = 42  # torch.manual_seed(SEED) comes directly before each forward pass, for Dropout
SPECIAL = (0.0, -0.0, 100.0, -100.0, 1e4, -1e4, 20.0, -20.0, 88.5, -88.5, 1.0, -1.0)

out = Header("layers", "Layers of PyTorch in training mode: input, output and gradients of sum(dy * y).")
out.lines[out.lines.index("#include <cstdint>")] = "#include <cstddef>\n#include <span>"
out.lines += [
    "",
    "/// One forward and backward pass. Tensors are row-major; parameters and their gradients follow one another.",
    "struct Case {",
    "    std::size_t batch;",
    "    std::span<const float> x, dy, y, dx, parameters, dparameters;",
    "};",
]


def case(name, layer, sample, batch, special=0):
    """One case; `special` of the numbers are zeros and large ones instead of random ones."""
    out.note(f"{' '.join(str(layer).split())}: {batch} x {tuple(sample)}")
    x = torch.randn(batch, *sample)
    x.view(-1)[:special] = torch.tensor(SPECIAL[:special])
    x.requires_grad_()
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.randn_like(parameter))
    state = torch.get_rng_state()
    torch.manual_seed(SEED)
    y = layer(x)
    torch.set_rng_state(state)
    dy = torch.randn_like(y)
    (y * dy).sum().backward()

    tensors = {"x": x, "dy": dy, "y": y, "dx": x.grad}
    if parameters:
        tensors["parameters"] = torch.cat([p.reshape(-1) for p in parameters])
        tensors["dparameters"] = torch.cat([p.grad.reshape(-1) for p in parameters])
    for part, tensor in tensors.items():
        out.array(f"{name}_{part}", tensor)
    members = [f"{name}_{part}" if part in tensors else "{}" for part in ("x", "dy", "y", "dx", "parameters", "dparameters")]
    out.lines.append(f"inline constexpr Case {name} = {{")
    out.lines.append(f"    {batch}, {', '.join(members)}}};")


def elementwise(name, layer, other=None):
    """A batch of one, mostly special points, and a batch of five samples of rank two, with other options if given."""
    case(f"{name}_single", layer, (19,), 1, len(SPECIAL))
    case(f"{name}_batch", other or layer, (2, 3), 5, 4)


def main():
    torch.manual_seed(2024)
    elementwise("identity", nn.Identity())
    case("flatten_single", nn.Flatten(), (2, 3), 1)
    case("flatten_batch", nn.Flatten(), (2, 2, 3), 3)
    case("reshape_single", nn.Unflatten(1, (2, 3)), (6,), 1)
    case("reshape_batch", nn.Sequential(nn.Flatten(), nn.Unflatten(1, (1, 3, 2))), (2, 3), 4)
    case("linear_single", nn.Linear(5, 3), (5,), 1)
    case("linear_batch", nn.Linear(7, 4), (7,), 5)
    case("linear_rank_2", nn.Linear(4, 3), (2, 4), 3)
    case("linear_no_bias", nn.Linear(6, 2, bias=False), (6,), 7)
    elementwise("relu", nn.ReLU())
    elementwise("leaky_relu", nn.LeakyReLU(), nn.LeakyReLU(0.2))
    elementwise("elu", nn.ELU(), nn.ELU(0.5))
    elementwise("gelu", nn.GELU())
    elementwise("gelu_tanh", nn.GELU(approximate="tanh"))
    elementwise("silu", nn.SiLU())
    elementwise("sigmoid", nn.Sigmoid())
    elementwise("tanh", nn.Tanh())
    elementwise("softplus", nn.Softplus(), nn.Softplus(beta=2, threshold=1))
    for name, layer in (("softmax", nn.Softmax), ("log_softmax", nn.LogSoftmax)):
        elementwise(name, layer(dim=-1))
        case(f"{name}_dim_1", layer(dim=1), (4, 3), 3, 2)
        case(f"{name}_dim_2", layer(dim=2), (2, 3, 2), 2)
    elementwise("dropout", nn.Dropout(), nn.Dropout(0.2))
    case("dropout_none", nn.Dropout(0.0), (6,), 3)
    case("dropout_all", nn.Dropout(1.0), (6,), 3)
    case("glu_single", nn.GLU(), (24,), 1, len(SPECIAL))
    case("glu_batch", nn.GLU(), (3, 4), 5, 4)
    case("glu_dim_1", nn.GLU(1), (4, 3, 2), 3)
    case("glu_dim_2", nn.GLU(-2), (3, 2, 5), 2)
    elementwise("hardswish", nn.Hardswish())
    out.write()


if __name__ == "__main__":
    main()
