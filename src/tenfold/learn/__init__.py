"""Steps 3 and 4: networks, recipes, training, export. The only room that needs PyTorch."""
