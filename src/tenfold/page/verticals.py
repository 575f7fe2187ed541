"""The vertical lines of a strip: where its boxes begin and end."""

import cv2
import numpy as np

from tenfold.page.strips import Strip
from tenfold.picture.ink import Mask, quantile, runs_of

__all__ = ["NARROWEST", "WIDEST", "find_verticals"]

NARROWEST, WIDEST = 0.38, 1.7
"""Width of a box for one digit, in its heights: least and most."""

MOST_BOXES = 32
"""Most boxes of a row."""

THERE = 0.7
"""Share of its length that is inked where a line is there, at least."""

ALIKE = 0.84
"""Four of five lines are inked for this share of their length, at least: tall digits in all boxes are not."""

NEARLY_ALL = 0.85
"""Share of the lines between boxes that are there, at least."""

NEAR = 2
"""How far a line of a strip is from where it should be, at most, in pixels."""

PRINT = 0.33
"""Least darkness of vertical lines, in darknesses of the level ones; docs/log.md, "Numbers on pages": rows halved or
missed 2% → 0."""

WHOLE, FEWEST = 0.9, 6
"""Share of their strip that boxes cover, at least; where they do not, a strip with room for this many is looked at
again."""

BEYOND = 0.3
"""How far beyond the ends of a strip lines are looked for, in its heights."""

BETWEEN = 0.05
"""How much weaker, as a share of length, the lines between every second or third one must be to be strokes of digits
and no lines of boxes."""

LEAN = 0.25
"""Greatest lean of the vertical lines of a strip, in columns for each row."""

