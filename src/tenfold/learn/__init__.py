"""Steps 3 and 4: networks, recipes, training, export. The only room that needs PyTorch."""

import os

# PyTorch's threads wait for each other by spinning, for milliseconds before they sleep. Where another program keeps a
# core busy, one spins for a thread that is not even running, and an epoch takes twenty times as long. Spinning for
# microseconds costs nothing on a quiet machine. It has to be said before PyTorch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
