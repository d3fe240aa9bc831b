#!/usr/bin/env python3
"""Writes clip_grad.hpp: gradients of a small network that PyTorch clips, and its losses in training with that."""

import math

import torch

from literals import Header

out = Header("clip_grad", "Linear(5, 7), ReLU, Linear(7, 3), LogSoftmax with seed 42 on the eight samples of optimizers.hpp.")


def rounded(value):
    return float(f"{value:.4g}")


X = torch.tensor([[rounded(math.cos(3 * i + 1.7 * j * j)) for j in range(5)] for i in range(8)])
LABELS = torch.tensor([(2 * i + i // 3) % 3 for i in range(8)])


def network():
    torch.manual_seed(42)
    return torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 3), torch.nn.LogSoftmax(-1))


def loss_of(net, begin=0, end=8):
    return torch.nn.functional.nll_loss(net(X[begin:end]), LABELS[begin:end])


def gradients(clip, frozen=()):
    """All gradients one after the other, after `clip(parameters)`, and what that returned."""
    net = network()
    for name, parameter in net.named_parameters():
        parameter.requires_grad = name not in frozen
    loss_of(net).backward()
    result = clip(net.parameters())
    flat = [p.grad if p.grad is not None else torch.zeros_like(p) for p in net.parameters()]
    return torch.cat([g.reshape(-1) for g in flat]), result


def losses(clip, groups=((0, 8),), steps=6):
    """The loss of all samples after each step of SGD; the batches of a step are `groups`."""
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    values = []
    for _ in range(steps):
        optimizer.zero_grad()
        for begin, end in groups:
            (loss_of(net, begin, end) / len(groups)).backward()
        clip(net.parameters())
        optimizer.step()
        values.append(loss_of(net).item())
    return values


def accumulated():
    """The same with batches of 3, 3 and 2 samples, of which two make a step, in three epochs."""
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    values = []
    for _ in range(3):
        for group in (((0, 3), (3, 6)), ((6, 8),)):
            optimizer.zero_grad()
            for begin, end in group:
                (loss_of(net, begin, end) / len(group)).backward()
            optimizer.step()
        values.append(loss_of(net).item())
    return values


def norm(most, **options):
    return lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, most, **options)


def value(most):
    return lambda parameters: torch.nn.utils.clip_grad_value_(parameters, most)


def main():
    for name, clip in {
        "norm_2": norm(0.1),
        "norm_inf": norm(0.05, norm_type=math.inf),
        "norm_above": norm(10.0),
    }.items():
        flat, total = gradients(clip)
        out.array(name, flat)
        out.value(f"{name}_total", total.item())
    out.array("value", gradients(value(0.05))[0])
    flat, total = gradients(norm(0.1), frozen=("0.weight", "2.bias"))
    out.array("frozen", flat)
    out.value("frozen_total", total.item())
    out.note("Losses behind six steps of SGD(lr=0.5, momentum=0.9)")
    out.array("losses_norm", losses(norm(0.1)), "double")
    out.array("losses_value", losses(value(0.02)), "double")

    def both(parameters):
        parameters = list(parameters)
        torch.nn.utils.clip_grad_value_(parameters, 0.05)
        torch.nn.utils.clip_grad_norm_(parameters, 0.1)

    out.array("losses_both", losses(both), "double")
    out.note("The same with gradients of several batches: two of four, clipped; 3 and 3 and then 2 samples")
    out.array("losses_of_two", losses(norm(0.1), groups=((0, 4), (4, 8))), "double")
    out.array("losses_of_epochs", accumulated(), "double")
    out.write()


main()
