"""A page to its lines: where the rows of boxes, grids and free rows are, and what is written in them."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
