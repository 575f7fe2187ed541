"""Step 5: the model folder, and what a model's answers are worth."""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
