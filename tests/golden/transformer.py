#!/usr/bin/env python3
"""Writes transformer.hpp: outputs and gradients of torch.nn.TransformerEncoderLayer behind a linear layer, whose own
gradient tells of the block's dx."""

import torch
from torch import nn

from literals import Header

out = Header("transformer", "Input by manual_seed(7), then the target; parameters by manual_seed(42); sum of squared errors / 2.")

# name: batch, T, E, heads, feed forward, further options
CASES = {
    "post_norm": (1, 1, 6, 2, 5, {}),
    "causal": (3, 5, 8, 2, 12, {"causal": True}),
    "norm_first": (2, 4, 6, 3, 7, {"norm_first": True}),
    "all": (3, 7, 8, 4, 16, {"causal": True, "norm_first": True, "activation": "gelu"}),
    "gelu_default_width": (2, 3, 4, 1, 2048, {"activation": "gelu"}),
}


def main():
    for name, (batch, length, width, heads, feed_forward, options) in CASES.items():
        torch.manual_seed(7)
        x = torch.randn(batch, length, width)
        target = torch.randn(batch, length, width)
        torch.manual_seed(42)
        front = nn.Linear(width, width)
        causal = options.pop("causal", False)
        block = nn.TransformerEncoderLayer(width, heads, feed_forward, dropout=0.0, batch_first=True, **options)
        mask = nn.Transformer.generate_square_subsequent_mask(length) if causal else None
        y = block(front(x), src_mask=mask)
        (((y - target) ** 2).sum() / 2).backward()
        out.note(name)
        out.array(f"{name}_y", y)
        shown = [*front.parameters(), *block.parameters()]
        for i, p in enumerate(shown):
            # Large gradients by their beginnings: one run of 48 numbers is enough to tell a wrong one.
            out.array(f"{name}_gradient_{i}", p.grad.reshape(-1)[:48])
    out.write()


if __name__ == "__main__":
    main()
