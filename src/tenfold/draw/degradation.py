"""Degradation of batches of clean images, as pens, paper and cameras degrade real pictures.

Each kind is a function from and to `float32 (m, 28, 28)`, 0 paper, 1 full ink, which draws a random degree for each
image. `degrade_images` applies each kind to a share of the images, in the order in which real pictures meet them: the
pen, what is beside the digit on the page, the camera.

Source:
    Baird 2007, "The state of the art of document image degradation modelling".
"""

from collections.abc import Callable
from typing import TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812

from tenfold.arrays import SIDE

__all__ = ["DEGRADATIONS", "UNTOUCHED", "degrade_images"]

Tensor: TypeAlias = torch.Tensor
Degradation: TypeAlias = Callable[[Tensor], Tensor]

UNTOUCHED = 0.25
"""Share of the images that stay as they are, so that a network also sees clean ones."""


def degrade_images(images: Tensor) -> Tensor:
    """Degrade images as pens, paper and cameras do, each in another way, some not at all.

    Args:
        images: `uint8 (n, 28, 28)`.

    Returns:
        `uint8 (n, 28, 28)`. Digits stay in their places: `tenfold.learn.augment` turns, slants and shifts images.
    """
    ink = images.to(torch.float32).div_(255)
    touched = torch.rand(len(images)) >= UNTOUCHED
    for degrade, share in DEGRADATIONS:
        chosen = (touched & (torch.rand(len(images)) < share)).nonzero().squeeze(1).to(images.device)
        if len(chosen):
            ink.index_copy_(0, chosen, degrade(ink.index_select(0, chosen)))
    return ink.mul_(255).round_().clamp_(0, 255).to(torch.uint8)


def thicken(ink: Tensor) -> Tensor:
    """Make strokes thicker or thinner on each side by up to a pixel: grey dilation and erosion, partly mixed in."""
    amount = _uniform(ink, -0.75, 1.0)
    sign = amount.sign()
    grown = F.max_pool2d((ink * sign).unsqueeze(1), 3, 1, 1).squeeze(1) * sign
    changed = torch.lerp(ink, grown, amount.abs())
    return changed * (_peak(ink) / _peak(changed))


def press_unevenly(ink: Tensor) -> Tensor:
    """Press the pen unevenly: parts of the digit are fainter."""
    return ink * (1 - _uniform(ink, 0.2, 0.8) * _clouds(ink, 4).sigmoid())


def break_strokes(ink: Tensor) -> Tensor:
    """Let the pen skip: take the ink away in places of a few pixels."""
    return ink * (1 - (_clouds(ink, 9) - _uniform(ink, 0.4, 1.2)).mul_(4).clamp_(0, 1))


def fade(ink: Tensor) -> Tensor:
    """Make all of the ink fainter, as pencil is."""
    return ink * _uniform(ink, 0.35, 0.9)


def add_rule(ink: Tensor) -> Tensor:
    """Draw a thin line through the digit, as ruled and squared paper leaves one."""
    return _over(ink, _line(ink, _uniform(ink, 4, 24), _uniform(ink, 0.4, 1.4), _uniform(ink, 0.1, 0.8)))


def add_edge(ink: Tensor) -> Tensor:
    """Draw a line or a part of one near a border, as a box or the edge of the picture leaves one."""
    place = _uniform(ink, 0, 4)
    far = _uniform(ink, 0, 1) < 0.5
    place = torch.where(far, SIDE - 1 - place, place)
    return _over(ink, _line(ink, place, _uniform(ink, 0.6, 3), _uniform(ink, 0.3, 1)))


def add_neighbour(ink: Tensor) -> Tensor:
    """Show a part of another image of the batch, three in four at the left or right, the others above or below."""
    away = _uniform(ink, 15, 24) * (_uniform(ink, -1, 1).sign())
    places = torch.arange(SIDE, device=ink.device) - away.round().squeeze(2).long()
    inside = ((places >= 0) & (places < SIDE)).unsqueeze(1)
    columns = places.clamp(0, SIDE - 1).unsqueeze(1).expand(-1, SIDE, -1)
    neighbour = ink.roll(1, 0).gather(2, columns) * inside * _uniform(ink, 0.5, 1)
    return _over(ink, _either_way(neighbour, 0.25))


def add_specks(ink: Tensor) -> Tensor:
    """Scatter specks of dirt over the image."""
    specks = torch.rand(ink.shape) < _uniform(ink, 0.003, 0.03).cpu()
    return _over(ink, specks.to(ink.device) * torch.rand(ink.shape).to(ink.device))


