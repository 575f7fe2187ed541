"""What a model is worth, to look at: pictures, a page that holds them all, and lines for a terminal.

`figures`, `sections` and `html` need Matplotlib; `findings` and `terminal` do not.
"""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
