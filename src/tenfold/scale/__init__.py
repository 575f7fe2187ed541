"""Beyond one machine: what already works alone, spread over the machines of a Ray cluster.

Only this room imports Ray.
"""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
