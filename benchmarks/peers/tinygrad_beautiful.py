"""The network and the compiled step of tinygrad's `beautiful_mnist`: batches of 512 drawn anew."""

import json
import sys
import time

import numpy as np
from tinygrad import Context, Tensor, TinyJit, nn

data_file, steps, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]


class Model:
    def __init__(self):
        self.layers = [
            nn.Conv2d(1, 32, 5),
            Tensor.relu,
            nn.Conv2d(32, 32, 5),
            Tensor.relu,
            nn.BatchNorm(32),
            Tensor.max_pool2d,
            nn.Conv2d(32, 64, 3),
            Tensor.relu,
            nn.Conv2d(64, 64, 3),
            Tensor.relu,
            nn.BatchNorm(64),
            Tensor.max_pool2d,
            lambda x: x.flatten(1),
            nn.Linear(576, 10),
        ]

    def __call__(self, x):
        return x.sequential(self.layers)


data = np.load(data_file)
x_train, x_test = Tensor(data["x_train"][:, None]), Tensor(data["x_test"][:, None])
y_train, y_test = Tensor(data["y_train"].astype(np.int32)), Tensor(data["y_test"].astype(np.int32))
model = Model()
optimizer = nn.optim.Adam(nn.state.get_parameters(model))


@TinyJit
def step():
    with Context(TRAINING=1):
        optimizer.zero_grad()
        samples = Tensor.randint(512, high=x_train.shape[0])
        loss = model(x_train[samples]).sparse_categorical_crossentropy(y_train[samples]).backward()
        return loss.realize(*optimizer.schedule_step())


started = time.perf_counter()
for _ in range(steps):
    step().item()
seconds = time.perf_counter() - started
answers = [(model(part).argmax(axis=1)).numpy() for part in x_test.split(1000)]
accuracy = float((np.concatenate(answers) == data["y_test"]).mean())
nn.state.safe_save(nn.state.get_state_dict(model), f"{out}.safetensors")
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
