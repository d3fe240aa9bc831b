#!/usr/bin/env python3
"""Writes epoch.hpp: the losses of a data set in one batch, which is what the figures of an epoch have to give."""

import torch
import torch.nn.functional as F

from literals import Header

out = Header("epoch", "Losses and right answers of a whole data set in one batch.")
torch.manual_seed(31)


def given(name, tensor):
    out.array(name, tensor)
    return tensor if tensor.dtype == torch.int64 else tensor.double()


def classes(name, z, t, w, ignored):
    """`t` holds `ignored` and -100 for targets that do not count."""
    counts = (t != ignored) if ignored >= 0 else (t != -100)
    plain = t.clamp(min=0)
    values = {
        "plain": F.cross_entropy(z, plain),
        "weight": F.cross_entropy(z, plain, weight=w),
        "ignore": F.cross_entropy(z, t, ignore_index=ignored),
        "ignore_weight": F.cross_entropy(z, t, weight=w, ignore_index=ignored),
        "smooth": F.cross_entropy(z, t, weight=w, ignore_index=ignored, label_smoothing=0.2),
        "sum": F.cross_entropy(z, t, weight=w, ignore_index=ignored, reduction="sum"),
        "nll": F.nll_loss(torch.log_softmax(z, 1), t, weight=w, ignore_index=ignored),
        "accuracy": ((z.argmax(1) == t) & counts).sum() / counts.sum().double(),
    }
    for kind, value in values.items():
        out.value(f"{name}_{kind}", value.item())


out.note("11 samples of 4 classes; the third and the fourth are ignored, and so is the eighth")
z = given("z", 2 * torch.randn(11, 4))
t = torch.randint(4, (11,))
t[[2, 3, 7]] = -100
t = given("t", t)
w = given("w", torch.tensor([0.25, 2.0, 0.0, 1.5]))
classes("one", z, t, w, -100)
q = given("q", torch.softmax(torch.randn(11, 4), 1))
out.value("shares", F.cross_entropy(z, q, weight=w).item())

out.note("5 samples of 3 classes at 2 x 2 positions; class 0 is ignored, which is all of the second sample")
z = given("z_at", 2 * torch.randn(5, 3, 2, 2))
t = torch.randint(3, (5, 2, 2))
t[1] = 0
t[3, 0] = 0
t = given("t_at", t)
classes("at", z, t, w[:3].clone(), 0)

out.note("11 samples of 4 numbers")
x = given("x", torch.randn(11, 4))
p = given("p", torch.tensor([0.5, 3.0, 1.0, 0.1]))
y = given("y", torch.rand(11, 4))
out.value("mse", F.mse_loss(x, y).item())
out.value("mse_sum", F.mse_loss(x, y, reduction="sum").item())
out.value("pos_weight", F.binary_cross_entropy_with_logits(x, y, pos_weight=p).item())
out.value("batch_mean", F.kl_div(torch.log_softmax(x, 1), q, reduction="batchmean").item())
out.write()
