"""How fast a framework answers: the same weights and pictures for all, uint8 in, probabilities out, as NumPy arrays.

    python predict.py FRAMEWORK FOLDER SIZES      prints JSON: accuracy, and seconds per call for each batch size
    python predict.py FRAMEWORK FOLDER            answers for one picture, to be timed from outside

FOLDER holds mnist.npz, weights.npz, and Tenfold's model folder `model`.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np

SECONDS = 0.4
"""How long calls of one batch size are repeated."""


def tenfold(folder):
    import tenfold

    return tenfold.load_model(folder / "model")


def onnxruntime(folder):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model" / "model.onnx", providers=["CPUExecutionProvider"])
    return lambda images: session.run(["probabilities"], {"images": images})[0]


def pytorch(folder):
    import torch

    weights = np.load(folder / "weights.npz")
    layers = [torch.nn.Flatten()]
    for place in range(3):
        matrix, bias = (torch.from_numpy(weights[f"{place}_{kind}"]) for kind in ("weight", "bias"))
        layer = torch.nn.Linear(matrix.shape[1], matrix.shape[0])
        layer.load_state_dict({"weight": matrix, "bias": bias})
        layers += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1], torch.nn.Softmax(1)).eval()

    def predict(images):
        with torch.inference_mode():
            return network(torch.from_numpy(images).float() / 255).numpy()

    return predict


def _keras_model(folder):
    import keras

    weights = np.load(folder / "weights.npz")
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.set_weights([weights[f"{place}_{kind}"].T for place in range(3) for kind in ("weight", "bias")])
    return model


def keras(folder):
    model = _keras_model(folder)
    return lambda images: model.predict(images.astype(np.float32) / 255, batch_size=1024, verbose=0)


def keras_on_batch(folder):
    model = _keras_model(folder)
    return lambda images: model.predict_on_batch(images.astype(np.float32) / 255)


def sklearn(folder):
    from sklearn.neural_network import MLPClassifier

    weights = np.load(folder / "weights.npz")
    model = MLPClassifier((128, 128))
    model.partial_fit(np.zeros((10, 784), np.float32), np.arange(10), classes=np.arange(10))
    model.coefs_ = [np.ascontiguousarray(weights[f"{place}_weight"].T) for place in range(3)]
    model.intercepts_ = [weights[f"{place}_bias"] for place in range(3)]
    return lambda images: model.predict_proba(images.reshape(-1, 784).astype(np.float32) / 255)


def seconds_per_call(predict, images):
    for _ in range(3):
        predict(images)
    taken, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(taken) < 3:
        started = time.perf_counter()
        predict(images)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    name, folder, *sizes = sys.argv[1:]
    folder = Path(folder)
    data = np.load(folder / "mnist.npz")
    images = data["x_test"]
    predict = globals()[name](folder)
    if sizes:
        accuracy = float((predict(images).argmax(1) == data["y_test"]).mean())
        calls = {size: seconds_per_call(predict, images[: int(size)]) for size in sizes[0].split(",")}
        print(json.dumps({"accuracy": accuracy, "seconds": calls}))
    else:
        print(int(predict(images[:1]).argmax()))
