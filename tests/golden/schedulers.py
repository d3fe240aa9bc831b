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

# A metric that falls, stands, and rises.
METRICS = [round(abs(math.sin(0.15 * t)) + 2 / (1 + t) + 1e-5 * t, 6) for t in range(EPOCHS)]


def main():
    for name, make in CASES.items():
        out.array(f"{name}_lr", run(make)[0], "double")

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
