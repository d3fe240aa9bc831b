#!/usr/bin/env python3
"""Writes training.hpp: whole trainings of a small network with dropout, on batches in shuffled order."""

import torch
from torch.utils.data import DataLoader, TensorDataset

from literals import Header

EPOCHS, BATCH = 4, 8
out = Header("training", "Four epochs over 50 samples: the losses of each, and the parameters at the end.")


def data():
    """The last batch of the training set holds two samples, that of the validation set four."""
    torch.manual_seed(7)
    x = torch.randn(50, 20)
    y = torch.randint(0, 10, (50,))
    validation_x = torch.randn(20, 20)
    validation_y = torch.randint(0, 10, (20,))
    return TensorDataset(x, y), TensorDataset(validation_x, validation_y)


def evaluate(net, loader, criterion):
    net.eval()
    total = correct = samples = 0
    with torch.no_grad():
        for x, y in loader:
            prediction = net(x)
            total += criterion(prediction, y).item() * len(x)
            correct += (prediction.argmax(-1) == y).sum().item()
            samples += len(x)
    net.train()
    return total / samples, correct / samples


def run(name, optimizer_of, validate):
    train, validation = data()
    torch.manual_seed(42)
    net = torch.nn.Sequential(
        torch.nn.Linear(20, 16), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(16, 10), torch.nn.LogSoftmax(-1)
    )
    loader = DataLoader(train, batch_size=BATCH, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=BATCH)
    criterion = torch.nn.NLLLoss()
    optimizer = optimizer_of(net.parameters())
    rows = []
    for _ in range(EPOCHS):
        mean_sum = batch_sum = correct = 0
        for x, y in loader:
            prediction = net(x)
            loss = criterion(prediction, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            mean_sum += loss.item() * len(x)
            batch_sum += loss.item()
            correct += (prediction.argmax(-1) == y).sum().item()
        rows.append([mean_sum / 50, batch_sum / 50, correct / 50])
        rows[-1] += evaluate(net, validation_loader, criterion) if validate else []
    out.array(f"{name}_epochs", [value for row in rows for value in row], "double")
    out.array(f"{name}_parameters", torch.cat([p.flatten() for p in net.parameters()]))


out.note("Linear(20, 16), ReLU, Dropout(0.5), Linear(16, 10), LogSoftmax with seed 42, on data with seed 7.")
out.note("Adam(lr=0.01). A row per epoch: mean loss, batch losses by samples, accuracy; validation loss and accuracy")
run("adam", lambda p: torch.optim.Adam(p, lr=0.01), True)
out.note("SGD(lr=0.05, momentum=0.9), without validation")
run("sgd", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), False)
out.write()
