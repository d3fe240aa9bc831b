# The program of docs/tutorial/02_mnist_softmax.md in PyTorch.
import gzip
import sys

import numpy as np
import torch
from torch import nn

folder = sys.argv[1]  # holds the four files of MNIST


def read(name, header):
    with gzip.open(f"{folder}/{name}.gz") as file:
        return torch.tensor(np.frombuffer(file.read(), np.uint8, offset=header).copy())


def images_and_labels(part):
    images = read(f"{part}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28) / 255
    return images, read(f"{part}-labels-idx1-ubyte", 8).long()


train, test = images_and_labels("train"), images_and_labels("t10k")
torch.manual_seed(42)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSoftmax(dim=1))
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def run(data, training):
    images, labels = data
    loss_sum, correct = 0.0, 0
    for begin in range(0, len(labels), 64):
        x, y = images[begin : begin + 64], labels[begin : begin + 64]
        prediction = model(x)
        loss = criterion(prediction, y)
        if training:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        loss_sum += loss.item()
        correct += (prediction.argmax(1) == y).sum().item()
    return loss_sum / len(labels), correct / len(labels)


for epoch in range(1, 6):
    loss, accuracy = run(train, True)
    validation_loss, validation_accuracy = run(test, False)
    print(
        f"epoch {epoch}/5  loss {loss:.5f}  accuracy {accuracy:.4f}"
        f"  validation loss {validation_loss:.5f}  accuracy {validation_accuracy:.4f}"
    )
