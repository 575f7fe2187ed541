"""Images that this project draws itself: hands that MNIST lacks, what is no digit, the wear of real pictures."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
