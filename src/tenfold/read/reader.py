"""The reader: pictures in, digits and numbers out."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from tenfold.arrays import Columns, Image, Images, OutOfDistribution, Probabilities, Recognizer
from tenfold.errors import OptionError
from tenfold.model.folder import load_model
from tenfold.model.promise import KindsPromise
from tenfold.picture.decode import LIMIT, Grey, Picture
from tenfold.picture.opening import open_pages
from tenfold.picture.prepare import Prepared, prepare
from tenfold.read.digits import Digit, DigitReason, Look
from tenfold.read.explain import Explanation, covered
from tenfold.read.given import Pictures, check_is_one, each_of, name_of
from tenfold.read.numbers import decide
from tenfold.read.options import NumberOptions
from tenfold.read.pages import check_reads_numbers, read_page
from tenfold.read.pooling import ocr_recognizer
from tenfold.read.promises import (
    BY_HALVES,
    DEFAULT_ERROR,
    HALF,
    NumberPromise,
    calibration_of,
    default_digit_promise,
    digit_promise,
    number_promise,
)
from tenfold.read.rows import ReadRow
from tenfold.read.runs import shift_of
from tenfold.read.surroundings import columns_around, pooled_with, sees_surroundings
from tenfold.read.tables import Numbers

__all__ = ["SEVERAL_PROMISED", "Reader"]

log = logging.getLogger("tenfold.read")

FAINTEST_INK = 32
"""A picture whose strongest ink is below this, of 255, is blank."""

SEVERAL, SEVERAL_PROMISED = 0.8, 0.5
"""Probability above which a picture of several digits is refused, and where an error is promised; docs/log.md, "Grey
lines": noise beside a digit is taken for another one."""


