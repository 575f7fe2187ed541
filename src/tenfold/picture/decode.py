"""From a picture file to one image as MNIST has them.

For now a picture is 28×28 already; what is left to do is its colours, its depth and its polarity.
"""

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from tenfold.arrays import SIDE, Image
from tenfold.errors import PictureError

__all__ = ["FORMATS", "Prepared", "prepare"]

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What is opened; anything else is refused before a decoder sees it."""

DAMAGED = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)
"""What Pillow's decoders raise at broken files."""

ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""


@dataclass(frozen=True)
class Prepared:
    """A picture made ready for a network.

    Attributes:
        image: `uint8 (28, 28)`, 0 paper, 255 ink.
        steps: What was done to it, in order.
    """

    image: Image
    steps: tuple[str, ...]


def prepare(picture: bytes | str | Path) -> Prepared:
    """Make a picture ready for a network.

    Args:
        picture: A picture file, or its content: 28×28 pixels, any colours and depth, dark on light or light on dark.

    Returns:
        The image, with ink light whatever it was, and the steps that led to it.

    Raises:
        PictureError: It cannot be read, is no picture, or is not 28×28.
    """
    grey, steps = _grey(picture if isinstance(picture, bytes) else _content(Path(picture)))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(border) > 127:
        return Prepared(255 - grey, (*steps, "inverted"))
    return Prepared(grey, steps)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder that holds no pictures") from error
    except OSError as error:
        raise PictureError(f"cannot read {path}: {error.strerror or error}") from error


def _grey(content: bytes) -> tuple[Image, tuple[str, ...]]:
    if not content:
        raise PictureError("the file is empty: expected a picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Pillow.open(BytesIO(content), formats=FORMATS)
            _check_size(picture)
            steps = ("turned",) if picture.getexif().get(ORIENTATION, 1) != 1 else ()
            return _to_grey(ImageOps.exif_transpose(picture)), steps
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"not a picture that can be opened: expected one of {', '.join(FORMATS)}") from error
    except Pillow.DecompressionBombError as error:
        raise PictureError(f"the picture is too large: {error}") from error
    except DAMAGED as error:
        raise PictureError(f"the picture is damaged: {error}") from error


def _check_size(picture: Pillow.Image) -> None:
    if picture.size != (SIDE, SIDE):
        width, height = picture.size
        raise PictureError(
            f"expected a picture of {SIDE}×{SIDE} pixels, light ink on dark paper or dark on light, "
            f"got {width}×{height}"
        )


def _to_grey(picture: Pillow.Image) -> Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        wide = np.asarray(picture, dtype=np.int64)
        shallow: Image = (np.clip(wide, 0, 65535) // 257).astype(np.uint8)
        return shallow
    if picture.has_transparency_data:
        picture = Pillow.alpha_composite(Pillow.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    grey: Image = np.array(picture.convert("L"))
    return grey
