"""Writes batch_norm_state.safetensors: the state_dict of a network with BatchNorm1d, as PyTorch's side saves it, and
batch_norm_state.hpp with the names in state_dict's order and what the network predicts.

pip install safetensors; python3 tests/golden/batch_norm_state.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

from literals import Header

torch.manual_seed(42)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for step in range(7):
    optimizer.zero_grad()
    net(torch.randn(5, 3)).square().mean().backward()
    optimizer.step()
net.eval()
x = torch.randn(4, 3)
save_file(net.state_dict(), Path(__file__).parent / "batch_norm_state.safetensors", metadata={"format": "pt"})

out = Header("batch_norm_state", "The state of a network with BatchNorm1d after 7 steps; its file is beside this one.")
out.note("Linear(3, 4), BatchNorm1d(4), ReLU, Linear(4, 2): all elements, in the order of state_dict")
out.lines.append("inline constexpr const char* names[] = {")
for name in net.state_dict():
    out.lines.append(f'    "{name}",')
out.lines.append("};")
out.array("elements", torch.cat([t.flatten().float() for t in net.state_dict().values()]))
out.note("What it predicts in evaluation mode")
out.array("x", x)
out.array("y", net(x))
out.write()
