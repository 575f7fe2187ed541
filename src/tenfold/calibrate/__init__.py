"""Promises about error, made to hold on labelled pictures and pages of one's own; needs no PyTorch."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
