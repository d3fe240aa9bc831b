#!/usr/bin/env python3
"""Writes convolution.hpp: convolutions by PyTorch, computed in double and rounded once, and their initial values."""

import torch
from torch import nn
from torch.nn.utils.stateless import functional_call

import layers
from literals import Header

layers.out = out = Header("convolution", "Convolutions of PyTorch: input, output and gradients of sum(dy * y); initial values.")
out.lines[out.lines.index("#include <cstdint>")] = '#include "golden/layers.hpp"'
out.lines.insert(out.lines.index("// clang-format off"), "using layers::Case;\n")


class InDouble(nn.Module):
    """A layer with parameters in float that computes in double."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        parameters = {name: parameter.double() for name, parameter in self.layer.named_parameters()}
        return functional_call(self.layer, parameters, x.double()).float()

    def __repr__(self):
        return repr(self.layer)


class Quarters:
    """In its scope random numbers are multiples of 1/4: all sums are exact, in whatever order, and short to write."""

    def __enter__(self):
        self.functions = torch.randn, torch.randn_like
        torch.randn, torch.randn_like = (lambda *a, f=f: (f(*a) * 4).round() / 4 for f in self.functions)

    def __exit__(self, *error):
        torch.randn, torch.randn_like = self.functions


def case(name, layer, sample, batch):
    layers.case(name, InDouble(layer), sample, batch)


def exact(name, layer, sample, batch):
    with Quarters():
        case(name, layer, sample, batch)


def initial(name, make):
    """The first and the last of a layer's parameters after torch.manual_seed(7), and a number drawn behind them."""
    torch.manual_seed(7)
    layer = make()
    out.note(f"{layer}: initial values")
    values = torch.cat([parameter.detach().reshape(-1) for parameter in layer.parameters()])
    out.array(f"{name}_initial", torch.cat([values[:6], values[-6:], torch.rand(1)]))


def main():
    torch.manual_seed(2025)
    case("stride_2", nn.Conv2d(2, 3, 3, stride=2), (2, 7, 5), 1)
    case("padding_1", nn.Conv2d(1, 4, 3, padding=1), (1, 6, 5), 5)
    exact("padding_2", nn.Conv2d(2, 3, 5, padding=2), (2, 4, 5), 17)
    case("same_even", nn.Conv2d(2, 3, (4, 2), padding="same"), (2, 5, 6), 5)
    case("dilation_2", nn.Conv2d(2, 3, 3, dilation=2, padding=1), (2, 6, 5), 5)
    exact("groups_2", nn.Conv2d(4, 6, 3, groups=2, padding=1), (4, 5, 5), 5)
    exact("groups_large", nn.Conv2d(16, 4, 3, groups=2, stride=2, padding=1), (16, 4, 5), 3)
    exact("depthwise", nn.Conv2d(3, 3, 3, groups=3, padding=1), (3, 3, 4), 17)
    case("depthwise_double", nn.Conv2d(3, 6, 3, groups=3, stride=2), (3, 5, 5), 5)
    exact("depthwise_reflect", nn.Conv2d(3, 3, 3, groups=3, padding=2, padding_mode="reflect"), (3, 4, 3), 2)
    case("pointwise", nn.Conv2d(5, 4, 1), (5, 3, 3), 5)
    exact("pointwise_single", nn.Conv2d(5, 4, 1), (5, 3, 3), 1)
    exact("pointwise_large", nn.Conv2d(3, 2, 1), (3, 8, 9), 3)
    exact("kernel_3_5", nn.Conv2d(2, 3, (3, 5), stride=(2, 1), padding=(1, 2)), (2, 7, 6), 1)
    exact("reflect", nn.Conv2d(2, 3, 3, padding=2, padding_mode="reflect"), (2, 5, 3), 5)
    exact("reflect_same", nn.Conv2d(2, 3, (2, 3), padding="same", dilation=(3, 1), padding_mode="reflect"), (2, 4, 4), 3)
    exact("replicate", nn.Conv2d(2, 3, 3, stride=2, padding=(3, 1), padding_mode="replicate"), (2, 2, 5), 5)
    exact("circular", nn.Conv2d(2, 3, 3, padding=(2, 3), padding_mode="circular"), (2, 4, 3), 5)
    case("without_bias", nn.Conv2d(2, 3, 2, bias=False), (2, 3, 3), 17)
    exact("whole_image", nn.Conv2d(2, 5, (3, 4)), (2, 3, 4), 5)
    exact("windows_apart", nn.Conv2d(1, 2, 2, stride=3), (1, 7, 9), 2)

    case("conv1d_stride_2", nn.Conv1d(2, 3, 3, stride=2), (2, 8), 1)
    case("conv1d_padding_2", nn.Conv1d(2, 3, 5, padding=2), (2, 9), 17)
    case("conv1d_same_even", nn.Conv1d(2, 3, 4, padding="same"), (2, 7), 5)
    exact("conv1d_dilation_2", nn.Conv1d(2, 3, 3, dilation=2, padding=1), (2, 9), 5)
    exact("conv1d_groups_2", nn.Conv1d(4, 6, 3, groups=2, bias=False), (4, 7), 5)
    exact("conv1d_depthwise", nn.Conv1d(3, 6, 3, groups=3, padding=1), (3, 7), 17)
    exact("conv1d_pointwise", nn.Conv1d(3, 4, 1), (3, 70), 2)
    case("conv1d_reflect", nn.Conv1d(2, 3, 3, padding=2, padding_mode="reflect"), (2, 5), 5)
    exact("conv1d_replicate", nn.Conv1d(2, 3, 3, padding=4, padding_mode="replicate", stride=2), (2, 3), 5)
    exact("conv1d_circular", nn.Conv1d(2, 3, 3, padding=3, padding_mode="circular"), (2, 3), 1)

    transposed = nn.ConvTranspose2d
    case("transposed_plain", transposed(3, 2, 3), (3, 3, 4), 1)
    case("transposed_stride_2", transposed(3, 2, 3, stride=2, padding=1), (3, 4, 3), 5)
    case("transposed_output_padding", transposed(2, 3, 3, stride=2, padding=1, output_padding=1), (2, 2, 3), 5)
    exact("transposed_output_padding_2", transposed(2, 3, 2, dilation=3, padding=(1, 2), output_padding=(2, 1)), (2, 3, 4), 3)
    exact("transposed_kernel_2_4", transposed(2, 3, (2, 4), stride=(1, 3), padding=(0, 1), bias=False), (2, 2, 2), 17)
    case("transposed_groups_2", transposed(4, 6, 3, groups=2, stride=2), (4, 2, 2), 2)
    exact("transposed_groups_large", transposed(4, 16, 3, groups=2, padding=1), (4, 3, 4), 2)
    exact("transposed_depthwise", transposed(3, 3, 3, groups=3, dilation=2), (3, 2, 2), 17)
    exact("transposed_pointwise", transposed(4, 3, 1), (4, 8, 8), 2)

    initial("conv2d", lambda: nn.Conv2d(3, 8, (3, 5)))
    initial("conv2d_groups", lambda: nn.Conv2d(4, 6, 3, groups=2))
    initial("conv1d", lambda: nn.Conv1d(3, 8, 3))
    initial("conv_transpose2d", lambda: transposed(3, 8, (2, 3)))
    initial("conv_transpose2d_groups", lambda: transposed(4, 6, 3, groups=2))
    out.write()


if __name__ == "__main__":
    main()
