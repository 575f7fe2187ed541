"""Step 5: the model folder, and what a model's answers are worth."""
