"""Reading over HTTP: an API, and a page where people draw, review and correct."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
