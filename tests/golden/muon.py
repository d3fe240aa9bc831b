#!/usr/bin/env python3
"""Writes muon.hpp: a network of matrices under torch.optim.Muon.

PyTorch iterates in bfloat16, Strata in the model's type. So the numbers are those of PyTorch's own code with another
type in the place of torch.bfloat16. With bfloat16 it comes 20, 16 and 0.5 per cent of the way from the start apart
from them in the three sets: iterations with the default coefficients do not converge, and small singular values, which
bfloat16 does not hold well, grow most.
"""

import math

import torch
import torch.optim._muon as muon

from literals import Header
from optimizers import flat_parameters, rounded, train

out = Header("muon", "Linear(5, 7), Tanh, Linear(7, 7), ReLU, Linear(7, 3) without biases, LogSoftmax: the weights "
                     "are 0.3 sin(1 + 2.3 i + layer) to four digits, the samples those of optimizers.hpp.")


class With:
    """The module torch, but for its bfloat16."""

    def __init__(self, dtype):
        self.bfloat16 = dtype

    def __getattr__(self, name):
        return getattr(torch, name)


def run(options, dtype):
    nn = torch.nn
    net = nn.Sequential(nn.Linear(5, 7, bias=False), nn.Tanh(), nn.Linear(7, 7, bias=False), nn.ReLU(),
                        nn.Linear(7, 3, bias=False), nn.LogSoftmax(-1)).to(dtype)
    with torch.no_grad():
        for layer, p in enumerate(net.parameters()):
            values = [rounded(0.3 * math.sin(1 + 2.3 * i + layer)) for i in range(p.numel())]
            p.copy_(torch.tensor(values, dtype=dtype).reshape(p.shape))
    muon.torch = With(dtype)
    optimizer = torch.optim.Muon(net.parameters(), **options)
    losses = train(net, optimizer, dtype=dtype)
    muon.torch = torch
    return losses, flat_parameters(net)


SETS = {
    "default": dict(lr=0.02),
    "plain": dict(lr=0.02, nesterov=False, weight_decay=0.0, momentum=0.5, adjust_lr_fn="match_rms_adamw"),
    "other": dict(lr=0.05, weight_decay=0.3, momentum=0.9, ns_coefficients=(2.0, -1.5, 0.5), ns_steps=3, eps=0.01,
                  adjust_lr_fn="spectral_unclamped"),
}


def main():
    for name, options in SETS.items():
        out.note(f"{name} {options}: losses of six steps, and the parameters behind them")
        for dtype, kind in ((torch.float32, "float"), (torch.float64, "double")):
            losses, parameters = run(options, dtype)
            out.array(f"{name}_losses_{kind}", losses, "double")
            out.array(f"{name}_{kind}", parameters)
    out.write()


if __name__ == "__main__":
    main()
