"""Pages of numbers in MNIST's hands, made here: boxes, combs, grids and free rows."""

import cv2
import numpy as np

WIDTH, HEIGHT = 1240, 900


class Sheet:
    """A page to write on; every digit written is the next of its kind in the set."""

    def __init__(self, images, labels, width=WIDTH, height=HEIGHT):
        self.ink = np.zeros((height, width), np.float32)
        self._of = [images[labels == digit] for digit in range(10)]
        self._next = [0] * 10

    def line(self, x0, y0, x1, y1, thick=2):
        cv2.line(self.ink, (round(x0), round(y0)), (round(x1), round(y1)), 0.9, thick, cv2.LINE_AA)

    def digit(self, digit, x, y, height=40, dark=0.85):
        """Write a digit with the middle of its ink at a place."""
        image = self._of[digit][self._next[digit]]
        self._next[digit] += 1
        left, top, wide, tall = cv2.boundingRect(image)
        scale = height / 20
        ink = cv2.resize(
            np.pad(image[top : top + tall, left : left + wide], 2), None, fx=scale, fy=scale, interpolation=3
        )
        ink = np.clip((ink.astype(np.float32) / 255 - 0.35) * scale + 0.5, 0, 1) * dark
        y0, x0 = round(y - ink.shape[0] / 2), round(x - ink.shape[1] / 2)
        part = self.ink[y0 : y0 + ink.shape[0], x0 : x0 + ink.shape[1]]
        np.maximum(part, ink, out=part)
        return ink.shape[1]

    def boxes(self, text, x, y, side=60, comb=False):
        """Draw a row of boxes and write into them; `_` leaves one empty."""
        right, foot = x + len(text) * side, y + side
        for place in range(len(text) + 1):
            self.line(x + place * side, y + (side * 0.6 if comb else 0), x + place * side, foot)
        self.line(x, foot, right, foot)
        if not comb:
            self.line(x, y, right, y)
        for place, sign in enumerate(text):
            if sign != "_":
                self.digit(int(sign), x + (place + 0.5) * side, y + side / 2, 0.62 * side)

    def row(self, text, x, y, height=50):
        """Write digits freely, apart."""
        for sign in text:
            x += self.digit(int(sign), x + height / 2, y, height) + 0.35 * height

    def page(self, tilt=0.0, noise=2.0):
        """Give the page as `uint8`."""
        height, width = self.ink.shape
        paper = 240 * (1 - self.ink)
        if tilt:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 0.85)
            paper = cv2.warpAffine(paper, turn, (width, height), borderValue=240)
        paper = paper + np.random.default_rng(0).normal(0, noise, paper.shape)
        return np.clip(paper, 0, 255).astype(np.uint8)
