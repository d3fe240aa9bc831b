# Quoted by docs/how_to/save_and_load.md. Needs PyTorch and `pip install safetensors`.
import torch
from torch import nn

# [read]
from safetensors.torch import load_file

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSoftmax(dim=1))
model.load_state_dict(load_file("model.safetensors"))
# [read]

# [write]
from safetensors.torch import save_file

save_file(model.state_dict(), "from_pytorch.safetensors")
# [write]


# [rename]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = torch.relu(self.fc1(x.flatten(1)))
        return torch.log_softmax(self.fc2(x), dim=1)


# Sequential<Flatten, Linear<784, 128>, ReLU, Linear<10>, LogSoftmax>: the Linears stand at 1 and 3.
places = {"fc1": "1", "fc2": "3"}
state = {}
for name, tensor in Net().state_dict().items():
    layer, _, kind = name.partition(".")
    state[f"{places[layer]}.{kind}"] = tensor.float().contiguous()
save_file(state, "renamed.safetensors")
# [rename]
