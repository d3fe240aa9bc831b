#!/usr/bin/env python3
"""Writes pooling.hpp: pools, resizing, PReLU and Dropout2d by PyTorch in float."""

import torch
from torch import nn

import layers
from literals import Header

layers.out = out = Header("pooling", "Pools and their like of PyTorch in training mode: input, output and gradients.")
out.lines[out.lines.index("#include <cstdint>")] = '#include "golden/layers.hpp"'
out.lines.insert(out.lines.index("// clang-format off"), "using layers::Case;\n")


class Multiples:
    """In its scope random numbers are multiples of 1/steps: short to write, and equal here and there."""

    def __init__(self, steps):
        self.steps = steps

    def __enter__(self):
        self.functions = torch.randn, torch.randn_like
        torch.randn, torch.randn_like = (lambda *a, f=f: (f(*a) * self.steps).round() / self.steps for f in self.functions)

    def __exit__(self, *error):
        torch.randn, torch.randn_like = self.functions


def maxima():
    case = layers.case
    case("max_2d_pairs", nn.MaxPool2d(2), (2, 4, 6), 1)
    case("max_2d_pairs_odd", nn.MaxPool2d(2), (2, 7, 9), 3)
    with Multiples(2):
        case("max_2d_pairs_equal", nn.MaxPool2d(2), (3, 4, 38), 2)
        case("max_2d_equal", nn.MaxPool2d(3, stride=1, padding=1), (2, 6, 7), 2)
    case("max_2d_3_2_1", nn.MaxPool2d(3, stride=2, padding=1), (2, 9, 12), 2)
    case("max_2d_ceil", nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (1, 6, 5), 3)
    case("max_2d_ceil_pairs", nn.MaxPool2d(2, ceil_mode=True), (2, 5, 7), 1)
    case("max_2d_larger_than_input", nn.MaxPool2d(3, stride=2, ceil_mode=True), (2, 2, 5), 2)
    case("max_2d_rectangle", nn.MaxPool2d((2, 3), stride=(3, 1), padding=(1, 0)), (2, 7, 5), 2)
    case("max_2d_dilation", nn.MaxPool2d(3, stride=(1, 2), padding=1, dilation=(2, 3)), (2, 7, 11), 2)
    case("max_2d_stride_3", nn.MaxPool2d(2, stride=3), (1, 8, 10), 2)
    case("max_2d_large", nn.MaxPool2d(17), (1, 18, 17), 1)
    case("max_1d_pairs", nn.MaxPool1d(2), (3, 10), 2)
    case("max_1d_pairs_odd", nn.MaxPool1d(2), (2, 11), 5)
    case("max_1d_options", nn.MaxPool1d(3, stride=2, padding=1, dilation=2, ceil_mode=True), (2, 12), 1)
    case("max_1d_stride_1", nn.MaxPool1d(4, stride=1), (1, 21), 3)


def means():
    case = layers.case
    case("avg_2d_pairs", nn.AvgPool2d(2), (2, 4, 6), 1)
    case("avg_2d_pairs_odd", nn.AvgPool2d(2), (2, 7, 9), 3)
    case("avg_2d_3_2_1", nn.AvgPool2d(3, stride=2, padding=1), (2, 9, 12), 2)
    case("avg_2d_3_1_1_exclude", nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), (2, 6, 7), 2)
    case("avg_2d_ceil", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), (1, 6, 8), 3)
    case("avg_2d_ceil_exclude", nn.AvgPool2d((4, 3), stride=(3, 2), padding=(2, 1), ceil_mode=True, count_include_pad=False), (1, 7, 8), 2)
    case("avg_2d_ceil_no_padding", nn.AvgPool2d(3, ceil_mode=True), (2, 7, 5), 2)
    case("avg_2d_stride_3", nn.AvgPool2d((3, 2), stride=(1, 3)), (1, 8, 10), 2)
    case("avg_2d_whole", nn.AvgPool2d(5), (3, 5, 5), 2)
    case("avg_2d_large", nn.AvgPool2d(17, stride=1), (1, 18, 19), 1)
    case("avg_1d_pairs", nn.AvgPool1d(2), (3, 10), 2)
    case("avg_1d_options", nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True), (2, 12), 1)
    case("avg_1d_exclude", nn.AvgPool1d(4, stride=3, padding=2, count_include_pad=False), (2, 11), 3)
    case("avg_1d_stride_1", nn.AvgPool1d(4, stride=1), (1, 21), 2)


def adaptive():
    case = layers.case
    for name, layer in ("avg", nn.AdaptiveAvgPool2d), ("max", nn.AdaptiveMaxPool2d):
        case(f"adaptive_{name}_1", layer(1), (3, 5, 7), 2)
        case(f"adaptive_{name}_half", layer((3, 4)), (2, 6, 8), 1)
        case(f"adaptive_{name}_uneven", layer((3, 4)), (2, 7, 9), 3)
        case(f"adaptive_{name}_larger", layer((5, 4)), (1, 3, 6), 2)


def resized():
    case, up = layers.case, nn.Upsample
    case("nearest_2", up(scale_factor=2), (2, 3, 5), 2)
    case("nearest_3", up(scale_factor=3), (2, 3, 2), 1)
    case("nearest_size", up(size=(7, 5)), (1, 3, 4), 2)
    case("nearest_smaller", up(size=(3, 4)), (2, 5, 9), 3)
    case("bilinear_2", up(scale_factor=2, mode="bilinear"), (2, 3, 5), 2)
    case("bilinear_2_one", up(scale_factor=2, mode="bilinear"), (2, 1, 1), 3)
    case("bilinear_3", up(scale_factor=3, mode="bilinear"), (1, 3, 4), 2)
    case("bilinear_size", up(size=(7, 5), mode="bilinear"), (1, 3, 4), 1)
    case("bilinear_smaller", up(size=(3, 4), mode="bilinear"), (2, 5, 9), 3)
    case("bilinear_2_aligned", up(scale_factor=2, mode="bilinear", align_corners=True), (2, 3, 5), 2)
    case("bilinear_size_aligned", up(size=(7, 1), mode="bilinear", align_corners=True), (1, 3, 4), 2)


def others():
    case = layers.case
    case("prelu_single", nn.PReLU(), (19,), 1, len(layers.SPECIAL))
    case("prelu_batch", nn.PReLU(), (2, 3), 5, 4)
    case("prelu_channels", nn.PReLU(3), (3, 5, 7), 4, 4)
    case("prelu_row", nn.PReLU(21), (21,), 6, 4)
    case("prelu_row_of_one_sample", nn.PReLU(5), (5, 1), 1)
    case("dropout_2d", nn.Dropout2d(), (7, 2, 3), 4)
    case("dropout_2d_few", nn.Dropout2d(0.2), (5, 3, 1), 5)
    case("dropout_2d_none", nn.Dropout2d(0.0), (3, 2, 2), 2)
    case("dropout_2d_all", nn.Dropout2d(1.0), (3, 2, 2), 1)


def main():
    torch.manual_seed(2026)
    with Multiples(16):
        maxima()
        means()
        adaptive()
        resized()
        others()
    out.write()


main()
