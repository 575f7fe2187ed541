"""Step 5, for people: from a picture to a digit."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
