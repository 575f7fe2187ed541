"""Networks as other people train and save them: any scaling, layout and last layer."""

import io

import numpy as np
import torch
from torch import nn


def unit_columns(images):
    lengths = np.sqrt(np.square(images).sum(axis=1, keepdims=True))
    return images / np.where(lengths > 0, lengths, 1)


SCALINGS = {
    "0 to 1": lambda images: images / 255,
    "PyTorch's": lambda images: (images / 255 - 0.1307) / 0.3081,
    "-1 to 1": lambda images: images / 127.5 - 1,
    "0 to 255": lambda images: images,
    "unit columns": unit_columns,
}


class Named(nn.Module):
    """A network that takes pixels in some layout and ends in some way."""

    def __init__(self, body, last=None, channels_last=False):
        super().__init__()
        self.body, self.last, self.channels_last = body, last or nn.Identity(), channels_last

    def forward(self, pixels):
        if self.channels_last:
            pixels = pixels.permute(0, 3, 1, 2)
        return self.last(self.body(pixels.flatten(1)))


def train(images, labels, scaling, *, steps=300, change=lambda images: images):
    """Train 784-64-10 for a second, on images as `scaling` gives them."""
    torch.manual_seed(0)
    given = torch.from_numpy(SCALINGS[scaling](change(images).astype(np.float64)).reshape(len(images), -1)).float()
    answers = torch.from_numpy(labels)
    network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    if scaling == "0 to 255":
        network[0].weight.data /= 100
    rate = 2e-5 if scaling == "0 to 255" else 3e-3
    optimizer = torch.optim.Adam(network.parameters(), rate)
    for _ in range(steps):
        chosen = torch.randint(0, len(images), (128,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(given[chosen]), answers[chosen]).backward()
        optimizer.step()
    return network.eval()


def saved(network, shape, *, dynamic=True, **how):
    """Give the bytes of an ONNX file that takes an array of `shape`, its batch of any size or of that one."""
    stream = io.BytesIO()
    torch.onnx.export(
        Named(network, **how),
        (torch.zeros(shape),),
        stream,
        input_names=["pixels"],
        output_names=["answers"],
        dynamic_axes={"pixels": {0: "n"}, "answers": {0: "n"}} if dynamic else None,
        dynamo=False,
    )
    return stream.getvalue()
