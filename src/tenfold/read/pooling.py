"""Several opinions of one line, pooled: the texts that any of them holds probable, weighed by all.

Source:
    Heskes 1998, "Selecting weighting factors in logarithmic opinion pools": the pool is the normalised product of the
    opinions' probabilities, each to the power of its weight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from tenfold.arrays import Columns
from tenfold.model.ocr import OcrRecognizer, plain_line
from tenfold.picture.decode import Grey
from tenfold.read.ctc import IMPOSSIBLE, Scores, most_probable, probabilities
from tenfold.read.types import NumberType

__all__ = ["Opinion", "PooledText", "ocr_recognizer", "pool", "third_opinion"]

TRIED = 8
"""Texts of each opinion that are weighed."""

LEAST = 1e-4
"""Least probability of a text in one of several opinions: networks are at times surely wrong. docs/log.md, "A third
opinion"."""

DATE, DATE_LENGTHS = NumberType("date"), range(6, 11)
"""Dates, and how many signs those with slashes have, from 1/2/34 on."""

AS_A_DATE, SEEN = 100.0, 1e-3
"""AS_A_DATE: how much likelier a date with slashes is than the number that has ones in their place, which look like
them: of all numbers of ten digits one in 100,000 would be such a date. SEEN: its share in the pool before that, at
least. docs/log.md, "Grey lines"."""

OCR_WEIGHT = 0.3
"""Exponent of PP-OCRv6's opinion in the pool; docs/log.md, "A third opinion"."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one recogniser says of a line.

    Attributes:
        columns: `float32 (n, a + 1)`: log-probabilities of its alphabet's `a` signs in each column, and last of the
            blank; recognisers may differ in how many pixels a column has.
        alphabet: The signs that it tells apart. Of a text with others it weighs what is left without them: one that
            reads only digits has no opinion of separators.
        weight: Its exponent in the pool. Weights that sum to 1 leave opinions that agree as sure as they are.
    """

    columns: Columns
    alphabet: str
    weight: float


@dataclass(frozen=True)
class PooledText:
    """A text that a line may say.

    Attributes:
        text: The text; an empty one says that there is no number.
        probability: How probable it is beside the others that were weighed, 0…1.
        said: How probable it is in the opinions themselves, none of its rest left out: their mean, 0…1.
    """

    text: str
    probability: float
    said: float


def pool(opinions: Sequence[Opinion], count: int = TRIED, grammar: NumberType | None = None) -> list[PooledText]:
    """Weigh the texts of a line.

    Args:
        opinions: What each recogniser says of it.
        count: How many texts to give.
        grammar: The type that the line's number is of, if it is one: it widens the search, as `ctc.most_probable` says.

    Returns:
        Up to `count` texts, the most probable first. The probabilities of all that were weighed sum to 1. Texts that
        differ only in points and commas count as one, told as the most probable of them writes it: what the number is
        does not hang on where a pen left the paper. A type may give them different values, so with one they do not.
    """
    found = [text for each in opinions for text in most_probable(each.columns, TRIED, each.alphabet, grammar)]
    dates = {date for text in found for date in _dates_like(text)} if grammar is None else set()
    texts = list(dict.fromkeys([*found, *sorted(dates), ""]))
    pooled, said = np.zeros(len(texts)), np.zeros(len(texts))
    least = np.log(LEAST) if len(opinions) > 1 else IMPOSSIBLE
    for opinion in opinions:
        scores, total = _weighed(opinion, texts)
        pooled += opinion.weight * np.maximum(scores - total, least)
        said += opinion.weight * np.exp(scores)
    shares = np.exp(pooled - np.logaddexp.reduce(pooled))
    shares *= [AS_A_DATE if text in dates and share > SEEN else 1.0 for text, share in zip(texts, shares, strict=True)]
    shares /= shares.sum()
    told: dict[str, PooledText] = {}
    for place in np.argsort(-shares, kind="stable").tolist():
        text = texts[place]
        like = text if grammar else text.replace(",", ".")
        before = told.get(like, PooledText(text, 0.0, 0.0))
        told[like] = PooledText(
            before.text, before.probability + float(shares[place]), before.said + float(said[place])
        )
    return sorted(told.values(), key=lambda each: -each.probability)[:count]


def _dates_like(text: str) -> Iterator[str]:
    """Give the dates with slashes that the strokes of a text may be, where some of these are ones."""
    strokes = [place for place, sign in enumerate(text) if sign in "1/"]
    if len(text) not in DATE_LENGTHS:
        return
    for slashes in combinations(strokes, 2):
        signs = ["/" if place in slashes else "1" if sign == "/" else sign for place, sign in enumerate(text)]
        if DATE.value("".join(signs)) is not None:
            yield "".join(signs)


def third_opinion(opinions: Sequence[Opinion], picture: Grey) -> list[Opinion]:
    """Add the opinion of PP-OCRv6, which counts `OCR_WEIGHT` beside all others together.

    Args:
        opinions: What the others say of a line.
        picture: `uint8 (height, width)`: the line as it is on its page.

    Raises:
        OptionError: RapidOCR is not installed.
    """
    recognizer = ocr_recognizer()
    [columns] = recognizer([plain_line(picture)])
    others = [Opinion(each.columns, each.alphabet, (1 - OCR_WEIGHT) * each.weight) for each in opinions]
    return [*others, Opinion(columns, recognizer.alphabet, OCR_WEIGHT)]


@cache
def ocr_recognizer() -> OcrRecognizer:
    """Open PP-OCRv6 once; errors as for `OcrRecognizer`."""
    return OcrRecognizer(threads=1)


def _weighed(opinion: Opinion, texts: Sequence[str]) -> tuple[Scores, float]:
    """Give how probable an opinion holds each text, `float64 (n,)`, and all of them together, as logarithms."""
    places = {sign: place for place, sign in enumerate(opinion.alphabet)}
    known = [tuple(places[sign] for sign in text if sign in places) for text in texts]
    numbers = list(dict.fromkeys(known))
    lengths = np.array([len(number) for number in numbers])
    signs = np.zeros((len(numbers), max(lengths, default=0)), np.int8)
    for row, number in zip(signs, numbers, strict=True):
        row[: len(number)] = number
    scores = probabilities(opinion.columns, signs, lengths)
    total = float(np.logaddexp.reduce([*scores.tolist(), IMPOSSIBLE]))
    found = dict(zip(numbers, scores.tolist(), strict=True))
    return np.asarray([found[number] for number in known], np.float64), total
