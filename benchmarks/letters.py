"""Letters in handwriting that nothing was trained on: from handwriting fonts of Debian, unpacked, not installed."""

import string
import subprocess
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.results import RESULTS
from tenfold.picture.decode import Grey

__all__ = ["LOOKALIKES", "handwritten_letters"]

PACKAGES = (
    "fonts-breip",
    "fonts-bwht",
    "fonts-dkg-handwriting",
    "fonts-femkeklaver",
    "fonts-humor-sans",
    "fonts-klee",
    "fonts-rufscript",
    "fonts-sjfonts",
)
FONTS = RESULTS / "fonts"
SIZE = 96

LOOKALIKES = frozenset("BIOSZbgiloqsyz")
"""Letters that a hand may write just as it writes a digit."""


def handwritten_letters(random: np.random.Generator) -> tuple[list[Grey], list[str]]:
    """Draw every letter of every font a few times, in ink of other width and slant, as dark on white pictures.

    Args:
        random: Decides width and slant.

    Returns:
        Pictures `uint8 (128, 128)`, and the letter that each shows.
    """
    pictures, letters = [], []
    for file in _fonts():
        font = ImageFont.truetype(str(file), SIZE)
        for letter in string.ascii_letters:
            for _ in range(3):
                picture = Image.new("L", (128, 128), 255)
                ImageDraw.Draw(picture).text((64, 64), letter, 0, font, anchor="mm")
                pictures.append(_varied(np.array(picture), random))
                letters.append(letter)
    return pictures, letters


def _fonts() -> list[Path]:
    if not FONTS.exists():
        fresh = FONTS.with_name("fonts.new")
        fresh.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "--quiet=2", *PACKAGES], cwd=fresh, check=True)  # noqa: S607
        for package in fresh.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package.name, "."], cwd=fresh, check=True)  # noqa: S607
        fresh.rename(FONTS)
    return sorted(file for kind in ("ttf", "otf") for file in FONTS.rglob(f"*.{kind}"))


def _varied(picture: Grey, random: np.random.Generator) -> Grey:
    slant, angle = random.uniform(-0.15, 0.15), random.uniform(-0.1, 0.1)
    matrix = np.array([[1, slant + angle], [-angle, 1]])
    shift = np.array([64, 64]) - matrix @ (64, 64)
    turned = cv2.warpAffine(picture, np.column_stack([matrix, shift]), (128, 128), borderValue=255)
    pen = int(random.integers(1, 6))
    varied: Grey = cv2.erode(turned, np.ones((pen, pen), np.uint8)).astype(np.uint8)
    return varied
