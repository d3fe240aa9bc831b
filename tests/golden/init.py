#!/usr/bin/env python3
"""Writes init.hpp: what PyTorch's nn.init makes of a weight on the CPU, and the initial values of Linear."""

import math

import torch

from literals import Header

init = torch.nn.init
SEEDS = (0, 42, 1234)
out = Header("init", "The initial values of PyTorch on the CPU. Names end in the seed.")


def sum_of(tensor):
    return tensor.detach().double().sum().item()


def filled(seed, shape, function, *arguments, dtype=torch.float32, **options):
    torch.manual_seed(seed)
    return function(torch.empty(*shape, dtype=dtype), *arguments, **options)


def linear(seed, inputs, outputs):
    torch.manual_seed(seed)
    layer = torch.nn.Linear(inputs, outputs)
    name = f"linear_{inputs}_{outputs}"
    weight, bias = layer.weight, layer.bias
    out.array(f"{name}_weight_first_{seed}", weight.reshape(-1)[:10])
    out.array(f"{name}_weight_last_{seed}", weight.reshape(-1)[-10:])
    out.value(f"{name}_weight_sum_{seed}", sum_of(weight))
    out.array(f"{name}_bias_{seed}", bias[:10])
    out.value(f"{name}_bias_sum_{seed}", sum_of(bias))


def main():
    out.note("calculate_gain: linear, sigmoid, tanh, relu, leaky_relu, leaky_relu(0.2), selu")
    gains = [("linear",), ("sigmoid",), ("tanh",), ("relu",), ("leaky_relu",), ("leaky_relu", 0.2), ("selu",)]
    out.array("gains", [init.calculate_gain(*g) for g in gains], "double")

    for seed in SEEDS:
        out.note(f"Seed {seed}: nn.Linear as it is made (weight, then bias): first and last values, sums")
        for inputs, outputs in ((1, 1), (784, 10), (20, 30)):
            linear(seed, inputs, outputs)

        out.note(f"Seed {seed}: weights [5, 7], kernels [4, 3, 3, 2]")
        matrix, kernel = (5, 7), (4, 3, 3, 2)
        out.array(f"uniform_{seed}", filled(seed, matrix, init.uniform_, -0.3, 0.71))
        out.array(f"normal_{seed}", filled(seed, matrix, init.normal_, 0.5, 0.02))
        out.array(f"xavier_uniform_{seed}", filled(seed, matrix, init.xavier_uniform_, 5 / 3))
        out.array(f"xavier_normal_{seed}", filled(seed, matrix, init.xavier_normal_))
        out.array(f"xavier_uniform_kernel_{seed}", filled(seed, kernel, init.xavier_uniform_))
        out.array(f"kaiming_uniform_{seed}", filled(seed, matrix, init.kaiming_uniform_, math.sqrt(5)))
        out.array(f"kaiming_uniform_tanh_{seed}",
                  filled(seed, matrix, init.kaiming_uniform_, nonlinearity="tanh"))
        out.array(f"kaiming_normal_{seed}", filled(seed, matrix, init.kaiming_normal_, mode="fan_out"))
        out.array(f"kaiming_normal_kernel_{seed}",
                  filled(seed, kernel, init.kaiming_normal_, mode="fan_out", nonlinearity="tanh"))
        out.array(f"kaiming_uniform_kernel_{seed}", filled(seed, kernel, init.kaiming_uniform_))
        out.array(f"kaiming_uniform_double_{seed}",
                  filled(seed, matrix, init.kaiming_uniform_, math.sqrt(5), dtype=torch.float64))
        out.array(f"trunc_normal_{seed}", filled(seed, matrix, init.trunc_normal_))
        out.array(f"trunc_normal_narrow_{seed}",
                  filled(seed, matrix, init.trunc_normal_, 0.1, 0.02, 0.09, 0.14))
        out.array(f"trunc_normal_double_{seed}",
                  filled(seed, matrix, init.trunc_normal_, dtype=torch.float64))
        out.array(f"orthogonal_wide_{seed}", filled(seed, matrix, init.orthogonal_))
        out.array(f"orthogonal_tall_{seed}", filled(seed, (7, 5), init.orthogonal_, 2.0))
        out.array(f"orthogonal_square_{seed}", filled(seed, (6, 6), init.orthogonal_))
        out.array(f"orthogonal_small_{seed}", filled(seed, (2, 3), init.orthogonal_))
        out.array(f"orthogonal_kernel_{seed}", filled(seed, kernel, init.orthogonal_))
        out.array(f"orthogonal_double_{seed}", filled(seed, matrix, init.orthogonal_, dtype=torch.float64))
        big = filled(seed, (64, 64), init.orthogonal_)
        out.array(f"orthogonal_64_first_{seed}", big.reshape(-1)[:10])
        out.array(f"orthogonal_64_last_{seed}", big.reshape(-1)[-10:])
    out.write()


main()
