"""Step 5, for people: from a picture to a digit."""
