"""scikit-learn's MLP, SVM and k-nearest neighbours on small sets: the accuracy of each on all test images.

Given an `.npz` file with `x_test`, `y_test` and, for each number of a draw, `x_NUMBER` and `y_NUMBER`.
"""

import json
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

warnings.simplefilter("ignore", ConvergenceWarning)
data = np.load(sys.argv[1])


def flat(name: str) -> np.ndarray:
    return data[name].reshape(-1, 784).astype(np.float32) / 255


PEERS = {
    "MLP": lambda: MLPClassifier((128, 128), max_iter=400, random_state=0),
    "SVM": lambda: SVC(C=10),
    "k-NN": lambda: KNeighborsClassifier(3, weights="distance"),
}
scores = {
    number: {
        name: float(make().fit(flat(f"x_{number}"), data[f"y_{number}"]).score(flat("x_test"), data["y_test"]))
        for name, make in PEERS.items()
    }
    for number in sorted(int(name[2:]) for name in data.files if name[2:].isdigit() and name.startswith("x_"))
}
print(json.dumps(scores))
