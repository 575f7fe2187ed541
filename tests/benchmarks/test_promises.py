"""What became of a promise is told in one row, whatever became of it."""

import numpy as np
from benchmarks.promises import counted, half_and_half, others, told

from benchmarks import promises
from tenfold.model.evaluate import MeasuredPromise
from tenfold.read.digits import Digit, Look


def test_a_promise_is_kept_broken_not_calibrated_or_refused():
    kept = counted(MeasuredPromise.of(0.01, 400, 4), 500)
    assert told(kept) == ["80.0%", "4", "1.00% (0.34%–2.27%)", "kept"]
    assert told(counted(MeasuredPromise.of(0.01, 400, 14), 500))[-1] == "**broken**"
    nothing = counted(MeasuredPromise.of(0.01, 0, 0), 500) | {"not calibrated": True}
    assert told(nothing) == ["0.0%", "0", "–", "not calibrated"]
    assert told({"n": 5, "refused": "too small"})[-1] == "refused"


def test_a_threshold_from_one_half_holds_on_the_other():
    digit = Digit("7", 0.9, (), True, None, ())
    looks = [Look(digit, float(sure), True) for sure in np.linspace(1, 0.5, 800)]
    found = half_and_half(looks, ["7"] * 780 + ["1"] * 20)
    assert found["0.02"]["given"] == 40
    assert found["0.02"]["broken"] <= 2
    assert found["0.02"]["accepted"] > 0.8


def test_what_is_no_digit_is_drawn_in_every_kind_that_needs_no_fonts(hands, monkeypatch):
    monkeypatch.setattr(promises, "unlearned_hands", lambda: hands)
    drawn = others(1)
    names = [next(drawn)[0] for _ in range(7)]
    assert names[0] == "straight lines"
    assert {"punctuation", "words", "scribbles", "shade", "two digits"} <= set(names)
