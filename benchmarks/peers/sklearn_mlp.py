"""scikit-learn's MLPClassifier with the founding network's hidden layers, batches of 128."""

import json
import pickle
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

data_file, epochs, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
warnings.simplefilter("ignore", ConvergenceWarning)
data = np.load(data_file)
x_train = data["x_train"].reshape(-1, 784).astype(np.float32) / 255
x_test = data["x_test"].reshape(-1, 784).astype(np.float32) / 255

model = MLPClassifier((128, 128), batch_size=128, max_iter=epochs, random_state=0)
started = time.perf_counter()
model.fit(x_train, data["y_train"])
seconds = time.perf_counter() - started
accuracy = model.score(x_test, data["y_test"])
Path(f"{out}.pickle").write_bytes(pickle.dumps(model))
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
