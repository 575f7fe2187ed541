"""Making a network's probabilities mean what they say."""

import numpy as np

from tenfold.arrays import Labels

__all__ = ["fit_temperature"]

COLDEST, HOTTEST = 0.02, 50.0
"""Beyond these a network is right, or wrong, about everything it was measured on."""


def fit_temperature(logits: np.ndarray[tuple[int, int], np.dtype[np.float32]], labels: Labels) -> float:
    """Find the temperature that makes a network as sure as it is right.

    Logits are divided by it before the softmax. The most probable class stays the same.

    Args:
        logits: `float32 (n, k)`, on images that the network was not trained on.
        labels: `int64 (n,)`, their classes, 0…k-1.

    Returns:
        The temperature with the least categorical cross-entropy, 0.02…50: above 1 where the network was too sure.

    Source:
        Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern neural networks", section 4.2. The loss is convex
        in 1/temperature, so a golden-section search finds its minimum.
    """
    scores = logits.astype(np.float64)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())

    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))
