#!/usr/bin/env python3
"""Writes schedulers.hpp: the learning rates of 50 epochs under PyTorch's schedulers."""

import math

import torch
from torch.optim import lr_scheduler

from literals import Header

EPOCHS = 50
out = Header("schedulers", "Learning rates of 50 epochs (OneCycleLR: batches); the first is that of epoch 0.")


def optimizer_of(kind):
    parameter = torch.nn.Parameter(torch.zeros(1))
    return kind([parameter], lr=0.1)


def momentum_of(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def run(make, kind=torch.optim.SGD, metrics=None):
    """The rates, and the momentum."""
    optimizer = optimizer_of(kind)
    schedulers = make(optimizer)
    if not isinstance(schedulers, (list, tuple)):
        schedulers = [schedulers]
    rates, momenta = [], []
    for epoch in range(EPOCHS):
        group = optimizer.param_groups[0]
        rates.append(group["lr"])
        momenta.append(momentum_of(group))
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step(*([metrics[epoch]] if metrics else []))
    return rates, momenta


CASES = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.5),
    "multi_step": lambda o: lr_scheduler.MultiStepLR(o, milestones=[30, 5, 12, 12], gamma=0.3),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.93),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=50),
    "cosine_waves": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=9, eta_min=0.001),
    "linear": lambda o: lr_scheduler.LinearLR(o),
    "linear_long": lambda o: lr_scheduler.LinearLR(o, start_factor=0.9, end_factor=0.05, total_iters=17),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + 0.1 * epoch)),
    "warm_up_and_steps": lambda o: [
        lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=10),
        lr_scheduler.StepLR(o, step_size=15),
    ],
}

# Several at once, on two groups of rates 0.1 and 0.02.
TOGETHER = {
    "linear_and_exponential": lambda o: [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, gamma=0.93)],
    "linear_and_lambda": lambda o: [lr_scheduler.LinearLR(o), lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t))],
    "lambda_and_linear": lambda o: [lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), lr_scheduler.LinearLR(o)],
    "linear_and_cosine": lambda o: [lr_scheduler.LinearLR(o), lr_scheduler.CosineAnnealingLR(o, T_max=9, eta_min=1e-3)],
    "one_cycle_and_step": lambda o: [
        lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=EPOCHS),
        lr_scheduler.StepLR(o, step_size=7, gamma=0.5),
    ],
    "sequential": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o), lr_scheduler.CosineAnnealingLR(o, T_max=10)], [5]),
    "sequential_three": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=6),
            lr_scheduler.ExponentialLR(o, gamma=0.9),
            lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
        ],
        [4, 20]),
    "sequential_lambda": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.MultiStepLR(o, milestones=[2, 3], gamma=0.3),
            lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)),
            lr_scheduler.LinearLR(o),
        ],
        [10, 30]),
    "sequential_same_milestones": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.LinearLR(o),
            lr_scheduler.ExponentialLR(o, gamma=0.5),
            lr_scheduler.CosineAnnealingLR(o, T_max=20),
        ],
        [8, 8]),
    "sequential_to_one_cycle": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o), lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=EPOCHS)], [5]),
    "sequential_from_one_cycle": lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=20), lr_scheduler.StepLR(o, step_size=4, gamma=0.5)],
        [20]),
    "chained": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=20), lr_scheduler.ExponentialLR(o, gamma=0.9)]),
    "chained_sequential": lambda o: lr_scheduler.ChainedScheduler([
        lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o), lr_scheduler.CosineAnnealingLR(o, T_max=10)], [5]),
        lr_scheduler.ExponentialLR(o, gamma=0.9),
    ]),
}

# A metric that falls, stands, and rises.
METRICS = [round(abs(math.sin(0.15 * t)) + 2 / (1 + t) + 1e-5 * t, 6) for t in range(EPOCHS)]


def run_together(make):
    """The rates of the first group, then those of the second."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.1, 0.02)]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    schedulers = make(optimizer)
    rates = [[], []]
    for _ in range(EPOCHS):
        for rate, group in zip(rates, optimizer.param_groups):
            rate.append(group["lr"])
        optimizer.step()
        for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
            scheduler.step()
    return rates[0] + rates[1]


def run_later():
    """ExponentialLR(0.9) for 10 epochs, and LambdaLR, which is made then, for the rest."""
    optimizer = optimizer_of(torch.optim.SGD)
    scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    rates = []
    for epoch in range(EPOCHS):
        if epoch == 10:
            scheduler = lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t))
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def run_plateau_beside():
    """ReduceLROnPlateau and LinearLR on one optimizer."""
    optimizer = optimizer_of(torch.optim.SGD)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    linear = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=30)
    rates = []
    for epoch in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        linear.step()
        plateau.step(METRICS[epoch])
    return rates


def main():
    for name, make in CASES.items():
        out.array(f"{name}_lr", run(make)[0], "double")

    out.note("Several schedulers at once, on two groups: the rates of the first, then those of the second")
    for name, make in TOGETHER.items():
        out.array(f"{name}_lr", run_together(make), "double")
    out.note("A scheduler made in epoch 10; LinearLR beside ReduceLROnPlateau")
    out.array("later_lr", run_later(), "double")
    out.array("plateau_beside_linear_lr", run_plateau_beside(), "double")

    out.note("OneCycleLR: Adam; SGD, linear in three phases")
    rates, momenta = run(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=EPOCHS), torch.optim.Adam)
    out.array("one_cycle_lr", rates, "double")
    out.array("one_cycle_beta", momenta, "double")
    rates, momenta = run(lambda o: lr_scheduler.OneCycleLR(
        o, max_lr=0.5, total_steps=EPOCHS, pct_start=0.25, anneal_strategy="linear", base_momentum=0.7,
        max_momentum=0.9, div_factor=10, final_div_factor=100, three_phase=True))
    out.array("one_cycle_three_lr", rates, "double")
    out.array("one_cycle_three_momentum", momenta, "double")

    out.note("ReduceLROnPlateau: the metric, then rates")
    out.array("metrics", METRICS, "double")
    for name, options in {
        "plateau": dict(patience=2),
        "plateau_max": dict(mode="max", factor=0.5, patience=1, threshold=0.1, threshold_mode="abs", cooldown=3,
                            min_lr=0.004),
    }.items():
        out.array(f"{name}_lr", run(lambda o: lr_scheduler.ReduceLROnPlateau(o, **options), metrics=METRICS)[0],
                  "double")
    out.write()


main()
