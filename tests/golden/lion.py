#!/usr/bin/env python3
"""Writes lion.hpp: parameters under Lion, which PyTorch does not have, from a reference implementation.

The implementation is that of the paper's authors, with their names and order of operations:
https://github.com/google/automl/blob/master/lion/lion_pytorch.py (X. Chen et al., "Symbolic discovery of
optimization algorithms", 2023).
"""

import torch

from literals import Header
from optimizers import GRADIENTS, KEPT, START, batch

out = Header("lion", "The 37 parameters of optimizers.hpp after 1, 2, 5 and 20 steps, and the losses of its network.")


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                # Perform stepweight decay
                p.data.mul_(1 - group["lr"] * group["weight_decay"])
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"] = torch.zeros_like(p)
                exp_avg = state["exp_avg"]
                beta1, beta2 = group["betas"]
                # Weight update
                update = exp_avg * beta1 + grad * (1 - beta1)
                p.add_(update.sign_(), alpha=-group["lr"])
                # Decay the momentum running average coefficient
                exp_avg.mul_(beta2).add_(grad, alpha=1 - beta2)


def run(options, dtype, halve_at=None):
    p = torch.tensor(START, dtype=dtype, requires_grad=True)
    optimizer = Lion([p], **options)
    kept = []
    for t, gradient in enumerate(GRADIENTS, start=1):
        if t == halve_at:
            optimizer.param_groups[0]["lr"] *= 0.5
        p.grad = torch.tensor(gradient, dtype=dtype)
        optimizer.step()
        if t in KEPT:
            kept.append(p.detach().clone())
    return torch.stack(kept)


def losses(options):
    torch.manual_seed(42)
    net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 3), torch.nn.LogSoftmax(-1))
    optimizer = Lion(net.parameters(), **options)
    x, labels = batch()
    values = []
    for _ in range(6):
        optimizer.zero_grad()
        loss = torch.nn.functional.nll_loss(net(x), labels)
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    return values


def main():
    decayed = dict(lr=0.01, betas=(0.8, 0.95), weight_decay=0.3)
    out.array("default_float", run({}, torch.float32))
    out.array("default_double", run({}, torch.float64))
    out.array("default_double_halved_at_10", run({}, torch.float64, halve_at=10))
    out.note(str(decayed))
    out.array("decayed_float", run(decayed, torch.float32))
    out.note("Losses with lr=0.01")
    out.array("losses", losses(dict(lr=0.01)), "double")
    out.write()


main()