class Reader:
    """Reads digits and numbers from pictures; PyTorch is not needed.

    Args:
        model: A model folder, a model that is loaded already, or anything else that keeps the seam `Recognizer`;
            without it the one that ships with Tenfold.
        max_error: The share of wrong answers among the accepted that must not be passed, with 95% confidence on
            images like those that the model was calibrated on. None stands for 0.02; where that can't be promised,
            what is more probably right than wrong is accepted.

    Attributes:
        model: What reads digits and lines.
        max_error: As given.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: So small an error cannot be promised with what the model was calibrated on, or `model` is no model.
    """

    def __init__(self, model: str | Path | Recognizer | None = None, *, max_error: float | None = None) -> None:
        self.model = _recognizer(model)
        self.max_error = max_error
        self._outlier = calibration_of(self.model).get("out_of_distribution") or 1.0
        self._promise = default_digit_promise(self.model) if max_error is None else digit_promise(self.model, max_error)
        self._number_promises: dict[Any, NumberPromise] = {}

    def digit(self, picture: Picture, *, bgr: bool = False) -> Digit:
        """Read the digit in one picture.

        Args:
            picture: A path, the bytes of a file, an open file, a Pillow image, or an array: grey `(height, width)`,
                RGB or RGBA `(height, width, 3 or 4)`, as `uint8`, `bool`, `uint16`, or floats 0…1 or 0…255.
            bgr: An array's colours are blue, green, red, as OpenCV has them.

        Returns:
            The digit, and how sure.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        return self.read([self.prepare(picture, bgr=bgr)])[0]

    def digits(self, pictures: Pictures, *, bgr: bool = False) -> list[Digit]:
        """Read the digit in each picture, in their order.

        Args:
            pictures: Each as `digit` takes it: a list, anything else that gives one after another, an array
                `(n, height, width)`, or one alone.
            bgr: As for `digit`.

        Raises:
            PictureError: One of them cannot be read as a picture.
        """
        return self.read([self.prepare(picture, bgr=bgr) for picture in each_of(pictures)])

    def explain(self, picture: Picture, *, pixels: int = LIMIT, bgr: bool = False) -> Explanation:
        """Read the digit in one picture, and say what the answer rests on.

        Args:
            picture: As for `digit`.
            pixels: How many pixels it may have.
            bgr: As for `digit`.

        Returns:
            The digit, what the network saw, and how the answer changes where a part of that is covered.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        prepared = self.prepare(picture, pixels=pixels, stages=True, bgr=bgr)
        [digit] = self.read([prepared])
        return Explanation(digit, prepared, covered(self.model, prepared.image))

    def numbers(
        self,
        pages: Pictures,
        options: NumberOptions | None = None,
        *,
        bgr: bool = False,
        **changes: Any,  # noqa: ANN401
    ) -> Numbers:
        """Read the numbers on the pages of a file, or of several.

        Args:
            pages: Photos, scans, PDF or TIFF files of many pages: each as `digit` takes it, one or several as for
                `digits`.
            options: What to look for; by default any rows of boxes, grids, or free rows of digits, with the signs that
                numbers are written with.
            bgr: As for `digit`.
            **changes: Options by name, as on the command line: `digits=9`, `grid="9x9"`, `known=["123", …]` or the
                file of a list, `form="form.toml"`, `unique=True`, `max_error=0.01`, `ocr=True`; `type="date"`, or
                `"decimal decimals=2"`, which gives each number a value, or a reason why it is none of the type.

        Returns:
            The numbers, page by page, from top to bottom: a sequence that exports itself.

        Raises:
            ModelError: The model reads single digits only.
            OptionError: An option is not allowed.
            PictureError: A file cannot be read as pages.
        """
        options = self.options(options, **changes)
        sources: dict[str, Picture] = {}
        rows = []
        given = list(each_of(pages))
        for place, source in enumerate(given, 1):
            name = name_of(source, str(place) if len(given) > 1 else "")
            sources[name] = source
            for number, page in enumerate(open_pages(source, bgr=bgr), 1):
                rows += read_page(self.model, page, options, file=name, number=number)
        return replace(self.decide(rows, options), sources=sources, bgr=bgr)

    def options(self, options: NumberOptions | None = None, **changes: Any) -> NumberOptions:  # noqa: ANN401
        """Check how pages are to be read, before anything is; arguments and errors as for `numbers`.

        Returns:
            The options, complete, which this reader can keep.
        """
        check_reads_numbers(self.model)
        if not isinstance(options, NumberOptions | None):
            raise OptionError(
                f"options is a NumberOptions, got {type(options).__name__}; give single options by name, as digits=9"
            )
        complete = (options or NumberOptions()).changed(self.model.alphabet, **changes)
        self.promised_numbers(complete)
        if complete.ocr:
            ocr_recognizer()  # says now what is missing
        return complete

    def decide(self, rows: Sequence[ReadRow], options: NumberOptions) -> Numbers:
        """Say what rows that were read say, and whether to believe it.

        Raises:
            OptionError: So small an error cannot be promised.
        """
        decided = decide(rows, options, outlier=self._outlier, least=self.promised_numbers(options).least)
        return Numbers(tuple(decided), options.form)

    def promised_digits(self) -> float | None:
        """Give the share of wrong digits among the accepted that is promised not to be passed; None for no promise."""
        if self.max_error is not None or self._promise is None:
            return self.max_error
        return DEFAULT_ERROR

    def promised_numbers(self, options: NumberOptions) -> NumberPromise:
        """Give what is promised of numbers that are read with some options.

        Raises:
            OptionError: So small an error cannot be promised.
        """
        allowed = self.max_error if options.max_error is None else options.max_error
        if options.ocr and allowed is not None:
            options = replace(options, max_error=allowed)  # refuses it
        asked = allowed, options.kinds, options.ocr
        if asked not in self._number_promises:
            try:
                self._number_promises[asked] = number_promise(self.model, allowed, options.kinds, ocr=options.ocr)
            except OptionError as error:
                raise OptionError(f"{error}{options.known.no_help() if options.known else ''}") from None
        return self._number_promises[asked]

    def prepare(self, picture: Picture, *, pixels: int = LIMIT, stages: bool = False, bgr: bool = False) -> Prepared:
        """Make a picture ready for the network, and choose what it is asked about.

        What was made of a picture is right where a digit is small, off the middle, or on paper; a picture of 28×28 as
        it came is right where an image of MNIST's making was spoiled afterwards, by noise or by lines. The one that the
        model is surer of is chosen.

        Args:
            picture: As for `digit`.
            pixels: How many pixels it may have.
            stages: Keep what it looked like on the way.
            bgr: As for `digit`.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        check_is_one(picture)
        prepared = prepare(picture, pixels=pixels, stages=stages, bgr=bgr)
        if prepared.as_it_came is None:
            return prepared
        probabilities, outliers = self.model.digits(np.stack([prepared.image, prepared.as_it_came]))
        made, came = probabilities.max(axis=1) * (1 - outliers)
        return _as_it_came(prepared) if came > made else replace(prepared, as_it_came=None)

    def image(self, picture: Picture) -> Image:
        """Give the image `uint8 (28, 28)` that the model is asked about for a picture; arguments as for `digit`."""
        return self.prepare(picture).image

    def read(self, prepared: Sequence[Prepared]) -> list[Digit]:
        """Read the digits of pictures that `prepare` made ready, at once and in their order; `checked` as one run."""
        digits, told = self.checked(self.look(prepared))
        for line in told:
            if self.max_error is not None:
                warnings.warn(line, stacklevel=2)
            else:  # nobody asked for a promise
                log.warning("%s", line)
        return digits

    def look(self, prepared: Sequence[Prepared]) -> list[Look]:
        """Read the digits of pictures that `prepare` made ready, each for itself, in their order."""
        if not prepared:
            return []
        columns = self.surroundings([each.picture for each in prepared])
        return self.look_at(np.stack([each.image for each in prepared]), columns, [each.steps for each in prepared])

    def surroundings(self, pictures: Sequence[Grey | None]) -> list[Columns | None]:
        """Say what the line recogniser sees in pictures of single digits; None where there is none, or it reads others.

        Args:
            pictures: `uint8 (height, width)` each, as `Prepared` has them.
        """
        shown = [picture for picture in pictures if picture is not None]
        if not shown or not sees_surroundings(self.model):
            return [None] * len(pictures)
        found = iter(columns_around(self.model, shown))
        return [None if picture is None else next(found) for picture in pictures]

    def look_at(
        self, images: Images, columns: Sequence[Columns | None], steps: Sequence[tuple[str, ...]] | None = None
    ) -> list[Look]:
        """Read the digits of prepared images, each for itself.

        Args:
            images: `uint8 (n, 28, 28)`.
            columns: What `surroundings` says of their pictures.
            steps: What was done to each.
        """
        alone, outliers = self.model.digits(images)
        reasons = self._refusals(images, outliers)
        sureness, probabilities = alone.max(axis=1), alone.copy()
        shown = {place: each for place, each in enumerate(columns) if each is not None}
        if shown:
            around = pooled_with(self.model, list(shown.values()), alone[list(shown)])
            probabilities[list(shown)] = around.probabilities
            if self._promise is None or self._promise.by_kind:
                sureness[list(shown)] = around.sureness
            else:
                sureness[probabilities.argmax(axis=1) != alone.argmax(axis=1)] = 0.0
            most = SEVERAL if self.max_error is None else SEVERAL_PROMISED
            for place, share in zip(shown, around.several, strict=True):
                if share > most and reasons[place] != "blank":
                    reasons[place] = "several-digits"
        sureness[[reason is not None for reason in reasons]] = 0.0
        looks = []
        for place, reason in enumerate(reasons):
            doubt = reason or self._doubt(probabilities[place].max(), sureness[place], place in shown)
            digit = self._digit(steps[place] if steps else (), probabilities[place], doubt)
            looks.append(Look(digit, float(sureness[place]), place in shown))
        return looks

    def unpromised_digits(self) -> str | None:
        """Say of which pictures nothing is promised where no error is named; None where of all something is."""
        none = f"this model can promise no error of {DEFAULT_ERROR:.3g} (`tenfold info`)"
        refusal = none if self._promise is None else self._promise.refusal
        return f"{refusal}: {BY_HALVES}" if refusal and self.max_error is None else None

    def checked(self, looks: Sequence[Look]) -> tuple[list[Digit], list[str]]:
        """Compare the pictures of one run with those that the promise of error rests on.

        Args:
            looks: What `look` gave, of all pictures that come from one source.

        Returns:
            The digits; and for pictures, and for images alone, a line that says why nothing can be promised of them.
        """
        told: dict[bool, str] = {}
        for seen in (True, False):
            sureness = [look.sureness for look in looks if look.seen == seen and look.digit.reason != "blank"]
            promise = self._promised(seen)
            if self._promise is None or not sureness:
                continue
            if promise is None and self.max_error is not None:
                told[seen] = f"nothing is accepted: {self._promise.refusal}"
            elif promise and (shift := shift_of(sureness, promise.least, promise.kinds, self._promise.max_error)):
                told[seen] = f"{shift}; {BY_HALVES}" if self.max_error is None else str(shift)
        instead = Look.by_halves if self.max_error is None else Look.not_calibrated
        digits = [instead(look) if look.seen in told else look.digit for look in looks]
        return digits, list(told.values())

    def answer(self, images: Images) -> tuple[Probabilities, list[DigitReason | None]]:
        """Say what prepared images show, and why not to believe it.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            The probabilities of each class `float32 (n, k)`, and for each image a reason to refuse, as in `Digit`.

        Raises:
            DataError: `images` are not what they should be.
        """
        probabilities, outliers = self.model.digits(images)
        reasons = self._refusals(images, outliers)
        doubts = [self._doubt(sure, sure, seen=False) for sure in probabilities.max(axis=1)]
        return probabilities, [reason or doubt for reason, doubt in zip(reasons, doubts, strict=True)]

    def _refusals(self, images: Images, outliers: OutOfDistribution) -> list[DigitReason | None]:
        """Say which images show no digit."""
        refused: dict[DigitReason, Any] = {
            "blank": images.max(axis=(1, 2)) < FAINTEST_INK,
            "not-a-digit": outliers >= self._outlier,
        }
        told = [np.array(reason, object) for reason in refused]
        reasons: list[DigitReason | None] = np.select(list(refused.values()), told, np.array(None, object)).tolist()
        return reasons

    def _promised(self, seen: bool) -> KindsPromise | None:
        if self._promise is None:
            return None
        return self._promise.pictures if seen else self._promise.images

    def _doubt(self, probability: np.float32, sureness: np.float32, seen: bool) -> DigitReason | None:
        """Say why an answer is not sure enough."""
        promise = self._promised(seen)
        if promise is None and self.max_error is None:
            return "uncertain" if probability < HALF else None
        if promise is None:
            return "not-calibrated"
        return "uncertain" if sureness < np.float32(promise.least) else None

    def _digit(self, steps: tuple[str, ...], probabilities: Probabilities, reason: DigitReason | None) -> Digit:
        best = int(probabilities.argmax())
        return Digit(
            digit=None if reason == "blank" else self.model.classes[best],
            probability=float(probabilities[best]),
            probabilities=tuple(float(value) for value in probabilities),
            accepted=reason is None,
            reason=reason,
            steps=steps,
        )


def _recognizer(model: str | Path | Recognizer | None) -> Recognizer:
    if model is None or isinstance(model, str | Path):
        return load_model(model)
    if not all(hasattr(model, name) for name in ("classes", "alphabet", "digits", "lines")):
        raise OptionError(
            f"expected a model folder, a loaded model, or an object with classes, alphabet, digits and lines, got "
            f"{type(model).__name__}"
        )
    return model


def _as_it_came(prepared: Prepared) -> Prepared:
    image = cast(Image, prepared.as_it_came)
    stages = (*prepared.stages[:1], ("as it came", image)) if prepared.stages else ()
    return Prepared(image, ("taken as it came",), stages, prepared.picture)