def add_texture(ink: Tensor) -> Tensor:
    """Add the grey of real paper: one level, broad clouds and grain, in the ink as well."""
    clouds = _clouds(ink, 4) * _uniform(ink, 0, 0.1) + _uniform(ink, -0.05, 0.12)
    grain = torch.randn(ink.shape).to(ink.device) * _uniform(ink, 0, 0.12)
    return (ink + (1 - ink) * clouds + grain).clamp_(0, 1)


def blur(ink: Tensor) -> Tensor:
    """Blur with a Gaussian of 0.3 to 1.3 pixels' standard deviation, cut off after two pixels."""
    spread = _uniform(ink, 0.3, 1.3)
    near, far = (-0.5 / spread**2).exp(), (-2 / spread**2).exp()
    total = 1 + 2 * near + 2 * far
    for axis in (1, 2):
        padded = F.pad(ink, (0, 0, 2, 2) if axis == 1 else (2, 2, 0, 0))
        a, b, c, d, e = (padded.narrow(axis, start, SIDE) for start in range(5))
        ink = (c + near * (b + d) + far * (a + e)) / total
    return ink


def coarsen(ink: Tensor) -> Tensor:
    """Scale down to fewer pixels and up again, all images of one call to the same size."""
    size = int(torch.randint(13, 22, ()))
    small = F.interpolate(ink.unsqueeze(1), size=size, mode="bilinear", antialias=True, align_corners=False)
    return F.interpolate(small, size=SIDE, mode="bilinear", align_corners=False).squeeze(1)


def change_contrast(ink: Tensor) -> Tensor:
    """Change the contrast: cut off a part of the range below and above, and bend the rest by a power (gamma)."""
    low, high = _uniform(ink, 0, 0.2) * _peak(ink), _uniform(ink, 0.6, 1.1) * _peak(ink)
    return ((ink - low) / (high - low)).clamp_(0, 1) ** _uniform(ink, -0.6, 0.5).exp()


DEGRADATIONS: tuple[tuple[Degradation, float], ...] = (
    (thicken, 0.4),
    (press_unevenly, 0.2),
    (break_strokes, 0.06),
    (fade, 0.2),
    (add_neighbour, 0.16),
    (add_neighbour, 0.12),
    (add_rule, 0.08),
    (add_rule, 0.05),
    (add_edge, 0.12),
    (add_edge, 0.06),
    (add_specks, 0.06),
    (add_texture, 0.15),
    (blur, 0.2),
    (coarsen, 0.08),
    (change_contrast, 0.25),
)
"""The kinds in the order in which they come, and the share of the touched images that each changes. Neighbours, edges
and rules come twice, since there can be two of them."""


def _uniform(ink: Tensor, low: float, high: float) -> Tensor:
    """Draw one uniform number for each image: `float32 (m, 1, 1)`."""
    return torch.rand(len(ink), 1, 1).mul_(high - low).add_(low).to(ink.device)


def _clouds(ink: Tensor, knots: int) -> Tensor:
    """Draw for each image a smooth surface over `knots` × `knots` normal values: `float32 (m, 28, 28)`."""
    values = torch.randn(len(ink), 1, knots, knots)
    return F.interpolate(values, (SIDE, SIDE), mode="bilinear", align_corners=True).squeeze(1).to(ink.device)


def _line(ink: Tensor, place: Tensor, width: Tensor, strength: Tensor) -> Tensor:
    """Draw for each image a part of a nearly level or upright line; `place` is its row or column half way along."""
    along = torch.arange(SIDE, device=ink.device)
    across = along.unsqueeze(1) - place - _uniform(ink, -0.08, 0.08) * (along - SIDE / 2)
    level = (width / 2 + 0.5 - across.abs()).clamp_(0, 1).minimum(width)
    start, length = _uniform(ink, -12, 16), _uniform(ink, 8, 44)
    part = (along >= start) & (along <= start + length)
    return _either_way(level * part * strength, 0.5)


def _either_way(layer: Tensor, share: float) -> Tensor:
    """Swap rows and columns in a share of the images."""
    return torch.where(_uniform(layer, 0, 1) < share, layer.transpose(1, 2), layer)


def _over(ink: Tensor, layer: Tensor) -> Tensor:
    """Lay ink over ink: where both cover a pixel, the darker stays."""
    return torch.maximum(ink, layer)


def _peak(ink: Tensor) -> Tensor:
    """Give the darkest ink of each image: `float32 (m, 1, 1)`."""
    return ink.amax((1, 2), keepdim=True).clamp_(min=1e-3)
