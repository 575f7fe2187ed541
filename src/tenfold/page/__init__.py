"""A page to its lines: where the rows of boxes, grids and free rows are, and what is written in them."""