Profile = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (columns,)`: for each column of a strip the share of it that is inked, 0…1."""


def find_verticals(strip: Strip, boxes: int | None = None) -> tuple[list[float], float]:
    """Find the vertical lines of a strip.

    Args:
        strip: The strip.
        boxes: How many boxes it has, where that is known.

    Returns:
        Their columns, counted from the strip's left end, none where no boxes are seen; and how far they go to the
        right from top to bottom, in columns for each row.
    """
    profile, lean = _kept_profile(strip, 0)
    bounds = _lattice(profile, strip, boxes)
    for wider in (1, 3):
        if _is_whole(bounds, strip) or strip.width < FEWEST * NARROWEST * strip.height:
            break
        again = _kept_profile(strip, wider)  # lines may be as faint as pencil, or lean each in its own way
        more = _lattice(again[0], strip, boxes)
        if _is_whole(more, strip) or not bounds:
            bounds, (profile, lean) = more, again
    bounds = bounds or _peaks(profile, strip)
    return bounds, lean


def _is_whole(bounds: list[float], strip: Strip) -> bool:
    """Say whether boxes reach from one end of a strip to the other."""
    return len(bounds) > 1 and bounds[-1] - bounds[0] >= WHOLE * strip.width


def _kept_profile(strip: Strip, wider: int) -> tuple[Profile, float]:
    """Give the profile of all ink of a strip made `wider` pixels wide, of printed ink for 0; each is made once."""
    if wider not in strip.profiles:
        mask = cv2.dilate(strip.mask, np.ones((1, wider), np.uint8)) if wider else _printed(strip)
        strip.profiles[wider] = _profile(strip, np.asarray(mask, np.uint8))
    return strip.profiles[wider]


def _profile(strip: Strip, mask: Mask) -> tuple[Profile, float]:
    """Give for every column the share of it that is inked, along the lean that makes it most uneven."""
    top = strip.room + round((0.84 if strip.comb else 0.1) * strip.height)
    bottom = strip.room + strip.height - max(2, round((0.03 if strip.comb else 0.08) * strip.height))
    part = 255 * mask[top : max(bottom, top + 1)]
    middle, flags = strip.room + strip.height / 2 - top, cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    best: tuple[float, Profile, float] | None = None
    for lean in (0.0,) if strip.comb else np.arange(-LEAN, LEAN + 0.01, 0.0125):
        shear = np.array([[1, lean, -lean * middle], [0, 1, 0]])
        sheared = cv2.warpAffine(part, shear, part.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        profile = cv2.reduce(sheared, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel().astype(np.float64) / 255
        square = profile * profile
        sharp = float(square @ square) * (1 - 0.2 * abs(lean))
        if best is None or sharp > best[0]:
            best = sharp, profile, float(lean)
    assert best is not None  # noqa: S101 (there is at least one lean)
    return best[1], best[2]


def _printed(strip: Strip) -> Mask:
    """Mark the ink of a strip that is not much fainter than its level lines."""
    rows = [strip.room + strip.height] + ([] if strip.comb else [strip.room])
    columns = slice(strip.room, strip.room + strip.width)
    dark = [quantile(strip.dark[max(0, row - NEAR) : row + NEAR + 1, columns].max(axis=0), 0.5) for row in rows]
    return np.asarray(strip.mask & (strip.dark >= PRINT * min(dark)), np.uint8)


def _near(profile: Profile, places: "np.ndarray", reach: int) -> tuple["np.ndarray", "np.ndarray"]:
    """Give the strongest columns near some places, each in the middle of its line, and how strong they are."""
    columns = np.clip(np.rint(places).astype(int)[:, None] + np.arange(-reach, reach + 1), 0, len(profile) - 1)
    seen = profile[columns]
    most = seen.max(axis=1)
    on_line = seen >= 0.9 * most[:, None]
    return (columns * on_line).sum(axis=1) / on_line.sum(axis=1), most


def _lattice(profile: Profile, strip: Strip, boxes: int | None) -> list[float]:
    """Fit equal boxes: as many as there can be with nearly all lines between them there."""
    strong = np.flatnonzero(profile >= THERE)
    beyond = BEYOND * strip.height
    inside = strong[(strong >= strip.room - beyond) & (strong <= strip.room + strip.width + beyond)]
    if len(inside) < 2:
        return []
    outer = _near(profile, inside[[0, -1]], NEAR)[0]
    ends = (outer, np.array([strip.room, strip.room + strip.width]))
    best: tuple[float, list[float]] = (0.0, [])
    for left, right in np.asarray(ends, np.float64).tolist():
        for number in [boxes] if boxes else range(MOST_BOXES, max(1, int(best[0])), -1):
            pitch = (right - left) / number
            if not (0.9 * NARROWEST * strip.height <= pitch <= 1.1 * WIDEST * strip.height) and not boxes:
                continue
            expected = left + pitch * np.arange(number + 1)
            places, strengths = _near(profile, expected, max(NEAR, round(0.09 * pitch)))
            if not boxes and (quantile(strengths, 0.2) < ALIKE or _has_strokes(strengths)):
                continue
            there = float((strengths[1:-1] >= THERE).sum()) / max(number - 1, 1)
            if there >= (0.6 if boxes else NEARLY_ALL):
                if number * there > best[0]:
                    best = number * there, np.where(strengths >= THERE, places, expected).tolist()
                break
    return [place - strip.room for place in best[1]]


def _has_strokes(strengths: Profile) -> bool:
    """Say whether lines are weaker between every second or third one: boxes are twice or three times as wide then."""
    for every in (2, 3):
        if len(strengths) % every == 1 and len(strengths) > every + 1:
            strokes = np.delete(strengths, np.s_[::every])
            if float(strokes.mean()) < float(strengths[::every].mean()) - BETWEEN:
                return True
    return False


def _peaks(profile: Profile, strip: Strip) -> list[float]:
    """Take the lines as they are, where boxes are not all alike."""
    if strip.comb:
        return []
    places = [(start + end - 1) / 2 - strip.room for start, end in runs_of(profile >= 0.92)]
    apart, beyond = NARROWEST * strip.height, BEYOND * strip.height
    kept: list[float] = []
    for place in places:
        if -beyond <= place <= strip.width + beyond and (not kept or place - kept[-1] >= apart):
            kept.append(place)
    return kept
