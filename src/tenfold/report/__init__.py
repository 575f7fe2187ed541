"""What a model is worth, to look at: pictures, a page that holds them all, and lines for a terminal.

`figures` and `pages` need Matplotlib; `terminal` does not, so nothing is imported here.
"""
