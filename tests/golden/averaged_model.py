#!/usr/bin/env python3
"""Writes averaged_model.hpp: averages of a network in training, with torch.optim.swa_utils.AveragedModel."""

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

from literals import Header
from optimizers import batch

STEPS = 6
out = Header("averaged_model", "Linear(5, 7), BatchNorm1d(7), ReLU, Linear(7, 3), LogSoftmax with seed 42 under SGD(lr=0.5), on the "
                               "samples of optimizers.hpp; averaged behind each of six steps.")


def run(batches=(), **options):
    """The state of the average, but for the number of batches: parameters in order, and then buffers."""
    torch.manual_seed(42)
    nn = torch.nn
    net = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 3), nn.LogSoftmax(-1))
    averaged = AveragedModel(net, **options)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    x, labels = batch()
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.functional.nll_loss(net(x), labels).backward()
        optimizer.step()
        averaged.update_parameters(net)
    if batches:
        update_bn([x[begin:end] for begin, end in batches], averaged)
    module = averaged.module
    return torch.cat([p.detach().flatten() for p in module.parameters()] + [module[1].running_mean, module[1].running_var])


def main():
    out.array("swa", run())
    out.array("ema", run(multi_avg_fn=get_ema_multi_avg_fn(0.8)))
    out.array("swa_buffers", run(use_buffers=True))
    out.array("ema_buffers", run(multi_avg_fn=get_ema_multi_avg_fn(0.8), use_buffers=True))
    out.note("The first of them behind update_bn with batches of 3, 3 and 2 samples")
    out.array("updated", run(batches=((0, 3), (3, 6), (6, 8))))
    out.write()


main()
