"""Models adapted to pictures of one's own: digits without PyTorch, lines of numbers with it."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
