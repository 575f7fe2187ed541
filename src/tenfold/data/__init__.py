"""Loading and saving labelled images: a name or a path in, `Examples` out."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
