"""Why a picture was read as it was: the strokes that decide, what would change the answer, the digits most like it."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
