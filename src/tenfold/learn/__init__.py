"""Steps 3 and 4: networks, recipes, training, export. The only room that needs PyTorch."""

import os

# PyTorch's threads wait for each other by spinning, for milliseconds before they sleep. Where another program keeps a
# core busy, one spins for a thread that is not even running, and an epoch takes several times as long, at times twenty.
# A shorter spin costs nothing on a quiet machine and softens that; it does not cure it. What was measured stands in
# docs/log.md. It has to be said before PyTorch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
