"""Step 2, for people's pictures: any picture to one 28×28 image that MNIST could contain."""
