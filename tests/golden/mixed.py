#!/usr/bin/env python3
"""Writes mixed.hpp: a network whose matrices torch.optim.Muon has, and the rest torch.optim.AdamW.

As in muon.py the iterations are in float and not in bfloat16.
"""

import torch
import torch.optim._muon as muon

from literals import Header
from muon import With
from optimizers import flat_parameters, small_net, train

out = Header("mixed", "Linear(5, 7), ReLU, Linear(7, 3), LogSoftmax with seed 42 on the samples of optimizers.hpp.")


def run(of_muon, of_adamw, bias_lr=None):
    """Losses and parameters, with Muon for the parameters that `of_muon` names."""
    net = small_net()
    muon.torch = With(torch.float32)
    named = dict(net.named_parameters())
    groups = [{"params": [named[name]]} for name in of_adamw]
    if bias_lr is not None:
        groups[0]["lr"] = bias_lr
    optimizers = [torch.optim.Muon([named[name] for name in of_muon], lr=0.02), torch.optim.AdamW(groups, lr=0.01)]
    losses = train(net, *optimizers)
    muon.torch = torch
    return losses, flat_parameters(net)


def write(name, *arguments, **options):
    losses, parameters = run(*arguments, **options)
    out.array(f"{name}_losses", losses, "double")
    out.array(f"{name}_parameters", parameters)


def main():
    out.note("Muon(lr=0.02) for both matrices, AdamW(lr=0.01) for both biases")
    write("matrices", ("0.weight", "2.weight"), ("0.bias", "2.bias"))
    out.note("Muon for the first matrix alone, and another rate for the first bias")
    write("first", ("0.weight",), ("0.bias", "2.weight", "2.bias"), bias_lr=0.05)
    out.write()


main()
