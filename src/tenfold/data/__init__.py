"""Step 1 of the founding text: a name or a path in, labelled images out."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
