"""What Tenfold costs and how good it is, each figure beside its peers or its floor; `python -m benchmarks` runs all."""
