#!/usr/bin/env python3
"""Writes lamb.hpp: a network under LAMB, which PyTorch does not have, from a reference implementation.

It is algorithm 2 of Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes" (ICLR
2020), line by line, with the identity for phi; where a norm is 0 the trust ratio is 1, as in the authors' code
(https://github.com/tensorflow/addons/blob/master/tensorflow_addons/optimizers/lamb.py).
"""

import torch

from literals import Header
from optimizers import flat_parameters, small_net, train

out = Header("lamb", "Linear(5, 7), ReLU, Linear(7, 3), LogSoftmax with seed 42, 2.bias zero, on the samples of optimizers.hpp.")


class LAMB(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for x in group["params"]:
                g, state = x.grad, self.state[x]
                if not state:
                    state.update(t=0, m=torch.zeros_like(x), v=torch.zeros_like(x))
                state["t"] += 1
                state["m"] = b1 * state["m"] + (1 - b1) * g
                state["v"] = b2 * state["v"] + (1 - b2) * g * g
                m_hat = state["m"] / (1 - b1 ** state["t"])
                v_hat = state["v"] / (1 - b2 ** state["t"])
                r = m_hat / (torch.sqrt(v_hat) + group["eps"])
                u = r + group["weight_decay"] * x
                of_x, of_u = torch.linalg.vector_norm(x), torch.linalg.vector_norm(u)
                ratio = of_x / of_u if of_x > 0 and of_u > 0 else 1.0
                x.sub_(group["lr"] * ratio * u)


def run(options, dtype):
    net = small_net()
    with torch.no_grad():
        net[2].bias.zero_()
    net = net.to(dtype)
    losses = train(net, LAMB(net.parameters(), **options), dtype=dtype)
    return losses, flat_parameters(net)


SETS = {
    "default": dict(lr=0.01),
    "other": dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    "plain": dict(lr=0.02, weight_decay=0.0),
}


def main():
    for name, options in SETS.items():
        out.note(f"{name} {options}: losses of six steps, and the parameters behind them")
        for dtype, kind in ((torch.float32, "float"), (torch.float64, "double")):
            losses, parameters = run(options, dtype)
            out.array(f"{name}_losses_{kind}", losses, "double")
            out.array(f"{name}_{kind}", parameters)
    out.write()


main()
