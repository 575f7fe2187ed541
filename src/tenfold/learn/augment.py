"""Images made from images, a batch at a time, so that a network meets more than it was given."""

import torch

__all__ = ["shifted"]


def shifted(images: torch.Tensor, most: int) -> torch.Tensor:
    """Move a batch by a random number of whole pixels, the same for all its images.

    One move for the whole batch costs a copy and no more, and over an epoch every image meets every move.

    Args:
        images: `uint8 (n, 28, 28)`.
        most: The largest move to each side, in pixels; 0 leaves the images as they are.

    Returns:
        `uint8 (n, 28, 28)`; what comes into view is paper.
    """
    if not most:
        return images
    down, right = torch.randint(-most, most + 1, (2,)).tolist()
    height, width = images.shape[1:]
    moved = torch.zeros_like(images)
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved
