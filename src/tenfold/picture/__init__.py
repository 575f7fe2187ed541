"""Step 2, for people's pictures: any picture to one 28×28 image that MNIST could contain."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
