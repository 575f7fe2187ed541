"""All that Tenfold draws itself: digits, lines and pages to learn from and to measure with, each with its truth."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
