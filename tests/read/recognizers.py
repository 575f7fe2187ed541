"""Recognisers that say what they are told, and a small picture for them to read."""

import numpy as np
from sheets import Sheet

from tenfold.arrays import SEPARATORS


class Stub:
    """Reads every digit as the same sign, surely."""

    def __init__(self, classes: str = "0123456789", alphabet: str = "0123456789", sign: str = "4") -> None:
        self.classes, self.alphabet, self.sign = tuple(classes), alphabet, sign

    def digits(self, images):
        probabilities = np.full((len(images), len(self.classes)), 1e-3, np.float32)
        probabilities[:, self.classes.index(self.sign)] = 1 - 1e-3 * (len(self.classes) - 1)
        return probabilities, np.zeros(len(images), np.float32)

    def lines(self, lines):
        answers = []
        for line in lines:
            columns = np.full((line.shape[1] // 2, len(self.alphabet) + 1), -12.0, np.float32)
            columns[:, -1] = 0.0
            columns[line.shape[1] // 4, -1], columns[line.shape[1] // 4, self.alphabet.index(self.sign)] = -12.0, 0.0
            answers.append(columns)
        return answers


class Says(Stub):
    """Reads the same text in every line with ink, its signs evenly apart, and keeps the lines that it was given."""

    def __init__(self, text: str, share: float = 1.0) -> None:
        super().__init__(alphabet="0123456789" + SEPARATORS)
        self.text, self.share, self.given = text, share, []

    def lines(self, lines):
        self.given += lines
        return [self._say(line) for line in lines]

    def _say(self, line):
        columns = np.full((line.shape[1] // 2, len(self.alphabet) + 1), -12.0, np.float32)
        columns[:, -1] = 0.0
        for place, sign in enumerate(self.text if line.any() else ""):
            column = int((place + 0.5) * len(columns) / len(self.text))
            columns[column, -1] = np.log(1 - self.share + 1e-6)
            columns[column, self.alphabet.index(sign)] = np.log(self.share)
        return columns


def strip(mnist, text="2718", width=320, height=90):
    """A small picture of one number."""
    sheet = Sheet(mnist.x_test, mnist.y_test, width, height)
    sheet.row(text, 20, height / 2, 45)
    return sheet.page()
