"""`DigitClassifier`: training and prediction with scikit-learn's manners."""

import inspect
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.arrays import SIDE, Images, Probabilities, as_images, digest
from tenfold.errors import DataError, ModelError, OptionError
from tenfold.learn.export import golden_images, save_trained
from tenfold.learn.recipes import OPTIONS, Option, described, recipe
from tenfold.learn.training import train
from tenfold.model.description import Epoch
from tenfold.model.folder import Model

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["DigitClassifier"]

AnyArray = np.ndarray[Any, np.dtype[Any]]

PARAMETERS = ("recipe", *OPTIONS, "progress")


class DigitClassifier:
    """A classifier of 28×28 images that keeps scikit-learn's contract.

    It can stand wherever scikit-learn takes an estimator: pipelines, cross-validation, grid search.

    Args:
        recipe: The named options to start from, one of `tenfold.RECIPES`. An option that is None stays as the recipe
            has it.
        {options}
        progress: Show a line of progress on standard error.

    Attributes:
        classes_: `(k,)`, the sorted distinct labels that `fit` was given, of any type.
        n_features_in_: 784.
        history_: One `Epoch` per epoch trained.

    Raises:
        OptionError: There is no parameter of that name; in `fit`, when an option is not allowed.
    """

    _estimator_type = "classifier"

    def __init__(self, recipe: str = "tutorial", *, progress: bool = False, **options: Any) -> None:  # noqa: ANN401
        self.recipe = recipe
        self.progress = progress
        for name in options:
            _expect_parameter(name)
        for name in OPTIONS:
            setattr(self, name, options.get(name))

    def fit(self, X: Any, y: Any) -> "DigitClassifier":  # noqa: ANN401, N803
        """Train on labelled images.

        Args:
            X: `(n, 784)` or `(n, 28, 28)`, whole numbers 0…255 of any numeric dtype, 0 paper, 255 ink.
            y: `(n,)`, labels of any type that can be sorted: 7, "7", "seven".

        Returns:
            The classifier itself.

        Raises:
            DataError: Images or labels are not that.
            OptionError: An option is not allowed.
            TrainingError: The loss is no longer finite.
        """
        changes = {name: value for name, value in self.get_params().items() if value is not None}
        progress = changes.pop("progress")
        options = recipe(changes.pop("recipe"), **changes)
        images = _as_images(X)
        self.classes_, labels = _encode(y, len(images))
        self._golden = golden_images(images, labels, len(self.classes_))
        self._data = {"name": "arrays", "n": len(images), "sha256": digest(images, labels)}
        self._trained = train(
            images, labels, options, classes=[str(label) for label in self.classes_], progress=progress
        )
        if not self._trained.finished:
            warnings.warn(f"interrupted: trained for {len(self._trained.history)} epochs only", stacklevel=2)
        self.n_features_in_ = SIDE * SIDE
        self.history_: tuple[Epoch, ...] = self._trained.history
        return self

    def predict_proba(self, X: Any) -> Probabilities:  # noqa: ANN401, N803
        """Give the calibrated probability of each class, `float32 (n, k)`, in the order of `classes_`."""
        self._expect_fitted()
        return self._trained.classifier()(_as_images(X))

    def predict(self, X: Any) -> AnyArray:  # noqa: ANN401, N803
        """Give the most probable label of each image, `(n,)`, of the type that `fit` was given."""
        chosen: AnyArray = self.predict_proba(X).argmax(axis=1)
        labels: AnyArray = self.classes_[chosen]
        return labels

    def score(self, X: Any, y: Any) -> float:  # noqa: ANN401, N803
        """Give the share of images whose most probable label is `y`, 0…1."""
        predicted, truth = self.predict(X), np.asarray(y)
        if truth.shape != predicted.shape:
            raise DataError(f"expected one label per image, shape {predicted.shape}, got {truth.shape}")
        return float(np.mean(predicted == truth))

    def save(self, folder: str | Path) -> Model:
        """Write the trained network as a model folder.

        Args:
            folder: Where to; an older model there is replaced.

        Returns:
            The model, loaded from the folder.

        Raises:
            ModelError: The folder cannot be written.
        """
        self._expect_fitted()
        return save_trained(
            folder,
            self._trained,
            name=Path(folder).name,
            data=self._data,
            golden=self._golden,
        )

    def _names(self) -> list[str]:
        """Name the classes for the model folder: 5.0 is the digit 5."""
        whole = self.classes_.dtype.kind == "f"
        return [str(int(label) if whole else label) for label in self.classes_]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Give the arguments that the classifier was made with, by name."""
        return {name: getattr(self, name) for name in PARAMETERS}

    def set_params(self, **params: Any) -> "DigitClassifier":  # noqa: ANN401
        """Set arguments anew.

        Raises:
            OptionError: There is no argument of that name.
        """
        for name, value in params.items():
            _expect_parameter(name)
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        given = [f"{name}={value!r}" for name, value in self.get_params().items() if value != defaults[name].default]
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_tags__(self) -> "Tags":
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(three_d_array=True),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_trained")

    def _expect_fitted(self) -> None:
        if self.__sklearn_is_fitted__():
            return
        message = f"this {type(self).__name__} is not trained yet: call fit first"
        if "sklearn" in sys.modules:
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(message)
        raise ModelError(message)


def _expect_parameter(name: str) -> None:
    if name not in PARAMETERS:
        raise OptionError(f"DigitClassifier has no parameter {name!r}; it has {', '.join(PARAMETERS)}")


def _signature() -> inspect.Signature:
    """Give the signature of `DigitClassifier.__init__` with every option by name, as scikit-learn reads it."""
    own = inspect.signature(DigitClassifier.__init__).parameters
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=f"{_hint(option)} | None")
        for name, option in OPTIONS.items()
    ]
    return inspect.Signature([own["self"], own["recipe"], *options, own["progress"]])


def _hint(option: Option) -> str:
    return f"tuple[{option.kind.__name__}, ...]" if option.several else option.kind.__name__


DigitClassifier.__init__.__signature__ = _signature()  # type: ignore[attr-defined]
DigitClassifier.__doc__ = described(DigitClassifier.__doc__)


def _as_images(pixels: Any) -> Images:  # noqa: ANN401
    array = np.asarray(pixels)
    if array.ndim == 2 and array.shape[1] == SIDE * SIDE:
        array = array.reshape(-1, SIDE, SIDE)
    if array.ndim != 3 or array.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"expected images of shape (n, {SIDE * SIDE}) or (n, {SIDE}, {SIDE}), got {array.shape}; "
            "reshape your data, a single image with array.reshape(1, -1)"
        )
    if not len(array):
        raise DataError("expected at least one image, got 0 sample(s)")
    if array.dtype == np.uint8:
        return as_images(array)
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"expected pixels as numbers from 0 to 255: {error}") from error
    if not np.isfinite(numbers).all():
        raise DataError("expected pixels from 0 to 255, got NaN or infinity")
    whole = numbers.astype(np.uint8)
    if not np.array_equal(whole, numbers):
        raise DataError(
            f"expected pixels as whole numbers from 0 to 255, got {array.dtype} from {numbers.min():g} to "
            f"{numbers.max():g}; scaling to 0…1 is the network's own first layer, so give the pixels as stored"
        )
    return as_images(whole)


def _encode(y: Any, count: int) -> tuple[AnyArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:  # noqa: ANN401
    if y is None:
        raise DataError("expected a label per image: fit requires y to be passed, but the target y is None")
    given = np.asarray(y)
    if given.ndim != 1 or len(given) != count:
        raise DataError(f"expected one label per image, shape ({count},), got {given.shape}")
    if given.dtype.kind == "f" and not np.array_equal(given, np.rint(given)):
        raise DataError(f"unknown label type: expected classes, got continuous numbers such as {given[0]}")
    classes, labels = np.unique(given, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"expected labels of at least two classes, got one class: {classes[0]!r}")
    return classes, labels.astype(np.int64)
