"""Everything that explains how one picture was read, worked out at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.explain.flips import Flip, smallest_flip
from tenfold.explain.neighbours import Neighbour, examples_at_hand, nearest_digits
from tenfold.explain.strokes import Decisive, decisive_strokes
from tenfold.model.folder import Model
from tenfold.picture.decode import Picture
from tenfold.read.explain import Explanation
from tenfold.read.reader import Reader

__all__ = ["PictureExplanation", "explain_picture"]


@dataclass(frozen=True, eq=False)
class PictureExplanation:
    """Why a picture was read as it was.

    Attributes:
        name: What the picture is called.
        model: What the model is called.
        classes: The names of the model's classes.
        explanation: What was read, how the picture was prepared, and what covering parts of it does.
        probabilities: `float32 (k,)`: what the digit network says of the image; `explanation.digit` may differ, for it
            also holds what the line recogniser sees in the whole picture.
        decisive: The strokes that this rests on; None in a blank picture.
        flip: The smallest change found that changes it; None where half of the ink does not, and in a blank picture.
        neighbours: The labelled digits most like it, the nearest first.
        compared_with: What they were looked for in.
    """

    name: str
    model: str
    classes: tuple[str, ...]
    explanation: Explanation
    probabilities: np.ndarray[tuple[int], np.dtype[np.float32]]
    decisive: Decisive | None
    flip: Flip | None
    neighbours: tuple[Neighbour, ...]
    compared_with: str

    @property
    def answer(self) -> str:
        """What the digit network says."""
        return self.classes[int(self.probabilities.argmax())]

    def to_dict(self) -> dict[str, Any]:
        """Give the explanation as plain values that JSON can hold."""
        return {
            "file": self.name,
            **self.explanation.digit.to_dict(),
            "network": {"digit": self.answer, "probability": float(self.probabilities.max())},
            "decisive": self._plain_strokes(),
            "flip": self._plain_flip(),
            "neighbours": [
                {"label": each.label, "row": each.row, "likeness": round(each.likeness, 4)} for each in self.neighbours
            ],
            "compared_with": self.compared_with,
        }

    def _plain_strokes(self) -> dict[str, Any] | None:
        if self.decisive is None:
            return None
        without = self.decisive.without
        return {
            "pixels": np.argwhere(self.decisive.marked).tolist(),
            "share_of_ink": round(self.decisive.share, 4),
            "digit_without": self.classes[int(without.argmax())],
            "probability_without": float(without[int(self.probabilities.argmax())]),
        }

    def _plain_flip(self) -> dict[str, Any] | None:
        if self.flip is None:
            return None
        return {
            "digit": self.classes[self.flip.answer],
            "probability": self.flip.probability,
            "added": round(self.flip.added, 3),
            "taken": round(self.flip.taken, 3),
            "image": self.flip.image.tolist(),
        }


def explain_picture(picture: Picture, reader: Reader | None = None, *, name: str | None = None) -> PictureExplanation:
    """Say why a picture is read as it is; it takes about half a second of one core.

    Args:
        picture: As `Reader.digit` takes it.
        reader: What reads it; by default the shipped model.
        name: What to call the picture; by default its path.

    Returns:
        The preparation, the strokes that decide, the smallest change that changes the answer, the nearest digits.

    Raises:
        PictureError: It cannot be read as a picture.
    """
    reader = reader or Reader()
    model = reader.model
    explanation = reader.explain(picture)
    image = explanation.prepared.image
    [probabilities], _ = model.digits(image[None])
    has_ink = explanation.digit.reason != "blank"
    neighbours: list[Neighbour] = []
    compared_with = ""
    if has_ink and isinstance(model, Model):
        examples, compared_with = examples_at_hand(model)
        neighbours = nearest_digits(model, image, examples)
    return PictureExplanation(
        name=name or (str(picture) if isinstance(picture, str | Path) else "picture"),
        model=model.info.name if isinstance(model, Model) else type(model).__name__,
        classes=tuple(model.classes),
        explanation=explanation,
        probabilities=probabilities,
        decisive=decisive_strokes(model, image) if has_ink else None,
        flip=smallest_flip(model, image) if has_ink else None,
        neighbours=tuple(neighbours),
        compared_with=compared_with,
    )
