#!/usr/bin/env python3
"""Writes lion.hpp: parameters under Lion, which PyTorch does not have, from a reference implementation.

It is algorithm 2 of X. Chen et al., "Symbolic discovery of optimization algorithms" (2023), line by line.
"""

import functools

import torch

from literals import Header
from optimizers import run, small_net, train

out = Header("lion", "The 37 parameters of optimizers.hpp after 1, 2, 5 and 20 steps, and the losses of its network.")


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for theta in group["params"]:
                g, state = theta.grad, self.state[theta]
                m = state.get("m", torch.zeros_like(theta))
                c = b1 * m + (1 - b1) * g
                theta.sub_(group["lr"] * (torch.sign(c) + group["weight_decay"] * theta))
                state["m"] = b2 * m + (1 - b2) * g


def main():
    decayed = dict(lr=0.01, betas=(0.8, 0.95), weight_decay=0.3)
    out.array("default_float", run(Lion, torch.float32))
    out.array("default_double", run(Lion, torch.float64))
    out.array("default_double_halved_at_10", run(Lion, torch.float64, halve_at=10))
    out.note(str(decayed))
    out.array("decayed_float", run(functools.partial(Lion, **decayed), torch.float32))
    out.note("Losses with lr=0.01")
    net = small_net()
    out.array("losses", train(net, Lion(net.parameters(), lr=0.01)), "double")
    out.write()


main()
