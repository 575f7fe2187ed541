"""Images that stand in two sets: what a model learned from says nothing about what it can read."""

from tenfold.arrays import Images

__all__ = ["shared_images"]


def shared_images(images: Images, others: Images) -> list[tuple[int, int]]:
    """Find images of one set that stand in another too, pixel by pixel; blank ones are passed over.

    Args:
        images: `uint8 (n, 28, 28)`.
        others: `uint8 (m, 28, 28)`.

    Returns:
        The places of each such image of the first set and of the first one like it in the second, in their order.
    """
    known = {image.tobytes(): place for place, image in reversed(list(enumerate(others))) if image.any()}
    return [(place, known[content]) for place, image in enumerate(images) if (content := image.tobytes()) in known]
