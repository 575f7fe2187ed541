"""What is wrong with a picture, with labelled images or with a model, in words; needs no PyTorch."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
