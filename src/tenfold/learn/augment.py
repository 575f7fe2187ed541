"""Augmentation: images changed at random, a batch at a time, so that a network learns from more than it was given."""

import math

import torch
import torch.nn.functional as F  # noqa: N812

from tenfold.draw.degradation import degrade_images
from tenfold.learn.recipes import TrainingOptions

__all__ = ["augmented", "shifted", "varied_lines", "warped"]

Tensor = torch.Tensor

STRETCH, HEIGHT, LEAN, TURN, MOVE = 0.08, 0.06, 0.12, 0.02, 0.05
"""Standard deviations of how a line is varied: the logarithms of its width and height, its slant and turn in pixels to
the side and down per pixel, and its move down in half heights."""

WIDEN, CONTRAST, NOISE = 0.1, 0.2, 0.03
"""Those of the logarithms of all widths of a batch and of a line's contrast, and the largest of its noise, of 1."""

WIDTHS = 16
"""Batches of lines are as wide as a multiple of this, in pixels: oneDNN keeps a kernel for every width."""

KNOTS = 5
"""Points on each side of the grid that elastic deformation moves; between them the image bends smoothly."""


def augmented(images: Tensor, options: TrainingOptions) -> Tensor:
    """Change a batch at random, in the ways that the options ask for.

    Args:
        images: `uint8 (n, 28, 28)`.
        options: Where one of `rotation`, `scaling`, `shear` and `elastic` is above 0, each image is warped and shifted
            by itself; where only `shift` is, the batch moves as one. With `degradation` each image is degraded
            last.

    Returns:
        `uint8 (n, 28, 28)`; pixels from beyond the edge are paper.
    """
    if options.rotation or options.scaling or options.shear or options.elastic:
        images = warped(images, options.rotation, options.scaling, options.shear, options.shift, options.elastic)
    else:
        images = shifted(images, options.shift)
    return degrade_images(images) if options.degradation else images


def shifted(images: Tensor, most: int) -> Tensor:
    """Move a batch by a random number of whole pixels, the same for all its images.

    One move for the whole batch costs a copy and no more, and over an epoch every image meets every move.

    Args:
        images: `uint8 (n, 28, 28)`.
        most: The largest move to each side, in pixels; 0 leaves the images as they are.

    Returns:
        `uint8 (n, 28, 28)`; pixels from beyond the edge are paper.
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


def warped(
    images: Tensor, rotation: float = 0, scaling: float = 0, shear: float = 0, shift: float = 0, elastic: float = 0
) -> Tensor:
    """Turn, stretch, slant, move and bend each image of a batch at random, in one bilinear resampling.

    Each change is drawn evenly between its maximum and the opposite of that; elastic moves are normally distributed.

    Args:
        images: `uint8 (n, 28, 28)`.
        rotation: Degrees about the centre.
        scaling: Natural logarithm of the change in size, drawn for width and height apart.
        shear: Pixels to the side per pixel down.
        shift: Pixels, drawn for both directions apart.
        elastic: Standard deviation in pixels of the moves of 5×5 points, between which a bicubic surface is laid.

    Returns:
        `uint8 (n, 28, 28)`; pixels from beyond the edge are paper.

    Source:
        Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks applied to visual document
        analysis", for elastic deformation; theirs is a Gaussian blur of random moves of all pixels.
    """
    count, (height, width) = len(images), images.shape[1:]

    def drawn(most: float, *shape: int) -> Tensor:
        return (torch.rand(count, *shape) * 2 - 1) * most

    turn, slant = drawn(math.radians(rotation)), drawn(shear)
    across, down = drawn(scaling, 2).exp().unbind(1)
    cosine, sine = turn.cos(), turn.sin()
    matrix = torch.stack(
        [
            torch.stack([cosine * across, (slant * cosine - sine) * down], 1),
            torch.stack([sine * across, (slant * sine + cosine) * down], 1),
        ],
        1,
    )
    moves = drawn(shift * 2 / width, 2, 1)
    grid = F.affine_grid(torch.cat([matrix, moves], 2), [count, 1, height, width], align_corners=False)
    if elastic:
        knots = torch.randn(count, 2, KNOTS, KNOTS) * (elastic * 2 / width)
        bend = F.interpolate(knots, (height, width), mode="bicubic", align_corners=True)
        grid += bend.permute(0, 2, 3, 1)
    pixels = images.unsqueeze(1).to(torch.float32)
    resampled = F.grid_sample(pixels, grid.to(images.device), align_corners=False)
    return resampled.squeeze(1).round_().to(torch.uint8)


def varied_lines(lines: Tensor) -> Tensor:
    """Show lines a little otherwise, each by itself: stretched, slanted, turned, moved, fainter, with noise.

    Args:
        lines: `float32 (n, 1, 48, w)`, 0…1.

    Returns:
        `float32 (n, 1, 48, v)`, 0…1, `v` a multiple of 16.
    """
    count, _, height, width = lines.shape

    def normal(deviation: float) -> Tensor:
        return (torch.randn(count) * deviation).to(lines.device)

    matrix = lines.new_zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = normal(STRETCH).exp(), normal(LEAN) * height / width
    matrix[:, 1, 0], matrix[:, 1, 1] = normal(TURN) * width / height, normal(HEIGHT).exp()
    matrix[:, 0, 2], matrix[:, 1, 2] = matrix[:, 0, 0] - 1, normal(MOVE)  # the line's beginning stays where it is
    shown = F.grid_sample(lines, F.affine_grid(matrix, list(lines.shape), align_corners=False), align_corners=False)
    wide = max(WIDTHS, WIDTHS * round(width * math.exp(float(torch.randn(())) * WIDEN) / WIDTHS))
    shown = F.interpolate(shown, (height, wide), mode="bilinear", align_corners=False)
    noise = torch.randn(shown.shape).to(lines.device) * (NOISE * torch.rand(count, 1, 1, 1)).to(lines.device)
    return (shown * normal(CONTRAST).exp()[:, None, None, None] + noise).clamp(0, 1)
