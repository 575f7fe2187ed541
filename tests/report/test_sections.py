import re

import numpy as np

from tenfold.model.description import Epoch
from tenfold.model.evaluate import score
from tenfold.report.figures import confusion_matrix, reliability_diagram, worst_mistakes
from tenfold.report.sections import (
    GALLERY,
    calibration_section,
    class_section,
    confusion_section,
    learning_section,
    mistake_section,
)

DIGITS = tuple("0123456789")


def answers(n, wrong, sure=0.9):
    """Give labels and probabilities; the first `wrong` images are each taken for the next class."""
    labels = np.arange(n) % 10
    said = np.where(np.arange(n) < wrong, (labels + 1) % 10, labels)
    probabilities = np.full((n, 10), (1 - sure) / 9, np.float32)
    probabilities[np.arange(n), said] = sure
    return labels, probabilities


def text(section):
    return " ".join(re.sub(r"<[^>]*>", " ", section).split())


def test_each_quantity_has_a_curve_of_its_own_and_its_label_tells_how_it_ends():
    history = (Epoch(1, 1.0, 0.1, {"loss": 0.5, "accuracy": 0.9}), Epoch(2, 1.0, 0.1, {"loss": 0.25, "accuracy": 0.95}))
    section = learning_section(history)
    assert re.findall(r'aria-label="(.*?)"', section) == [
        "loss by epoch: training ends at 0.25",
        "accuracy by epoch: training ends at 95%",
    ]
    assert "No images were held out" in section
    assert "without a training history" in learning_section(())


def test_confusions_are_told_in_words_the_first_ten_at_sight():
    labels, probabilities = answers(100, 45)
    evaluation = score(probabilities, labels, classes=DIGITS)
    section = confusion_section(confusion_matrix(evaluation), evaluation)
    assert section.count("<svg") == 1
    assert "0 taken for 1: 5 times" in section
    assert section.count(" taken for ") == 10
    assert "<details>" not in section


def test_a_class_that_was_always_found_has_no_bar():
    labels, probabilities = answers(100, 1)
    section = class_section(score(probabilities, labels, classes=DIGITS))
    assert section.count("--length:0.000") == 9
    assert section.count("--length:1.000") == 1


def test_mistakes_are_drawn_and_told_up_to_forty():
    labels, probabilities = answers(100, 60)
    images = np.zeros((100, 28, 28), np.uint8)
    drawn = worst_mistakes(images, labels, probabilities, DIGITS, count=GALLERY)
    section = mistake_section(drawn, labels, probabilities, DIGITS)
    assert "The 40 it was surest of" in section
    assert "no. 0: said 1 (90.0%), is 0" in text(section)
    assert section.count("<li>") == 40


def test_the_surest_answers_are_told_beside_the_calibration():
    labels, probabilities = answers(100, 10, sure=0.99)
    evaluation = score(probabilities, labels, classes=DIGITS)
    section = calibration_section(reliability_diagram(labels, probabilities), evaluation, labels, probabilities)
    assert "100 of 100 answers were more than 93% sure; 90.00% of these are right." in section
