"""Tenfold learns to read handwritten digits and then reads yours."""

__version__ = "0.1.0"
