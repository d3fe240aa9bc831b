#!/usr/bin/env python3
"""Writes sequence.hpp: attention, recurrent layers and tables of vectors of PyTorch, as layers.py does for others."""

import math

import torch
from torch import nn

from layers import SEED
from literals import Header

out = Header("sequence", "Layers for sequences in training mode: input, output and gradients of sum(dy * y).")
out.lines[out.lines.index("#include <cstdint>")] = '#include "golden/layers.hpp"\n\n#include <cstdint>'
out.lines.insert(out.lines.index("// clang-format off"), "using layers::Case;\n")


def case(name, layer, sample, batch, spread=1.0):
    """As in layers.py, with parameters of standard deviation `spread`. The numbers that go in are floats, and what comes
    of them is computed in double: where a softmax or a recurrence magnifies roundings, PyTorch's own float is further
    from it than the tests allow."""
    out.note(f"{' '.join(str(layer).split())}: {batch} x {tuple(sample)}")
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.randn_like(parameter) * spread)
    layer.double()
    x = torch.randn(batch, *sample).double().requires_grad_()
    state = torch.get_rng_state()
    torch.manual_seed(SEED)
    y = layer(x)
    torch.set_rng_state(state)
    dy = torch.randn(y.shape).double()
    (y * dy).sum().backward()

    tensors = {"x": x, "dy": dy, "y": y, "dx": x.grad}
    if parameters:
        tensors["parameters"] = torch.cat([p.reshape(-1) for p in parameters])
        tensors["dparameters"] = torch.cat([p.grad.reshape(-1) for p in parameters])
    for part, tensor in tensors.items():
        out.array(f"{name}_{part}", tensor.float())
    members = [f"{name}_{part}" if part in tensors else "{}" for part in ("x", "dy", "y", "dx", "parameters", "dparameters")]
    out.lines.append(f"inline constexpr Case {name} = {{")
    out.lines.append(f"    {batch}, {', '.join(members)}}};")


class States(nn.Module):
    """The hidden states alone."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]

    def __str__(self):
        return str(self.layer)


class SelfAttention(States):
    def __init__(self, layer, causal=False):
        super().__init__(layer)
        self.causal = causal

    def forward(self, x):
        mask = torch.triu(torch.full((x.shape[1], x.shape[1]), -math.inf), 1) if self.causal else None
        return self.layer(x, x, x, need_weights=False, attn_mask=mask)[0]

    def __str__(self):
        return str(self.layer) + (", causal" if self.causal else "")


class Select(nn.Module):
    def __init__(self, dim, index):
        super().__init__()
        self.dim, self.index = dim, index

    def forward(self, x):
        return x.select(self.dim, self.index)

    def __str__(self):
        return f"x.select({self.dim}, {self.index})"


def recurrent(name, kind, *sizes, sample, batch, **options):
    case(name, States(kind(*sizes, batch_first=True, **options)), sample, batch, 0.7)


def embedding(name, layer, shape):
    out.note(f"{layer}: {shape}")
    indices = torch.randint(0, layer.num_embeddings, shape)
    with torch.no_grad():
        layer.weight.copy_(torch.randn_like(layer.weight))
    y = layer(indices)
    dy = torch.randn_like(y)
    (y * dy).sum().backward()
    for part, tensor in (("indices", indices), ("weight", layer.weight), ("y", y), ("dy", dy), ("dweight", layer.weight.grad)):
        out.array(f"{name}_{part}", tensor)


def initial_of(name, kind, *sizes, **options):
    torch.manual_seed(SEED)
    layer = kind(*sizes, **options)
    out.note(f"initial values of {' '.join(str(layer).split())} behind manual_seed({SEED})")
    out.array(f"{name}_initial", torch.cat([p.reshape(-1) for p in layer.state_dict().values()]))


def main():
    torch.manual_seed(2025)
    for name, kind, options in (
        ("rnn", nn.RNN, {}),
        ("rnn_relu", nn.RNN, {"nonlinearity": "relu"}),
        ("lstm", nn.LSTM, {}),
        ("gru", nn.GRU, {}),
    ):
        recurrent(f"{name}_single", kind, 3, 5, sample=(1, 3), batch=1, **options)
        recurrent(f"{name}_batch", kind, 5, 7, sample=(4, 5), batch=3, **options)
        recurrent(f"{name}_two_layers", kind, 4, 3, sample=(5, 4), batch=2, num_layers=2, **options)
        recurrent(f"{name}_both_ways", kind, 3, 2, sample=(4, 3), batch=2, num_layers=2, bidirectional=True, **options)
        recurrent(f"{name}_dropout", kind, 3, 2, sample=(4, 3), batch=3, num_layers=2, bidirectional=True,
                  dropout=0.4, **options)
        if not options:
            recurrent(f"{name}_wide", kind, 2, 17, sample=(2, 2), batch=2, bias=False)
    for name, kind in (("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)):
        initial_of(name, kind, 3, 2, num_layers=2, bidirectional=True)

    def attention(name, embed, heads, length, batch, causal=False, **options):
        case(name, SelfAttention(nn.MultiheadAttention(embed, heads, batch_first=True, **options), causal),
             (length, embed), batch, 0.3)

    attention("attention_single", 4, 1, 1, 1)
    attention("attention_batch", 6, 2, 5, 3)
    attention("attention_causal", 6, 3, 7, 2, causal=True)
    attention("attention_no_bias", 9, 3, 3, 2, bias=False)
    attention("attention_no_bias_causal", 5, 1, 4, 2, causal=True, bias=False)
    attention("attention_dropout", 4, 2, 5, 3, dropout=0.4)
    attention("attention_dropout_causal", 4, 2, 5, 3, causal=True, dropout=0.3)
    attention("attention_dropout_all", 4, 2, 3, 2, dropout=1.0)
    initial_of("attention", nn.MultiheadAttention, 4, 2)
    initial_of("attention_no_bias", nn.MultiheadAttention, 4, 2, bias=False)

    embedding("embedding_single", nn.Embedding(5, 3), (1, 1))
    embedding("embedding_batch", nn.Embedding(7, 4), (3, 5))
    embedding("embedding_padding", nn.Embedding(6, 3, padding_idx=0), (4, 6))
    embedding("embedding_padding_last", nn.Embedding(5, 17, padding_idx=-2), (2, 2, 3))
    initial_of("embedding", nn.Embedding, 6, 3, padding_idx=1)

    case("select_last", Select(1, -1), (4, 3), 2)
    case("select_first", Select(1, 0), (5,), 3)
    case("select_middle", Select(2, 1), (2, 3, 4), 2)
    case("select_of_last_extent", Select(-1, -2), (3, 4), 1)
    out.write()


main()
