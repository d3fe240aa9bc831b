#!/usr/bin/env python3
"""Writes functions.hpp: what the functions of a module's forward compute, by PyTorch in float. In each case the first
parameter multiplies the batch, so that its gradient shows that of the function's argument."""

import torch
from torch.nn import functional as F

from literals import Header

out = Header("functions", "Functions of PyTorch: input, parameters, output and gradients of sum(dy * y).")
out.lines[out.lines.index("#include <cstdint>")] = '#include "golden/layers.hpp"'
out.lines += ["", "using layers::Case;"]


def case(name, function, sample, *parameters, batches=(1, 2), positive=False):
    """function(x * first parameter, other parameters...), for a batch of one and a larger one."""
    for batch in batches:
        own = [torch.randn(shape) for shape in (sample, *parameters)]
        x = torch.randn(batch, *sample)
        if positive:
            x, own = x.abs() + 0.2, [p.abs() + 0.2 for p in own]
        own = [p.requires_grad_() for p in own]
        y = function(x * own[0], *own[1:])
        dy = torch.randn_like(y)
        (y * dy).sum().backward()
        full = f"{name}_{batch}"
        out.note(f"{full}: {batch} x {tuple(sample)} -> {tuple(y.shape)}, parameters {', '.join(str(tuple(p.shape)) for p in own)}")
        tensors = {
            "x": x,
            "dy": dy,
            "y": y,
            "parameters": torch.cat([p.reshape(-1) for p in own]),
            "dparameters": torch.cat([torch.zeros_like(p).reshape(-1) if p.grad is None else p.grad.reshape(-1) for p in own]),
        }
        for part, tensor in tensors.items():
            out.array(f"{full}_{part}", tensor)
        members = [f"{full}_{part}" if part in tensors else "{}" for part in ("x", "dy", "y", "dx", "parameters", "dparameters")]
        out.lines.append(f"inline constexpr Case {full} = {{")
        out.lines.append(f"    {batch}, {', '.join(members)}}};")


def activations(x):
    return torch.cat(
        [
            F.relu(x), torch.sigmoid(x), torch.tanh(x), F.gelu(x), F.gelu(x, approximate="tanh"), F.silu(x), F.elu(x),
            F.elu(x, 0.5), F.leaky_relu(x), F.leaky_relu(x, 0.2), F.softplus(x), F.softplus(x, 2, 1),
        ],
        1,
    )


def pointwise(x):
    return torch.cat([torch.exp(x), torch.abs(x), torch.square(x), torch.sin(x), torch.cos(x), torch.clamp(x, -0.5, 0.75)], 1)


def powers(x):
    exponents = (2, 3, 1, 0, 0.5, -1, -1.5, 2.7)
    return torch.cat([torch.log(x), torch.sqrt(x), torch.reciprocal(x), *(torch.pow(x, e) for e in exponents)], 1)


def numbers(x):
    y = x.clone()
    y = y + 1
    y = y * 0.5
    y = y - 3
    y = y / 2
    return torch.cat([2 * x, x * 3, x + 1, 1.5 + x, 1 - x, x - 2, x / 3, 3 / x, -x, y], 1)


def two_values(x):
    y = x * x - 0.5
    return torch.cat([x + y, x - y, x * y, x / (y * y + 1), torch.maximum(x, y), torch.minimum(x, y), x + x, x * x], 1)


def attention(x):  # the shapes of one: products of batches, and exchanged extents
    q, k, v = x.chunk(3, -1)
    return torch.matmul(F.softmax(torch.matmul(q, k.transpose(1, 2)) / 2, -1), v)


