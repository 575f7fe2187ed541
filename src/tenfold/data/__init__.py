"""Step 1 of the founding text: a name or a path in, labelled images out."""
