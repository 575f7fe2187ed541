"""What is given to read: one picture, or several."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from PIL import Image as Pillow

from tenfold.errors import PictureError
from tenfold.picture.decode import Picture

__all__ = ["Pictures", "check_is_one", "each_of", "name_of"]

Pictures: TypeAlias = Picture | Iterable[Picture]
"""One or several."""


def each_of(pictures: Pictures) -> Iterable[Picture]:
    """Give pictures one after another, of one alone that one."""
    return [cast(Picture, pictures)] if _is_one(pictures) else cast(Iterable[Picture], pictures)


def _is_one(pictures: Pictures) -> bool:
    """Say whether this is one picture, or nothing that could be several."""
    if isinstance(pictures, np.ndarray):
        if pictures.dtype.kind in "OU":  # paths, or anything else that is no pixel
            return pictures.ndim == 0
        return pictures.ndim <= 2 or (pictures.ndim == 3 and pictures.shape[2] in {1, 3, 4})
    file = isinstance(pictures, str | PathLike | bytes | bytearray | memoryview) or hasattr(pictures, "read")
    return file or isinstance(pictures, Pillow.Image) or not isinstance(pictures, Iterable)


def check_is_one(picture: Pictures) -> None:
    """Check that this may be one picture.

    Raises:
        PictureError: It is several.
    """
    if not _is_one(picture):
        expected, got = "expected one picture", type(picture).__name__
        if isinstance(picture, np.ndarray):
            expected += ": grey (height, width), RGB (height, width, 3) or RGBA (height, width, 4)"
            got = str(picture.shape)
        raise PictureError(f"{expected}, got {got}; for several pictures call digits")


def name_of(source: Picture, place: str) -> str:
    """Name a source by its file; one without a file by its place among several."""
    named = source if isinstance(source, str | Path) else getattr(source, "name", None)
    return str(named) if isinstance(named, str | Path) else place