def main():
    torch.manual_seed(2025)
    case("activations", activations, (3,))
    case("softmaxes", lambda x: torch.cat([F.softmax(x, 1), F.softmax(x, -1), F.log_softmax(x, 2), F.log_softmax(x, 1)], 1), (3, 4))
    case("views", lambda x: torch.cat([x.flatten(1), x.reshape(-1, 3, 2).flatten(1), x.unsqueeze(-1).squeeze(2).flatten(1)], 1), (2, 3))
    case("pointwise", pointwise, (17,), batches=(1,))
    case("powers", powers, (3,), positive=True)
    case("numbers", numbers, (3,))

    case("two_values", two_values, (2, 9), batches=(2,))
    case("bias", lambda x, b: x + b, (3, 4), (4,))
    case("channels", lambda x, a, b: (x - a) / (b * b + 1), (3, 2, 2), (3, 1, 1), (3, 1, 1))
    case("scalars", lambda x, a, b, c: (a * x + b) - c, (2, 3), (1,), (1, 1), ())
    case("outer", lambda x, a: a * x, (3, 1), (3, 5))
    case("smaller", lambda x, a: torch.maximum(a / x, a - x), (1, 4), (2, 1), positive=True)
    case("of_batches", lambda x, a: (x * a).sum(-1, True) * x + x.mean(1, True) / (x * x + 1), (3, 4), (4,))
    case("singles", lambda x, a, b, c: x + (a * b - c) * (a + a), (2, 3), (3,), (2, 1), ())
    case("wide", lambda x, a, b: x * a + b, (2, 35), (2, 1), (35,), batches=(3,))
    case("alternating", lambda x, a: x * a, (2, 2, 2, 17), (2, 1, 2, 1), batches=(1,))
    case("many", lambda x, a, b: x * a - b, (3,), (3,), (1,), batches=(70,))

    case("sums", lambda x: torch.cat([x.sum(1), x.sum(-1), x.mean(2), x.mean((1, -1)).unsqueeze(1), x.sum((1, 2), True).flatten(1)], 1), (4, 4))
    case("of_everything", lambda x: (x - x.mean()) * x.sum(), (2, 3))
    case("over_batch", lambda x: (x - x.mean(0)) / (x.square().sum(0) + 1), (3, 2))
    case("single_sums", lambda x, a: x * a.sum(0) + a.mean(-1).sum() + a.mean((0, 1)), (4,), (3, 4))
    case("mean_of_all", lambda x: x.mean(), (3, 5))
    case("largest", lambda x: torch.cat([x.amax(1), x.amax(-1), x.amax((1, 2)).unsqueeze(1)], 1), (3, 4))

    case("cats", lambda x, a: torch.cat([x, 2 * x[:, :1], torch.cat([a, a[:, :1]], 1).expand(x.shape[0], 2, 4) * x[:, :1]], 1), (3, 4), (2, 3))
    case("cats_inside", lambda x: torch.cat([x, 2 * x[:, :, :1], x * x], 2), (2, 3))
    case("ten", lambda x: torch.cat([i * x for i in range(1, 11)], -1), (2, 2))
    case("halves", lambda x: torch.mul(*x.chunk(2, 1)), (4, 3))
    case("thirds", lambda x: x.chunk(3, -1)[0] * x.chunk(3, -1)[2] - x.chunk(3, -1)[1], (2, 6))
    case("pieces", lambda x: x.split((2, 3), 1)[0].sum(1) * x.split((2, 3), 1)[1].mean(1), (5, 4))
    case("slices", lambda x: x[:, 1:3, :] * x[:, :, 1:2].sum(1, True) + x[:, -2:, :], (3, 4))
    case("selects", lambda x: x[:, 0] * x[:, -1] + x[:, :, 1:].select(2, 1).sum(1, True), (3, 4))

    case("transposed", lambda x: x.transpose(1, 2) * x.transpose(-1, 1).transpose(1, 2).transpose(2, 1), (3, 4))
    case("permuted", lambda x, a: x.permute(0, 3, 1, 2) * a.permute(1, 0).unsqueeze(-1), (3, 5, 4), (3, 4))
    case("products", lambda x, a: torch.matmul(x, torch.sin(x).transpose(1, 2)) + torch.matmul(torch.matmul(x, a), x.transpose(-2, -1)), (3, 4), (4, 4))
    case("by_parameter", lambda x, a, b: torch.matmul(torch.matmul(x, a), b), (2, 3), (3, 4), (4,))
    case("stacks", lambda x, a: torch.matmul(torch.matmul(x, x.transpose(2, 3)), torch.matmul(x, a)), (2, 3, 4), (4, 2))
    case("single_products", lambda x, a, b, c: x * torch.matmul(a, b) + torch.matmul(c, b) + torch.matmul(c, c), (2, 3), (2, 4), (4, 3), (4,))
    case("attention", attention, (3, 6))
    case("branches", lambda x, w1, b1, w2, b2: torch.cat([F.linear(x, w1, b1), x, torch.relu(F.linear(x, w2, b2))], 1), (4,), (3, 4), (3,), (2, 4), (2,))

    # Linear regression with bare parameters: y = w x + b, stochastic gradient descent, lr 0.1.
    x = torch.linspace(-1, 1, 8).reshape(8, 1)
    target = 3 * x - 0.5
    w, b = torch.tensor([0.25]).requires_grad_(), torch.tensor([-1.0]).requires_grad_()
    optimizer, losses = torch.optim.SGD([w, b], lr=0.1), []
    for _ in range(10):
        optimizer.zero_grad()
        loss = F.mse_loss(w * x + b, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    out.note("Linear regression from w = 0.25, b = -1 with lr = 0.1: the losses of ten steps, and w and b after them.")
    out.array("regression_x", x)
    out.array("regression_target", target)
    out.array("regression_losses", losses, "double")
    out.array("regression_end", [w.item(), b.item()], "double")

    # New cases come last: they draw their numbers behind the others.
    case("running_sums", lambda x: torch.cat([x.cumsum(1), x.cumsum(-1), x.cumsum(2)], 1), (3, 2, 4))
    case("single_running_sums", lambda x, a: x * a.cumsum(0) + a.cumsum(-1).sum(0), (3, 4), (3, 4))
    case("rsqrt", torch.rsqrt, (5,), positive=True)
    out.write()


if __name__ == "__main__":
    main()
