"""The network of Keras's own example `mnist_convnet`: two 3×3 convolutions with pooling, dropout, batches of 128."""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

data_file, epochs, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
data = np.load(data_file)
x_train = data["x_train"].astype("float32")[..., None] / 255
x_test = data["x_test"].astype("float32")[..., None] / 255
y_train = keras.utils.to_categorical(data["y_train"], 10)
y_test = keras.utils.to_categorical(data["y_test"], 10)

model = keras.Sequential(
    [
        keras.layers.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
started = time.perf_counter()
model.fit(x_train, y_train, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
seconds = time.perf_counter() - started
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
model.save(f"{out}.keras")
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
