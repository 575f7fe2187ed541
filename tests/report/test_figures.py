import io
import re
import subprocess
import sys
from collections.abc import Iterable

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from tenfold.errors import DataError, OptionError
from tenfold.model.description import Epoch
from tenfold.model.evaluate import score
from tenfold.report.figures import (
    DIAGONAL,
    MUTED,
    WRONG,
    confusion_matrix,
    figure_png,
    figure_svg,
    learning_curves,
    reliability_diagram,
    worst_mistakes,
)

DIGITS = tuple("0123456789")


def texts(figure: Figure) -> list[str]:
    """Give every text of a figure."""
    return [text.get_text() for text in figure.findobj(Text)]


def size(figure: Figure) -> tuple[int, int]:
    with Image.open(io.BytesIO(figure_png(figure))) as picture:
        picture.load()
        return picture.size


def epochs(count: int, *, validation: bool = True) -> list[Epoch]:
    return [
        Epoch(
            number,
            0.5,
            1e-3,
            {"loss": 1 / number, "accuracy": 1 - 0.5 / number},
            {"loss": 1.2 / number, "accuracy": 1 - 0.6 / number} if validation else None,
        )
        for number in range(1, count + 1)
    ]


def answers(said: Iterable[int], sure: Iterable[float], classes: int) -> np.ndarray:
    """Give probabilities whose greatest are `sure` of the classes `said`."""
    said, sure = np.array(list(said)), np.array(list(sure))
    probabilities = np.repeat(((1 - sure) / (classes - 1))[:, np.newaxis], classes, axis=1)
    probabilities[np.arange(len(said)), said] = sure
    return probabilities.astype(np.float32)


def blank(count: int) -> np.ndarray:
    return np.zeros((count, 28, 28), np.uint8)


@pytest.mark.parametrize("count", [1, 5, 150])
def test_learning_curves_show_every_epoch_of_loss_and_metrics(count):
    figure = learning_curves(epochs(count))
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    assert list(panels) == ["Loss", "Accuracy"]
    for axes in panels.values():
        assert [len(line.get_xdata()) for line in axes.get_lines()] == [count, count]
        low, high = axes.get_xlim()
        assert low < 1 <= count < high
    width, height = size(figure)
    assert 800 < width < 3000
    assert 300 < height < 3000


def test_learning_curves_name_the_last_values():
    figure = learning_curves(epochs(2))
    labels = [text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()]
    assert labels == ["training 0.5", "validation 0.6", "training 75%", "validation 70%"]


def test_learning_curves_without_validation_show_training_only():
    assert [len(axes.get_lines()) for axes in learning_curves(epochs(3, validation=False)).axes] == [1, 1]


def test_learning_curves_leave_out_values_that_are_not_finite():
    history = [*epochs(2), Epoch(3, 0.5, 1e-3, {"loss": float("nan"), "accuracy": 0.1})]
    loss = learning_curves(history).axes[0]
    assert list(loss.get_lines()[0].get_xdata()) == [1, 2]


def test_no_history_gives_a_figure_that_says_so():
    assert any("no training history" in text for text in texts(learning_curves([])))


@pytest.mark.parametrize("k", [2, 10, 62])
def test_confusion_matrix_has_room_for_every_class(k):
    labels = np.repeat(np.arange(k), 3)
    said = labels.copy()
    said[::3] = (said[::3] + 1) % k
    classes = tuple(f"{index}" for index in range(k))
    figure = confusion_matrix(score(answers(said, np.full(len(labels), 0.9), k), labels, classes=classes))
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == list(classes)
    assert [text.get_text() for text in axes.texts].count("2") == k
    assert f"Mistakes: {k} of {3 * k} images" in texts(figure)
    width, height = size(figure)
    assert max(width, height) < 4000


def test_confusion_matrix_colours_mistakes_and_not_the_diagonal():
    labels = np.array([0] * 1000 + [1] * 1000)
    said = labels.copy()
    said[:1] = 1
    (axes,) = confusion_matrix(score(answers(said, np.full(2000, 0.9), 2), labels, classes=("a", "b"))).axes
    (cells,) = axes.collections
    right, wrong, also_right = cells.get_facecolors()  # of the places 0 0, 0 1 and 1 1; none was taken for 0
    assert tuple(right) == tuple(also_right) == to_rgba(MUTED, DIAGONAL)
    assert to_hex(wrong) == WRONG
    assert wrong[3] > 0.5


