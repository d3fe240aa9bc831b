#!/usr/bin/env python3
"""Writes optimizers.hpp: parameters under PyTorch's optimizers, and the losses of a small network that they train."""

import functools
import math

import torch

from literals import Header

SIZE, STEPS, KEPT = 37, 20, (1, 2, 5, 20)
out = Header("optimizers", "37 parameters after 1, 2, 5 and 20 steps, and the losses of a network in training.")


def rounded(value):
    """Four digits, so that float and double begin with the literal that the header shows."""
    return float(f"{value:.4g}")


START = [rounded(math.sin(1 + 2.3 * i) * 2) for i in range(SIZE)]
# Gradients from 1e-4 to 10; parameter 5 never has one, 11 only sometimes, and 17 always the same one.
GRADIENTS = [
    [
        0.0 if i == 5 or (i == 11 and t % 3) else
        0.7 if i == 17 else
        rounded(math.sin(0.9 * t * (i + 1) + i) * 10.0 ** (1 - i % 6))
        for i in range(SIZE)
    ]
    for t in range(STEPS)
]

# Names: optimizer, then what differs from the defaults. Every set runs in float, the first also in double.
SETS = {
    "SGD": {
        "nesterov": dict(lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1),
        "plain": dict(lr=0.01),
        "dampened": dict(lr=0.01, momentum=0.8, dampening=0.3, maximize=True),
        "decayed": dict(lr=0.01, weight_decay=0.1, maximize=True),
    },
    "Adam": {
        "default": dict(),
        "amsgrad": dict(lr=0.01, betas=(0.5, 0.6), amsgrad=True),
        "decayed": dict(lr=0.01, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1, maximize=True),
    },
    "AdamW": {
        "default": dict(),
        "amsgrad": dict(lr=0.01, betas=(0.5, 0.6), amsgrad=True),
        "decayed": dict(lr=0.01, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.5, maximize=True),
    },
    "Adadelta": {
        "default": dict(),
        "decayed": dict(lr=0.5, rho=0.7, eps=1e-4, weight_decay=0.1, maximize=True),
    },
    "Adagrad": {
        "default": dict(),
        "decayed": dict(lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.2, eps=1e-6, maximize=True),
    },
    "RMSprop": {
        "default": dict(),
        "momentum": dict(lr=0.001, alpha=0.9, momentum=0.8, maximize=True),
        "centered": dict(lr=0.001, alpha=0.9, eps=1e-3, centered=True, weight_decay=0.1),
        "both": dict(lr=0.001, alpha=0.8, eps=1e-3, momentum=0.7, centered=True),
    },
    "Adamax": {
        "default": dict(),
        "decayed": dict(lr=0.01, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1, maximize=True),
    },
    "NAdam": {
        # PyTorch 1.13 without foreach takes one factor twice into the product; PyTorch 2 does not.
        "default": dict(foreach=True),
        "decayed": dict(lr=0.01, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.1, momentum_decay=0.1, foreach=True),
    },
}

# With these the network trains visibly in a few steps.
TRAINING = {
    "SGD": dict(lr=0.1, momentum=0.9),
    "Adam": dict(lr=0.01),
    "AdamW": dict(lr=0.01),
    "Adadelta": dict(),
    "Adagrad": dict(lr=0.05),
    "RMSprop": dict(lr=0.01),
    "Adamax": dict(lr=0.02),
    "NAdam": dict(lr=0.01, foreach=True),
}


def optimizer_of(name, options, parameters):
    """With PyTorch 2's default where 1.13 has none."""
    return getattr(torch.optim, name)(parameters, **({"lr": 1e-3} | options if name == "SGD" else options))


def run(make, dtype, halve_at=None):
    """[4, 37]: the parameters after 1, 2, 5 and 20 steps of `make(parameters)`. `halve_at`: from that step on with half
    the lr.
    """
    torch.set_default_dtype(dtype)  # the type of NAdam's product
    p = torch.tensor(START, dtype=dtype, requires_grad=True)
    optimizer = make([p])
    kept = []
    for t, gradient in enumerate(GRADIENTS, start=1):
        if t == halve_at:
            optimizer.param_groups[0]["lr"] *= 0.5
        p.grad = torch.tensor(gradient, dtype=dtype)
        optimizer.step()
        if t in KEPT:
            kept.append(p.detach().clone())
    torch.set_default_dtype(torch.float32)
    return torch.stack(kept)


def small_net():
    torch.manual_seed(42)
    return torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 3), torch.nn.LogSoftmax(-1))


def train(net, *optimizers, dtype=torch.float32):
    """The losses of six steps on `batch()`."""
    x, labels = batch()
    losses = []
    for _ in range(6):
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = torch.nn.functional.nll_loss(net(x.to(dtype)), labels)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        losses.append(loss.item())
    return losses


def flat_parameters(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def batch():
    x = torch.tensor([[rounded(math.cos(3 * i + 1.7 * j * j)) for j in range(5)] for i in range(8)])
    return x, torch.tensor([(2 * i + i // 3) % 3 for i in range(8)])


def main():
    out.note("Parameters at the beginning, and their gradients, step after step")
    out.array("start", START, "double")
    out.array("gradients", [g for step in GRADIENTS for g in step], "double")
    for name, sets in SETS.items():
        out.note(f"{name}: " + ", ".join(f"{key} {options}" for key, options in sets.items()))
        for index, (key, options) in enumerate(sets.items()):
            array = f"{name.lower()}_{key}"
            make = functools.partial(optimizer_of, name, options)
            out.array(f"{array}_float", run(make, torch.float32))
            if index == 0:
                out.array(f"{array}_double", run(make, torch.float64))
                out.array(f"{array}_double_halved_at_10", run(make, torch.float64, halve_at=10))

    out.note("Linear(5, 7), ReLU, Linear(7, 3), LogSoftmax with seed 42 on these eight samples: losses of six steps")
    x, labels = batch()
    out.array("x", x)
    out.array("labels", labels)
    for name, options in TRAINING.items():
        out.note(f"{name} {options}")
        net = small_net()
        out.array(f"{name.lower()}_losses", train(net, optimizer_of(name, options, net.parameters())), "double")
    out.write()


if __name__ == "__main__":
    main()
