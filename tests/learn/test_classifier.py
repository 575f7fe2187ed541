"""`DigitClassifier` behaves as scikit-learn's estimators do."""

import inspect
import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import tenfold
from tenfold import DigitClassifier
from tenfold.errors import DataError, ModelError, OptionError
from tenfold.learn.recipes import OPTIONS


class TableClassifier(DigitClassifier):
    """The classifier with any table of numbers spread over its 784 pixels.

    scikit-learn's checks bring tables of a few columns of any numbers; a `DigitClassifier` takes images alone. What
    the checks ask beyond that (parameters, labels of every type, errors, order, pickling…) is asked of it through
    this: each column becomes a level from 0 to 255 and fills as many pixels as fit.
    """

    def fit(self, X, y):
        from sklearn.utils.validation import validate_data

        X, y = validate_data(self, X, y, dtype=np.float64)
        self._low, self._high = X.min(axis=0), X.max(axis=0)
        super().fit(self._spread(X), y)
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        from sklearn.utils.validation import check_is_fitted, validate_data

        check_is_fitted(self)
        return super().predict_proba(self._spread(validate_data(self, X, reset=False, dtype=np.float64)))

    def _spread(self, X):
        share = (X - self._low) / np.where(self._high > self._low, self._high - self._low, 1)
        levels = np.rint(np.clip(share, 0, 1) * 255)
        return np.resize(np.repeat(levels, -(-784 // X.shape[1]), axis=1)[:, :784], (len(X), 784))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = False
        return tags


NO_BASE = "Estimator TableClassifier does not inherit from"
"""What scikit-learn warns of: the package does without scikit-learn, so its class cannot be the base."""

DOES_NOT_APPLY = {
    "check_array_api_input": "images are NumPy arrays; other array libraries are not supported",
}
"""Checks of scikit-learn's that are left out, and why."""


def table_classifier() -> TableClassifier:
    return TableClassifier(epochs=60, batch_size=16, learning_rate=0.01, shift=0, validation_split=0.0)


def checks() -> list:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", NO_BASE)
        return [
            pytest.param(estimator, check, id=check.func.__name__)
            for estimator, check in estimator_checks_generator(table_classifier())
            if check.func.__name__ not in DOES_NOT_APPLY
        ]


@pytest.mark.filterwarnings(f"ignore:{NO_BASE}")
@pytest.mark.parametrize(("estimator", "check"), checks())
def test_scikit_learns_own_check(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def fitted(mnist) -> DigitClassifier:
    return DigitClassifier(epochs=10, batch_size=32, learning_rate=0.1).fit(mnist.x_train[:2000], mnist.y_train[:2000])


def test_the_way_of_the_readme(fitted, mnist, tmp_path):
    assert fitted.score(mnist.x_test[:1000], mnist.y_test[:1000]) > 0.87
    model = fitted.save(tmp_path / "mine")
    reloaded = tenfold.load_model(tmp_path / "mine")
    assert np.abs(reloaded(mnist.x_test[:100]) - fitted.predict_proba(mnist.x_test[:100])).max() < 1e-5
    assert model.info.name == "mine"
    assert fitted.history_[-1].number == 10


def test_flat_and_square_images_of_any_number_type_are_the_same(fitted, mnist):
    square = mnist.x_test[:50]
    expected = fitted.predict_proba(square)
    for dtype in (np.uint8, np.int64, np.float32, np.float64):
        assert np.array_equal(fitted.predict_proba(square.reshape(-1, 784).astype(dtype)), expected)
    assert np.array_equal(fitted.predict_proba(square.tolist()), expected)
    assert np.array_equal(fitted.predict_proba(square[..., None]), expected)
    assert np.array_equal(fitted.predict_proba(square[:, None].astype(float)), expected)


@pytest.mark.parametrize("kind", [str, np.int8, object, bool])
def test_labels_of_any_type_come_back_as_they_were(few, kind):
    images, labels = few
    given = (labels % 2).astype(bool) if kind is bool else labels.astype(str if kind is object else kind).astype(kind)
    classifier = DigitClassifier(epochs=1).fit(images, given)
    assert classifier.classes_.dtype == given.dtype
    assert set(classifier.predict(images[:200])) <= set(given)


def test_floats_that_are_whole_come_back_as_floats_and_are_named_as_digits(few, tmp_path):
    images, labels = few
    classifier = DigitClassifier(epochs=1).fit(images, labels.astype(np.float64))
    assert classifier.predict(images[:9]).dtype == np.float64
    assert classifier.save(tmp_path / "mine").classes == tuple("0123456789")


def test_one_hot_labels_are_the_numbers_of_their_columns(few):
    images, labels = few
    one_hot = np.eye(12)[labels]
    classifier = DigitClassifier(epochs=2).fit(images, one_hot)
    assert np.array_equal(classifier.classes_, np.arange(12))
    assert classifier.predict_proba(images[:3]).shape == (3, 12)
    assert classifier.score(images, one_hot) == classifier.score(images, labels) > 0.5


def test_a_pipeline_that_divides_by_255_learns_the_same(few):
    images, labels = few
    flat, plain = images.reshape(-1, 784), DigitClassifier(epochs=1).fit(images, labels)
    divided = make_pipeline(FunctionTransformer(lambda X: X / 255), DigitClassifier(epochs=1)).fit(flat, labels)
    assert np.array_equal(divided.predict_proba(flat[:20]), plain.predict_proba(images[:20]))
    black_and_white = ((flat[:2] > 127) * 255).astype(np.uint8)
    assert np.array_equal(divided.predict_proba(black_and_white), plain.predict_proba(black_and_white))
    stretched = make_pipeline(MinMaxScaler(), DigitClassifier(epochs=8, batch_size=32)).fit(flat, labels)
    assert stretched.score(flat, labels) > 0.8


def test_a_pipeline_that_standardises_is_refused_with_the_reason(few):
    with pytest.raises(DataError, match="subtracting a mean, as StandardScaler does .* or divided by 255"):
        make_pipeline(StandardScaler(), DigitClassifier(epochs=1)).fit(few[0].reshape(-1, 784), few[1])


def test_labels_that_are_missing_are_refused(few):
    with pytest.raises(DataError, match="label per image"):
        DigitClassifier().fit(few[0], None)


def test_weights_of_samples_count_in_the_score(fitted, mnist):
    images, labels = mnist.x_test[:300], mnist.y_test[:300]
    right = fitted.predict(images) == labels
    assert fitted.score(images, labels, sample_weight=right) == 1
    assert fitted.score(images, labels, sample_weight=np.full(300, 7)) == pytest.approx(right.mean())
    with pytest.raises(DataError, match="one weight per image"):
        fitted.score(images, labels, sample_weight=[1, 2])
    with pytest.raises(DataError, match="not all 0"):
        fitted.score(images, labels, sample_weight=np.zeros(300))


def test_the_decision_function_ranks_as_the_probabilities_do(fitted, few, mnist):
    images = mnist.x_test[:100]
    decided = fitted.decision_function(images)
    assert np.array_equal(decided, fitted.predict_proba(images))
    assert np.array_equal(fitted.classes_[decided.argmax(1)], fitted.predict(images))
    two = DigitClassifier(epochs=1).fit(few[0], few[1] > 4)
    assert np.array_equal(two.decision_function(images) > 0, two.predict(images))


def test_a_saved_classifier_is_loaded_and_answers_the_same(fitted, mnist, tmp_path):
    fitted.save(tmp_path / "mine")
    loaded = DigitClassifier.load(tmp_path / "mine")
    images, labels = mnist.x_test[:200], mnist.y_test[:200]
    assert np.array_equal(loaded.predict_proba(images), fitted.predict_proba(images))
    assert loaded.score(images, labels) == fitted.score(images, labels)
    assert (loaded.epochs, loaded.batch_size, loaded.history_) == (10, 32, fitted.history_)
    again = loaded.save(tmp_path / "again")
    assert np.abs(again(images) - fitted.predict_proba(images)).max() < 1e-5
    assert np.array_equal(pickle.loads(pickle.dumps(loaded)).predict(images), loaded.predict(images))
    assert not hasattr(clone(loaded), "classes_")


def test_the_shipped_model_is_a_classifier_too(mnist):
    assert DigitClassifier.load().score(mnist.x_test[:300], mnist.y_test[:300]) > 0.98


def test_the_shipped_model_is_saved_as_it_was_loaded(mnist, tmp_path):
    saved = DigitClassifier.load().save(tmp_path / "mine")
    shipped, images = tenfold.load_model(), mnist.x_test[:300]
    assert np.array_equal(saved(images), shipped(images))
    assert np.array_equal(saved.digits(images)[1], shipped.digits(images)[1])
    assert saved.info.calibration["held_out"] == shipped.info.calibration["held_out"]


def test_classes_with_names_are_loaded_by_name(few, tmp_path):
    names = np.where(few[1] > 4, "large", "small")
    DigitClassifier(epochs=1).fit(few[0], names).save(tmp_path / "mine")
    assert set(DigitClassifier.load(tmp_path / "mine").predict(few[0])) == {"large", "small"}


def test_bad_options_are_refused_when_fitting(few):
    with pytest.raises(OptionError, match="unknown optimizer"):
        DigitClassifier(optimizer="adagrad").fit(*few)
    with pytest.raises(OptionError, match="unknown recipe"):
        DigitClassifier("gourmet").fit(*few)


def test_an_untrained_classifier_says_so(few, monkeypatch):
    with pytest.raises(NotFittedError, match="call fit first"):
        DigitClassifier().predict(few[0])
    import sys

    monkeypatch.delitem(sys.modules, "sklearn")
    with pytest.raises(ModelError, match="call fit first"):
        DigitClassifier().predict(few[0])


def test_parameters_are_kept_cloned_set_and_shown():
    classifier = DigitClassifier(hidden=(64,), epochs=2)
    assert classifier.get_params()["hidden"] == (64,)
    assert clone(classifier).get_params() == classifier.get_params()
    assert classifier.set_params(epochs=3).epochs == 3
    assert repr(classifier) == "DigitClassifier(hidden=(64,), epochs=3)"
    assert is_classifier(classifier)
    with pytest.raises(ValueError, match="no parameter 'layers'"):
        classifier.set_params(layers=3)


def test_a_pickle_answers_the_same(fitted, few):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(few[0][:20]), fitted.predict_proba(few[0][:20]))


def test_it_stands_wherever_scikit_learn_takes_an_estimator(few):
    images, labels = few
    flat = images.reshape(-1, 784)
    assert cross_val_score(DigitClassifier(epochs=4, batch_size=32, learning_rate=0.1), flat, labels, cv=2).min() > 0.6
    pipeline = make_pipeline(FunctionTransformer(), DigitClassifier(epochs=1))
    search = GridSearchCV(pipeline, {"digitclassifier__hidden": [(16,), (64,)]}, cv=2).fit(flat, labels)
    assert search.best_params_["digitclassifier__hidden"] in {(16,), (64,)}


def test_every_option_of_training_is_a_parameter_with_its_text():
    parameters = inspect.signature(DigitClassifier).parameters
    expected = ["recipe", *OPTIONS, "start", "progress", "trainer"]
    assert list(parameters) == expected == list(DigitClassifier().get_params())
    assert [parameters[name].default for name in ("recipe", "hidden", "seed", "progress")] == [
        *("auto", None, None, False)
    ]
    assert all(f"{name}: " in DigitClassifier.__doc__ for name in parameters)


def test_a_parameter_that_is_none_is_refused_when_made():
    with pytest.raises(OptionError, match="DigitClassifier has no parameter 'layers'; it has recipe, network"):
        DigitClassifier(layers=3)
