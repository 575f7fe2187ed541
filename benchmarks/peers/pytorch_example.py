"""The training loop of PyTorch's own MNIST example: its network, Adadelta, StepLR, and images one by one by DataLoader.

torchvision has no CPU build here, so a small dataset does what its `MNIST` with `ToTensor` and `Normalize` does: one
image at a time, from a PIL image to a normalised tensor.
"""

import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

data_file, epochs, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
MEAN, DEVIATION = 0.1307, 0.3081


class Digits(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        picture = Image.fromarray(self.images[index])
        tensor = torch.from_numpy(np.array(picture, copy=True)).unsqueeze(0).to(torch.float32).div(255)
        return tensor.sub_(MEAN).div_(DEVIATION), int(self.labels[index])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = torch.flatten(self.dropout1(F.max_pool2d(x, 2)), 1)
        return F.log_softmax(self.fc2(self.dropout2(F.relu(self.fc1(x)))), dim=1)


data = np.load(data_file)
torch.manual_seed(1)
train = DataLoader(Digits(data["x_train"], data["y_train"]), batch_size=64, shuffle=True)
test = DataLoader(Digits(data["x_test"], data["y_test"]), batch_size=1000)
model = Net()
optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)

seconds = 0.0
for _ in range(epochs):
    started = time.perf_counter()
    model.train()
    for images, labels in train:
        optimizer.zero_grad()
        F.nll_loss(model(images), labels).backward()
        optimizer.step()
    scheduler.step()
    seconds += time.perf_counter() - started
    model.eval()
    with torch.no_grad():
        correct = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test)
torch.save(model.state_dict(), f"{out}.pt")
print(json.dumps({"accuracy": correct / len(data["y_test"]), "training_seconds": seconds}))
