"""Picture files of a labelled set, prepared as they are read, with what is seen around each digit."""

from tenfold.arrays import Columns, Image
from tenfold.read.reader import Reader

__all__ = ["PictureDecoder"]


class PictureDecoder:
    """Prepares picture files one after another, as `load_examples` asks for, and keeps what is seen around each digit.

    The pictures themselves may be large and are not kept.

    Args:
        reader: What prepares them.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._columns: list[Columns | None] = []

    def __call__(self, content: bytes) -> Image:
        """Give the image `uint8 (28, 28)` that the model is asked about for a picture file.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        prepared = self._reader.prepare(content)
        self._columns += self._reader.surroundings([prepared.picture])
        return prepared.image

    def columns(self, count: int) -> list[Columns | None]:
        """Give what `Reader.look_at` takes for the set's `count` images: nothing where some were images already."""
        return self._columns if len(self._columns) == count else [None] * count
