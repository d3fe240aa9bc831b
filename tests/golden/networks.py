#!/usr/bin/env python3
"""Writes networks.hpp: the losses of twenty training steps of whole networks, from PyTorch's own initial values."""

import torch
from torch import nn
from torch.nn import functional as F

from literals import Header

STEPS = 20
out = Header("networks", "The losses of twenty training steps each: inputs by manual_seed(7), parameters by manual_seed(42).")


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = conv(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = (
            nn.Identity()
            if inputs == outputs
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class TransformerClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(17, 16)
        self.block = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        return self.head(self.block(self.token(x)).mean(1))


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 12, num_layers=2, batch_first=True)
        self.head = nn.Linear(12, 4)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


NETWORKS = {
    "lenet": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Linear(50, 10)),
        lambda: torch.randn(9, 1, 28, 28), 10, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "tiny_vgg": (
        lambda: nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 10, 3, padding=1), nn.ReLU(), nn.Conv2d(10, 10, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            nn.Sequential(nn.Conv2d(10, 10, 3, padding=1), nn.ReLU(), nn.Conv2d(10, 10, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            nn.Flatten(), nn.Linear(490, 10)),
        lambda: torch.randn(5, 1, 28, 28), 10, lambda p: torch.optim.Adam(p, lr=1e-3)),
    "resnet": (
        lambda: nn.Sequential(
            conv(3, 8), nn.BatchNorm2d(8), nn.ReLU(), BasicBlock(8, 8, 1), BasicBlock(8, 16, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)),
        lambda: torch.randn(6, 3, 12, 12), 10, lambda p: torch.optim.SGD(p, lr=0.05)),
    "transformer": (
        TransformerClassifier, lambda: torch.randint(0, 17, (6, 9)), 5, lambda p: torch.optim.AdamW(p, lr=1e-3)),
    "lstm": (LstmClassifier, lambda: torch.randn(7, 11, 6), 4, lambda p: torch.optim.Adam(p, lr=5e-3)),
}  # fmt: skip


def main():
    for name, (make, samples, classes, optimizer_of) in NETWORKS.items():
        torch.manual_seed(7)
        x = samples()
        y = torch.randint(0, classes, (len(x),))
        torch.manual_seed(42)
        net = make()
        optimizer = optimizer_of(net.parameters())
        losses = []
        for _ in range(STEPS):
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        out.array(f"{name}_losses", losses, "double")
    out.write()


if __name__ == "__main__":
    main()
