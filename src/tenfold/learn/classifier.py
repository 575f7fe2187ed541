"""`DigitClassifier`: training and prediction with scikit-learn's manners."""

import inspect
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.arrays import SIDE, Probabilities, data_digest
from tenfold.errors import DataError, ModelError, OptionError
from tenfold.learn.declaration import Option, described
from tenfold.learn.export import calibrated_onnx, golden_images, load_trained, save_trained
from tenfold.learn.fitting import AUTO, FittedRecipe, check_classes
from tenfold.learn.inputs import AnyArray, class_labels, encode, is_scaled, to_images
from tenfold.learn.recipes import OPTIONS
from tenfold.learn.starting import start_from
from tenfold.learn.training import Trained, train
from tenfold.model.description import Epoch
from tenfold.model.evaluate import Checked
from tenfold.model.folder import Model, load_model

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["DigitClassifier"]

PARAMETERS = ("recipe", *OPTIONS, "start", "progress", "trainer")


class DigitClassifier:
    """A classifier of 28×28 images that keeps scikit-learn's contract.

    It can stand wherever scikit-learn takes an estimator: pipelines, cross-validation, grid search.

    Args:
        recipe: The named options to start from, one of `tenfold.RECIPES`, or `auto`, which is `few` for fewer than
            10,000 images where nothing is changed that says how a network is built or optimised, else `tutorial`. An
            option that is None stays as the recipe has it; of small sets epochs, augmentation and what is held out
            follow from how many images there are.
        {options}
        start: A model folder to go on from, or `shipped`. Where `fit` is given the model's own classes, what it knew is
            learned again beside the images; else it gets a new last layer, in which classes that it knows keep their
            weights.
        progress: Show a line of progress on standard error.
        trainer: What trains in place of `tenfold.train`, with the same arguments, such as a `tenfold.ClusterTrainer`.

    Attributes:
        classes_: `(k,)`, the sorted distinct labels that `fit` was given, of any type.
        n_features_in_: 784.
        history_: One `Epoch` per epoch trained.
        validation_: What was read right of the images held out; None where none were.

    Raises:
        OptionError: There is no parameter of that name; in `fit`, when an option is not allowed.
    """

    _estimator_type = "classifier"
    _onnx: bytes | None = None

    def __init__(
        self,
        recipe: str = AUTO,
        *,
        start: str | Path | None = None,
        progress: bool = False,
        trainer: Callable[..., Trained] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        self.recipe = recipe
        self.start = start
        self.progress = progress
        self.trainer = trainer
        for name in options:
            _expect_parameter(name)
        for name in OPTIONS:
            setattr(self, name, options.get(name))

    def fit(self, X: Any, y: Any) -> "DigitClassifier":  # noqa: ANN401, N803
        """Train on labelled images.

        Args:
            X: `(n, 784)`, `(n, 28, 28)`, `(n, 28, 28, 1)` or `(n, 1, 28, 28)`, 0 paper: whole numbers to 255 of any
                numeric dtype, or floats to 1, as pipelines make them that divide by 255.
            y: `(n,)`, labels of any type that can be sorted: 7, 7.0, "7", "seven"; or one-hot `(n, k)`, whose classes
                are the numbers of the columns.

        Returns:
            The classifier itself.

        Raises:
            DataError: Images or labels are not that.
            OptionError: An option is not allowed.
            TrainingError: The loss is no longer finite.
        """
        changes = {name: value for name, value in self.get_params().items() if value is not None}
        progress, start = changes.pop("progress"), changes.pop("start", None)
        trainer = changes.pop("trainer", train)
        fitted = FittedRecipe(changes.pop("recipe"), changes)
        images = to_images(X)
        self._scaled = np.asarray(X).dtype.kind == "f" and is_scaled(np.asarray(X))
        self.classes_, labels = encode(y, len(images))
        begun = None
        if start is not None:
            model = load_model(start)
            begun = start_from(model, labels, self._names(), fitted, keep=set(self._names()) == set(model.classes))
            labels = begun.labels
        if not (begun and begun.start.beside):
            check_classes(labels, self.classes_.tolist())
        options = begun.options if begun else fitted.options_for(len(images))
        self._golden = golden_images(images, labels, len(self.classes_))
        self._data = {"name": "arrays", "n": len(images), "sha256": data_digest(images, labels)}
        self._trained: Trained = trainer(
            images,
            labels,
            options,
            classes=begun.classes if begun else self._names(),
            start=begun.start if begun else None,
            progress=progress,
        )
        if begun and begun.classes != tuple(self._names()):
            self.classes_ = self.classes_[[self._names().index(name) for name in begun.classes]]
        self._onnx = None  # made of the weights when it is saved
        if not self._trained.finished:
            done = len(self._trained.history)
            warnings.warn(f"interrupted after epoch {done} of {options.epochs * options.members}", stacklevel=2)
        self.n_features_in_ = SIDE * SIDE
        self.history_: tuple[Epoch, ...] = self._trained.history
        self.validation_ = Checked.of(self._trained.held_out, "arrays")
        return self

    def predict_proba(self, X: Any) -> Probabilities:  # noqa: ANN401, N803
        """Give the calibrated probability of each class, `float32 (n, k)`, in the order of `classes_`."""
        self._expect_fitted()
        return self._trained.classifier()(to_images(X, scaled=self._scaled))

    def predict(self, X: Any) -> AnyArray:  # noqa: ANN401, N803
        """Give the most probable label of each image, `(n,)`, of the type that `fit` was given."""
        chosen: AnyArray = self.predict_proba(X).argmax(axis=1)
        labels: AnyArray = self.classes_[chosen]
        return labels

    def decision_function(self, X: Any) -> AnyArray:  # noqa: ANN401, N803
        """Say how sure the classifier is: of each class its probability, `(n, k)`; of two classes, `(n,)`.

        For two classes it is the probability of the second less that of the first, above 0 where `predict` gives the
        second.
        """
        probabilities = self.predict_proba(X)
        return 2 * probabilities[:, 1].astype(np.float64) - 1 if len(self.classes_) == 2 else probabilities

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: ANN401, N803
        """Give the share of images whose most probable label is `y`, 0…1.

        Args:
            X: As for `fit`.
            y: As for `fit`.
            sample_weight: `(n,)`, how much each image counts; by default all alike.
        """
        predicted, truth = self.predict(X), class_labels(y)
        if truth.shape != predicted.shape:
            raise DataError(f"expected one label per image, shape {predicted.shape}, got {truth.shape}")
        weights = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        if weights is not None and (weights.shape != predicted.shape or not weights.sum() > 0):
            raise DataError(f"expected one weight per image, shape {predicted.shape}, not all 0, got {weights.shape}")
        return float(np.average(predicted == truth, weights=weights))

    @classmethod
    def load(cls, folder: str | Path | None = None) -> "DigitClassifier":
        """Load a model folder to predict with, or to train again with the same options.

        It answers with the weights in float32, also where the folder's network is in int8; `save` writes the folder's
        network, as it is.

        Args:
            folder: A folder that `save` or `tenfold train` wrote; by default the model that ships.

        Returns:
            The trained classifier. Its classes are whole numbers where all their names are, else the names.

        Raises:
            ModelError: There is no model or it is damaged, or it was made from a module of the user's own.
        """
        model = load_model(folder)
        options = model.info.options
        classifier = cls().set_params(**{name: options.get(name) for name in OPTIONS})
        names = np.array(model.classes)
        classifier.classes_ = names.astype(np.int64) if all(map(str.isdecimal, model.classes)) else names
        classifier._trained, classifier._onnx = load_trained(model), calibrated_onnx(model)
        classifier._golden, classifier._data, classifier._scaled = model.golden.copy(), dict(model.info.data), False
        classifier.n_features_in_ = SIDE * SIDE
        classifier.history_ = model.info.history
        classifier.validation_ = Checked.of(classifier._trained.held_out, str(model.info.data.get("name", "")))
        return classifier

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
            onnx=self._onnx,
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
    return inspect.Signature([own["self"], own["recipe"], *options, own["start"], own["progress"], own["trainer"]])


def _hint(option: Option) -> str:
    return f"tuple[{option.kind.__name__}, ...]" if option.several else option.kind.__name__


DigitClassifier.__init__.__signature__ = _signature()  # type: ignore[attr-defined]
DigitClassifier.__doc__ = described(DigitClassifier.__doc__, OPTIONS)
