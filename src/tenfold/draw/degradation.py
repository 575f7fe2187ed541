"""Degradation of batches of clean images, as pens, paper and cameras degrade real pictures.

Each kind is a function from and to `float32 (m, 28, 28)`, 0 paper, 1 full ink, which draws a random degree for each
image. `degraded` applies each kind to a share of the images, in the order in which a page meets them: the pen, what is
around it on the page, the camera.

Source:
    Baird 2007, "The state of the art of document image degradation modelling".
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812

from tenfold.arrays import SIDE

__all__ = ["DEGRADATIONS", "UNTOUCHED", "degraded"]

Tensor = torch.Tensor
Degradation = Callable[[Tensor], Tensor]

UNTOUCHED = 0.25
"""Share of the images that stay as they are, so that what is clean is still seen clean."""


def degraded(images: Tensor) -> Tensor:
    """Degradation images as paper, pens and cameras do, each in its own random way, some not at all.

    Args:
        images: `uint8 (n, 28, 28)`.

    Returns:
        `uint8 (n, 28, 28)`. Nothing moves: what turns, slants and shifts images is `tenfold.learn.augment.warped`.
    """
    ink = images.to(torch.float32).div_(255)
    touched = torch.rand(len(images)) >= UNTOUCHED
    for wear, share in DEGRADATIONS:
        chosen = (touched & (torch.rand(len(images)) < share)).nonzero().squeeze(1).to(images.device)
        if len(chosen):
            ink.index_copy_(0, chosen, wear(ink.index_select(0, chosen)))
    return ink.mul_(255).round_().clamp_(0, 255).to(torch.uint8)


def thickened(ink: Tensor) -> Tensor:
    """Make strokes thicker or thinner on each side by up to a pixel: grey dilation and erosion, partly mixed in."""
    amount = _uniform(ink, -0.75, 1.0)
    sign = amount.sign()
    grown = F.max_pool2d((ink * sign).unsqueeze(1), 3, 1, 1).squeeze(1) * sign
    changed = torch.lerp(ink, grown, amount.abs())
    return changed * (_peak(ink) / _peak(changed))


def pressed(ink: Tensor) -> Tensor:
    """Let the pen press unevenly: parts of the digit are fainter."""
    return ink * (1 - _uniform(ink, 0.2, 0.8) * _clouds(ink, 4).sigmoid())


def broken(ink: Tensor) -> Tensor:
    """Let the pen skip: thin the ink out to nothing in places of a few pixels."""
    return ink * (1 - (_clouds(ink, 9) - _uniform(ink, 0.4, 1.2)).mul_(4).clamp_(0, 1))


def fainter(ink: Tensor) -> Tensor:
    """Make all of it fainter, as pencil is."""
    return ink * _uniform(ink, 0.35, 0.9)


def ruled(ink: Tensor) -> Tensor:
    """Draw a thin line through the digit, as is left of ruled and squared paper."""
    return _over(ink, _line(ink, _uniform(ink, 4, 24), _uniform(ink, 0.4, 1.4), _uniform(ink, 0.1, 0.8)))


def edged(ink: Tensor) -> Tensor:
    """Leave a line or a part of one near a border, as is left of a box or of the picture's own edge."""
    place = _uniform(ink, 0, 4)
    far = _uniform(ink, 0, 1) < 0.5
    place = torch.where(far, SIDE - 1 - place, place)
    return _over(ink, _line(ink, place, _uniform(ink, 0.6, 3), _uniform(ink, 0.3, 1)))


def accompanied(ink: Tensor) -> Tensor:
    """Let part of another image of the batch come into view, mostly at a side, at times above or below."""
    away = _uniform(ink, 15, 24) * (_uniform(ink, -1, 1).sign())
    places = torch.arange(SIDE, device=ink.device) - away.round().squeeze(2).long()
    inside = ((places >= 0) & (places < SIDE)).unsqueeze(1)
    columns = places.clamp(0, SIDE - 1).unsqueeze(1).expand(-1, SIDE, -1)
    neighbour = ink.roll(1, 0).gather(2, columns) * inside * _uniform(ink, 0.5, 1)
    return _over(ink, _either_way(neighbour, 0.25))


