"""Promises about error, made to hold on labelled pictures and pages of one's own; needs no PyTorch."""
