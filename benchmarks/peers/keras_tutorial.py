"""The founding tutorial in Keras: 784-128-128-10, Adam, batches of 32; KERAS_BACKEND chooses what runs it."""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

data_file, epochs, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
data = np.load(data_file)
x_train, x_test = data["x_train"].astype("float32") / 255, data["x_test"].astype("float32") / 255
y_train, y_test = data["y_train"], data["y_test"]

model = keras.Sequential(
    [
        keras.layers.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
started = time.perf_counter()
model.fit(x_train, y_train, epochs=epochs, verbose=0)
seconds = time.perf_counter() - started
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
model.save(f"{out}.keras")
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