def test_worst_mistakes_come_in_order_of_confidence():
    probabilities = answers([7, 1, 3, 4], [0.8, 0.998, 0.9, 0.99999], 10)
    figure = worst_mistakes(blank(4), np.array([2, 0, 3, 9]), probabilities, DIGITS)
    captions = [f"{axes.get_title(loc='left')}, {axes.get_xlabel()}" for axes in figure.axes if axes.images]
    assert "All mistakes, the most confident first" in texts(figure)
    assert captions == [
        "said 4 (>99.9%), is 9 · no. 3",
        "said 1 (99.8%), is 0 · no. 1",
        "said 7 (80.0%), is 2 · no. 0",
    ]


def test_worst_mistakes_show_no_more_than_asked_for():
    figure = worst_mistakes(blank(30), np.zeros(30, np.int64), answers([1] * 30, [0.9] * 30, 10), DIGITS, count=12)
    assert sum(bool(axes.images) for axes in figure.axes) == 12
    assert "The most confident of 30 mistakes" in texts(figure)


def test_no_mistakes_give_a_figure_that_says_so():
    figure = worst_mistakes(blank(1), np.array([3]), answers([3], [0.9], 10), DIGITS)
    assert "Not one mistake: every image was read right." in texts(figure)
    assert size(figure) > (300, 100)


def test_worst_mistakes_refuse_what_does_not_match():
    with pytest.raises(DataError, match="probabilities"):
        worst_mistakes(blank(2), np.array([0, 1]), answers([0], [0.9], 10), DIGITS)
    with pytest.raises(OptionError, match="at least 1"):
        worst_mistakes(blank(1), np.array([0]), answers([1], [0.9], 10), DIGITS, count=0)


def test_class_names_are_drawn_as_they_are_or_numbered():
    classes = ("$x^$", "か", "a name that is far too long to fit")
    labels = np.array([0, 1, 2])
    probabilities = answers([1, 2, 0], [0.9, 0.8, 0.7], 3)
    matrix = confusion_matrix(score(probabilities, labels, classes=classes))
    assert [text.get_text() for text in matrix.axes[0].get_yticklabels()] == ["$x^$", "#1", "a name that…"]
    assert size(matrix) > (300, 300)
    assert size(worst_mistakes(blank(3), labels, probabilities, classes)) > (300, 100)


def test_reliability_diagram_has_a_point_for_each_bin_with_answers():
    labels = np.array([0, 0, 1, 1])
    figure = reliability_diagram(labels, answers([0, 1, 1, 1], [0.95, 0.95, 0.95, 0.7], 2))
    _, points = figure.axes[0].get_lines()
    assert list(points.get_xdata()) == pytest.approx([0.7, 0.95])
    assert list(points.get_ydata()) == pytest.approx([1, 2 / 3])
    assert size(figure) > (300, 300)


def test_curves_can_be_drawn_one_by_one():
    (axes,) = learning_curves(epochs(3), ["accuracy"]).axes
    assert axes.get_title(loc="left") == "Accuracy"


def test_a_figure_for_a_page_has_a_label_and_real_letters_and_is_the_same_each_time():
    drawn = figure_svg(learning_curves(epochs(3)), 'loss & "accuracy"')
    assert drawn == figure_svg(learning_curves(epochs(3)), 'loss & "accuracy"')
    assert 'role="img" aria-label="loss &amp; &quot;accuracy&quot;"' in drawn
    assert ">training 0.3333</text>" in drawn
    assert "font-family" not in drawn
    names = re.findall(r' id="([^"]*)"', drawn)
    assert len(names) == len(set(names))


def test_figures_are_drawn_without_pyplot():
    code = (
        "import sys, tenfold.report.html\n"
        "from tenfold.report.figures import figure_png, learning_curves\n"
        "figure_png(learning_curves([]))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from tenfold.errors import OptionError\n"
        "try:\n    import tenfold.report.html\n"
        "except OptionError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert 'pip install "tenfold[train]"' in done.stdout
