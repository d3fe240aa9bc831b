#!/usr/bin/env python3
"""Writes random_numbers.hpp: PyTorch's random numbers on the CPU, after torch.manual_seed(seed).

Not called random.py, since Python and PyTorch import a module of that name.
"""

import warnings

import torch

from literals import Header

SEEDS = (0, 42, 1234)
out = Header("random_numbers", "The random numbers of PyTorch on the CPU. Names end in the seed.")


def checksum(values):
    """Depends on the order: the sum of (i + 1) * value, modulo 2^64."""
    return sum((i + 1) * v for i, v in enumerate(values.reshape(-1).tolist())) % 2**64


def shuffled(size, epochs):
    """The sample order of a shuffling DataLoader over `epochs` epochs."""
    loader = torch.utils.data.DataLoader(torch.arange(size), batch_size=1, shuffle=True)
    return torch.cat([torch.cat(list(loader)) for _ in range(epochs)])


def main():
    warnings.simplefilter("ignore")
    out.note("The engine: the first eight draws of 32 bits.")
    for seed in SEEDS:
        torch.manual_seed(seed)
        # The remainder by 2^32 - 1 leaves all numbers but one as they are; by 2^32 it would take 64 bits.
        bits = torch.randint(0, 2**32 - 1, (8,))
        out.array(f"bits_{seed}", bits, "std::uint32_t")

    for dtype, suffix in ((torch.float32, "float"), (torch.float64, "double")):
        for seed in SEEDS:
            out.note(f"{suffix}, seed {seed}: randn of several sizes, rand, uniform_(-0.3, 0.71)")
            for size in (1, 5, 15, 16, 17, 20, 100):
                torch.manual_seed(seed)
                out.array(f"randn_{suffix}_{size}_{seed}", torch.randn(size, dtype=dtype))
            torch.manual_seed(seed)
            out.array(f"rand_{suffix}_{seed}", torch.rand(20, dtype=dtype))
            torch.manual_seed(seed)
            out.array(f"uniform_{suffix}_{seed}", torch.empty(20, dtype=dtype).uniform_(-0.3, 0.71))

    for seed in SEEDS:
        out.note(f"Seed {seed}: randn of 1, rand 1, randn 1, 3, rand 2, randn 16, 2, manual_seed, randn 1")
        torch.manual_seed(seed)
        parts = [torch.randn(1), torch.rand(1), torch.randn(1), torch.randn(3)]
        parts += [torch.rand(2), torch.randn(16), torch.randn(2)]
        torch.manual_seed(seed)
        parts.append(torch.randn(1))
        out.array(f"interleaved_{seed}", torch.cat(parts))

        out.note(f"Seed {seed}: integers")
        for name, low, high in (("small", 0, 10), ("negative", -7, 1000), ("wide", -5, 2**40)):
            torch.manual_seed(seed)
            out.array(f"randint_{name}_{seed}", torch.randint(low, high, (20,)))
        torch.manual_seed(seed)
        out.array(f"randperm_10_{seed}", torch.randperm(10))
        torch.manual_seed(seed)
        order = torch.randperm(1000)
        out.array(f"randperm_1000_first_{seed}", order[:10])
        out.value(f"randperm_1000_checksum_{seed}", checksum(order), "std::uint64_t")
        torch.manual_seed(seed)
        out.array(f"random_int64_{seed}", torch.empty(3, dtype=torch.int64).random_())

        out.note(f"Seed {seed}: what dropout makes of ones")
        for size in (20, 33):
            for p in (0.5, 0.2):
                torch.manual_seed(seed)
                mask = torch.nn.functional.dropout(torch.ones(size), p)
                out.array(f"dropout_{size}_{round(100 * p)}_{seed}", mask)

        out.note(f"Seed {seed}: two epochs of a shuffling DataLoader, the permutation of random_split")
        torch.manual_seed(seed)
        out.array(f"shuffle_10_{seed}", shuffled(10, 2))
        torch.manual_seed(seed)
        out.array(f"shuffle_100_{seed}", shuffled(100, 2))
        torch.manual_seed(seed)
        first, second = torch.utils.data.random_split(range(20), (15, 5))
        out.array(f"random_split_20_{seed}", torch.tensor(first.indices + second.indices))
    out.write()


main()
