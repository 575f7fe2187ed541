"""What people corrected makes another model, and the one before comes back."""

import numpy as np
import pytest

from tenfold.draw.pen import draw_hand
from tenfold.errors import DataError
from tenfold.model.folder import load_model
from tenfold.serve.adaptation import Adaptation, adapted_folder
from tenfold.serve.live import LiveReader
from tenfold.serve.options import ServeOptions
from tenfold.serve.store import NewReview, ReviewStore


def corrected(store, images, label):
    store.add(*(NewReview(b"", image[None], "7", 0.9, None, "tutorial", label=label) for image in images))


def test_the_model_learns_from_the_store_and_goes_back(model_copy, tmp_path):
    options = ServeOptions(model=model_copy, store=str(tmp_path / "review.db"))
    store = ReviewStore(options.store)
    adaptation = Adaptation(options, store)
    assert adaptation.state() == {"corrections": 0, "fewest": 5, "adapted": None, "offered": True}
    with pytest.raises(DataError, match="at least 5 labelled pictures to adapt to, got 0"):
        adaptation.adapt()
    ones = draw_hand(1, "widest flag", 60, np.random.default_rng(0))
    corrected(store, ones[:20], "1")
    live = LiveReader(model_copy, adapted=adapted_folder(options))
    before = (live.model(ones[20:]).argmax(1) == 1).mean()
    adaptation.adapt()
    assert live._look() != live._signature
    assert live.reload() == "taken"
    assert (live.model(ones[20:]).argmax(1) == 1).mean() > before
    assert adaptation.state()["adapted"] == 20
    assert load_model(model_copy).info.data.get("adapted") is None
    adaptation.undo()
    assert live.reload() == "taken"
    assert (live.model(ones[20:]).argmax(1) == 1).mean() == before
    assert adaptation.state()["adapted"] is None


def test_a_server_that_promises_an_error_adapts_nothing(tmp_path):
    assert adapted_folder(ServeOptions(store=str(tmp_path / "review.db"), max_error=0.01)) is None


def test_a_database_elsewhere_has_no_place_for_a_model(tmp_path):
    options = ServeOptions(store=f"sqlite:///{tmp_path / 'review.db'}")
    adaptation = Adaptation(options, ReviewStore(options.store))
    assert adapted_folder(options) is None
    assert not adaptation.state()["offered"]
    with pytest.raises(DataError, match="no model is adapted here: the review store is no file"):
        adaptation.adapt()
