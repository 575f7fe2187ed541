"""What can go wrong, as one small tree.

Every expected failure is a `TenfoldError`, and also the built-in exception that a caller who does not know
Tenfold would catch. A message says what was expected, what came, and what to do about it.
"""

__all__ = [
    "DataError",
    "FetchError",
    "FormError",
    "ModelError",
    "OptionError",
    "OvertimeError",
    "PictureError",
    "TenfoldError",
    "TrainingError",
]


class TenfoldError(Exception):
    """The root of every failure that Tenfold expects."""


class DataError(TenfoldError, ValueError):
    """A data set, or a file of one, is not what it should be."""


class FetchError(DataError, OSError):
    """No source of a data set gave its files."""


class PictureError(TenfoldError, ValueError):
    """A picture cannot be read, or holds nothing to read."""


class FormError(PictureError):
    """A page is not the form that it should be."""


class OvertimeError(PictureError, TimeoutError):
    """Reading took longer than it may, and was given up."""


class ModelError(TenfoldError, ValueError):
    """A model folder is missing, damaged, or was written by a newer Tenfold."""


class OptionError(TenfoldError, ValueError):
    """An option has a value that is not allowed; the message names the ones that are."""


class TrainingError(TenfoldError, ArithmeticError):
    """Training diverged: the loss is no longer a finite number."""
