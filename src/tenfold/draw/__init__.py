"""Images that this project draws itself: hands that MNIST lacks, what is no digit, the wear of real pictures."""