def speckled(ink: Tensor) -> Tensor:
    """Scatter specks of dirt."""
    specks = torch.rand(ink.shape) < _uniform(ink, 0.003, 0.03).cpu()
    return _over(ink, specks.to(ink.device) * torch.rand(ink.shape).to(ink.device))


def textured(ink: Tensor) -> Tensor:
    """Leave the paper's own grey: a level, slow clouds and grain, in the ink as well."""
    clouds = _clouds(ink, 4) * _uniform(ink, 0, 0.1) + _uniform(ink, -0.05, 0.12)
    grain = torch.randn(ink.shape).to(ink.device) * _uniform(ink, 0, 0.12)
    return (ink + (1 - ink) * clouds + grain).clamp_(0, 1)


def blurred(ink: Tensor) -> Tensor:
    """Blur with a Gaussian of up to 1.3 pixels, cut after two pixels."""
    spread = _uniform(ink, 0.3, 1.3)
    near, far = (-0.5 / spread**2).exp(), (-2 / spread**2).exp()
    total = 1 + 2 * near + 2 * far
    for axis in (1, 2):
        padded = F.pad(ink, (0, 0, 2, 2) if axis == 1 else (2, 2, 0, 0))
        a, b, c, d, e = (padded.narrow(axis, start, SIDE) for start in range(5))
        ink = (c + near * (b + d) + far * (a + e)) / total
    return ink


def coarsened(ink: Tensor) -> Tensor:
    """Scale down to fewer pixels and up again, all images of one call to the same size."""
    size = int(torch.randint(13, 22, ()))
    small = F.interpolate(ink.unsqueeze(1), size=size, mode="bilinear", antialias=True, align_corners=False)
    return F.interpolate(small, size=SIDE, mode="bilinear", align_corners=False).squeeze(1)


def contrasted(ink: Tensor) -> Tensor:
    """Change the contrast: cut off part of the range up to the peak, below and above, and bend what is between."""
    low, high = _uniform(ink, 0, 0.2) * _peak(ink), _uniform(ink, 0.6, 1.1) * _peak(ink)
    return ((ink - low) / (high - low)).clamp_(0, 1) ** _uniform(ink, -0.6, 0.5).exp()


DEGRADATIONS: tuple[tuple[Degradation, float], ...] = (
    (thickened, 0.4),
    (pressed, 0.2),
    (broken, 0.06),
    (fainter, 0.2),
    (accompanied, 0.16),
    (accompanied, 0.12),
    (ruled, 0.08),
    (ruled, 0.05),
    (edged, 0.12),
    (edged, 0.06),
    (speckled, 0.06),
    (textured, 0.15),
    (blurred, 0.2),
    (coarsened, 0.08),
    (contrasted, 0.25),
)
"""What happens, in this order, and to which share of the images that are touched. Neighbours, edges and rules
can be two, so they come twice."""


def _uniform(ink: Tensor, low: float, high: float) -> Tensor:
    """Draw one number for each image, evenly: `float32 (m, 1, 1)`."""
    return torch.rand(len(ink), 1, 1).mul_(high - low).add_(low).to(ink.device)


def _clouds(ink: Tensor, knots: int) -> Tensor:
    """Draw for each image a smooth surface over so many normal values a side: `float32 (m, 28, 28)`."""
    values = torch.randn(len(ink), 1, knots, knots)
    return F.interpolate(values, (SIDE, SIDE), mode="bilinear", align_corners=True).squeeze(1).to(ink.device)


def _line(ink: Tensor, place: Tensor, width: Tensor, strength: Tensor) -> Tensor:
    """Draw for each image a part of a nearly level or nearly upright line, `place` its row or column at the middle."""
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
    """Lay ink over ink: what both cover is as dark as the darker."""
    return torch.maximum(ink, layer)


def _peak(ink: Tensor) -> Tensor:
    return ink.amax((1, 2), keepdim=True).clamp_(min=1e-3)
