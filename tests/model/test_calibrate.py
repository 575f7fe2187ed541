import numpy as np
import pytest

from tenfold.model.calibrate import fit_temperature


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_temperature_that_the_logits_were_made_with_is_found(temperature):
    random = np.random.default_rng(1)
    logits = random.normal(0, 3, (20_000, 10))
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = (chances.cumsum(1) > random.random((20_000, 1))).argmax(1)
    assert fit_temperature((logits * temperature).astype(np.float32), labels) == pytest.approx(temperature, rel=0.05)


def test_logits_that_are_always_right_end_at_the_coldest():
    logits = np.eye(3, dtype=np.float32)
    assert fit_temperature(logits, np.arange(3)) < 0.03
