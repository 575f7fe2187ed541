"""The reader: pictures in, digits and numbers out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from PIL import Image as Pillow

from tenfold.arrays import Image, Images, Probabilities, Recognizer
from tenfold.errors import OptionError, PictureError
from tenfold.model.folder import load_model
from tenfold.model.promise import HeldOut, acceptance_threshold
from tenfold.picture.decode import LIMIT, Picture
from tenfold.picture.opening import open_pages
from tenfold.picture.prepare import Prepared, prepare
from tenfold.read.digits import Digit, DigitReason
from tenfold.read.explain import Explanation, covered
from tenfold.read.numbers import decide
from tenfold.read.options import NumberOptions
from tenfold.read.pages import check_reads_numbers, read_page
from tenfold.read.pooling import ocr_recognizer
from tenfold.read.promises import ANY, calibration_of, least_probable
from tenfold.read.rows import ReadRow
from tenfold.read.surroundings import with_surroundings
from tenfold.read.tables import Numbers

__all__ = ["Reader"]

FAINTEST_INK = 32
"""A picture whose strongest ink is below this, of 255, is blank."""

Pictures: TypeAlias = Picture | Iterable[Picture]
"""One or several."""

SEVERAL, SEVERAL_PROMISED = 0.8, 0.5
"""Probability above which a picture of several digits is refused, and where an error is promised; docs/log.md, "Grey
lines": noise beside a digit is taken for another one."""


class Reader:
    """Reads digits and numbers from pictures; PyTorch is not needed.

    Args:
        model: A model folder, a model that is loaded already, or anything else that keeps the seam `Recognizer`;
            without it the one that ships with Tenfold.
        max_error: The share of wrong answers among the accepted that must not be passed, with 95% confidence on
            images like those that the model was calibrated on; None accepts however unsure.

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
        self._least = 0.0 if max_error is None else acceptance_threshold(_held_out(self.model), max_error)

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
        return self.read([self.prepare(picture, bgr=bgr) for picture in _each(pictures)])

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
        given = list(_each(pages))
        for place, source in enumerate(given, 1):
            name = _name_of(source, str(place) if len(given) > 1 else "")
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
        self._least_of(complete)
        if complete.ocr:
            ocr_recognizer()  # says now what is missing
        return complete

    def decide(self, rows: Sequence[ReadRow], options: NumberOptions) -> Numbers:
        """Say what rows that were read say, and whether to believe it.

        Raises:
            OptionError: So small an error cannot be promised.
        """
        decided = decide(rows, options, outlier=self._outlier, least=self._least_of(options))
        return Numbers(tuple(decided), options.form)

    def _least_of(self, options: NumberOptions) -> "dict[Any, float]":
        allowed = self.max_error if options.max_error is None else options.max_error
        if options.ocr and allowed is not None:
            options = replace(options, max_error=allowed)
        return ANY if allowed is None else least_probable(self.model, allowed)

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
        _check_is_one(picture)
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
        """Read the digits of pictures that `prepare` made ready, at once and in their order."""
        if not prepared:
            return []
        probabilities, reasons = self.answer(np.stack([each.image for each in prepared]))
        shown = {place: each.picture for place, each in enumerate(prepared) if each.picture is not None}
        pooled = probabilities.copy()
        pooled[list(shown)], several = with_surroundings(self.model, list(shown.values()), probabilities[list(shown)])
        most = SEVERAL if self.max_error is None else SEVERAL_PROMISED
        for place, share in zip(shown, several, strict=True):
            if share > most and reasons[place] != "blank":
                reasons[place] = "several-digits"
        return [self._digit(*each) for each in zip(prepared, probabilities, pooled, reasons, strict=True)]

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
        refused: dict[DigitReason, Any] = {
            "blank": images.max(axis=(1, 2)) < FAINTEST_INK,
            "not-a-digit": outliers >= self._outlier,
            "uncertain": probabilities.max(axis=1) < self._least,
        }
        told = [np.array(reason, object) for reason in refused]
        reasons = np.select(list(refused.values()), told, np.array(None, object))
        return probabilities, reasons.tolist()

    def _digit(
        self, prepared: Prepared, first: Probabilities, pooled: Probabilities, reason: DigitReason | None
    ) -> Digit:
        """Say what a picture shows: what both networks say together; what they contradict each other in is unsure."""
        best = int(pooled.argmax())
        if reason is None and self.max_error is not None and best != int(first.argmax()):
            reason = "uncertain"
        return Digit(
            digit=None if reason == "blank" else self.model.classes[best],
            probability=float(pooled[best]),
            probabilities=tuple(float(value) for value in pooled),
            accepted=reason is None,
            reason=reason,
            steps=prepared.steps,
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


def _each(pictures: Pictures) -> Iterable[Picture]:
    return [cast(Picture, pictures)] if _is_one(pictures) else cast(Iterable[Picture], pictures)


def _is_one(pictures: Pictures) -> bool:
    """Say whether this is one picture, or nothing that could be several."""
    if isinstance(pictures, np.ndarray):
        if pictures.dtype.kind in "OU":  # paths, or anything else that is no pixel
            return pictures.ndim == 0
        return pictures.ndim <= 2 or (pictures.ndim == 3 and pictures.shape[2] in {1, 3, 4})
    file = isinstance(pictures, str | PathLike | bytes | bytearray | memoryview) or hasattr(pictures, "read")
    return file or isinstance(pictures, Pillow.Image) or not isinstance(pictures, Iterable)


def _check_is_one(picture: Pictures) -> None:
    if not _is_one(picture):
        expected, got = "expected one picture", type(picture).__name__
        if isinstance(picture, np.ndarray):
            expected += ": grey (height, width), RGB (height, width, 3) or RGBA (height, width, 4)"
            got = str(picture.shape)
        raise PictureError(f"{expected}, got {got}; for several pictures call digits")


def _name_of(source: Picture, place: str) -> str:
    """Name a source by its file; one without a file by its place among several."""
    named = source if isinstance(source, str | Path) else getattr(source, "name", None)
    return str(named) if isinstance(named, str | Path) else place


def _as_it_came(prepared: Prepared) -> Prepared:
    image = cast(Image, prepared.as_it_came)
    stages = (*prepared.stages[:1], ("as it came", image)) if prepared.stages else ()
    return Prepared(image, ("taken as it came",), stages, prepared.picture)


def _held_out(model: Recognizer) -> HeldOut:
    held_out = calibration_of(model).get("held_out")
    if not held_out:
        raise OptionError(
            "this model cannot promise an error: it keeps no answers to images held out; `tenfold calibrate MODEL "
            "--data …` makes them, or train with validation_split"
        )
    return HeldOut.from_dict(held_out)
