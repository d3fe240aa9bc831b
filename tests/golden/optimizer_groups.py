#!/usr/bin/env python3
"""Writes optimizer_groups.hpp: a small network under PyTorch's optimizers with two groups of parameters, and with
parameters that are frozen for some steps."""

import math

import torch
from torch.optim import lr_scheduler

from literals import Header

STEPS = 5
out = Header("optimizer_groups", "Losses and parameters of a network with two groups of parameters, or frozen ones.")


def rounded(value):
    return float(f"{value:.4g}")


def batch():
    x = torch.tensor([[rounded(math.cos(3 * i + 1.7 * j * j)) for j in range(5)] for i in range(8)])
    return x, torch.tensor([(2 * i + i // 3) % 3 for i in range(8)])


def network():
    torch.manual_seed(42)
    return torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 3), torch.nn.LogSoftmax(-1))


def train(net, optimizer, steps, before=lambda step: None):
    x, labels = batch()
    losses = []
    for step in range(steps):
        before(step)
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.nll_loss(net(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def write(name, net, losses):
    out.array(f"{name}_losses", losses, "double")
    out.array(f"{name}_parameters", torch.cat([p.detach().flatten() for p in net.parameters()]))


CASES = {
    "sgd": (torch.optim.SGD, dict(lr=0.05, momentum=0.9), dict(lr=0.2, momentum=0.5, nesterov=True)),
    "adam": (torch.optim.Adam, dict(lr=0.01, weight_decay=0.1), dict(lr=0.05, betas=(0.8, 0.99))),
}


def main():
    out.note("The body with the first options, the head (the second Linear) with the others")
    for name, (kind, body, head) in CASES.items():
        out.note(f"{name}: {body}, {head}")
        net = network()
        optimizer = kind([{"params": net[0].parameters(), **body}, {"params": net[2].parameters(), **head}],
                         **({"lr": 1e-3} if kind is torch.optim.SGD else {}))
        write(name, net, train(net, optimizer, STEPS))

    out.note("Biases without weight decay: AdamW(lr=0.02, weight_decay=0.5)")
    net = network()
    weights, biases = ([p for n, p in net.named_parameters() if n.endswith(kind)] for kind in ("weight", "bias"))
    optimizer = torch.optim.AdamW([{"params": weights}, {"params": biases, "weight_decay": 0}], lr=0.02, weight_decay=0.5)
    write("biases", net, train(net, optimizer, STEPS))

    out.note("Adam(lr=0.02, weight_decay=0.1): the body is frozen in steps 0 to 2, and 0.bias alone in steps 5 and 6")
    net = network()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02, weight_decay=0.1)

    def freeze(step):
        net[0].weight.requires_grad_(step >= 3)
        net[0].bias.requires_grad_(step in (3, 4) or step >= 7)

    write("frozen", net, train(net, optimizer, 9, freeze))

    out.note("Learning rates of two groups, 0.1 and 0.02, in 12 epochs of a scheduler: the first, then the second")
    schedulers = {
        "step": lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
        "multi_step": lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 7], gamma=0.3),
        "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
        "linear": lambda o: lr_scheduler.LinearLR(o, total_iters=4),
        "lambda": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + 0.1 * epoch)),
        "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=5, eta_min=0.001),
        "plateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1, factor=0.3, min_lr=0.005),
        "one_cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=12),
    }
    for name, make in schedulers.items():
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr, "momentum": 0.9} for lr in (0.1, 0.02)]
        optimizer = torch.optim.SGD(groups, lr=1)
        scheduler = make(optimizer)
        rates = [[], []]
        for _ in range(12):
            for group, kept in zip(optimizer.param_groups, rates):
                kept.append(group["lr"])
            optimizer.step()
            scheduler.step(*([1.0] if name == "plateau" else []))
        out.array(f"{name}_lr", rates[0] + rates[1], "double")
    out.write()


main()
