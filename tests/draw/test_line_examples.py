import numpy as np
import pytest

from tenfold.data.lines import WrittenNumber
from tenfold.draw import line_examples
from tenfold.draw.line_examples import SOURCES, LineSources, as_line
from tenfold.draw.lines import LineGlyphs
from tenfold.draw.sheets import DigitGlyphs
from tenfold.errors import FetchError


@pytest.fixture(scope="module")
def sources(mnist, hands):
    glyphs = LineGlyphs.gather(mnist.x_train[:500], mnist.y_train[:500], np.random.default_rng(0))
    picture = np.full((60, 120), 220, np.uint8)
    picture[15:45, 40:46] = picture[15:45, 70:76] = 60
    digits = DigitGlyphs(mnist.x_train[:500], mnist.y_train[:500])
    return LineSources(hands, glyphs, digits, [WrittenNumber(picture, "1.1", "7000")])


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_gives_lines_with_what_they_say(sources, kind, monkeypatch):
    monkeypatch.setattr(line_examples, "SOURCES", {each: float(each == kind) for each in SOURCES})
    for line, target in sources.draw(30, np.random.default_rng(1)):
        assert line.dtype == np.uint8
        assert line.shape[0] == 48
        assert line.shape[1] >= 8
        assert target == ("1.1", "1,1") if kind == "cell" else len(target) == 1


def test_sources_are_mixed_in_their_shares(sources):
    cells = [target == ("1.1", "1,1") for _, target in sources.draw(400, np.random.default_rng(2))]
    assert np.mean(cells) == pytest.approx(SOURCES["cell"], abs=0.07)


def test_a_label_without_a_point_has_one_reading():
    assert line_examples._readings("27") == ("27",)


def test_the_same_seed_makes_the_same_line(sources):
    for seed in range(5):
        [first], [again] = (sources.draw(1, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first[0], again[0])
        assert first[1] == again[1]


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 1.7])
def test_a_strip_lies_in_the_middle_of_its_line(scale):
    strip = np.zeros((32, 40), np.uint8)
    strip[12:20] = 255
    line = as_line(strip, scale)
    rows = np.flatnonzero(line[:, 10] > 127)
    assert line.shape == (48, round(40 * scale))
    assert len(rows) == pytest.approx(8 * scale, abs=1)
    assert rows.mean() == pytest.approx(23.5, abs=1)


def test_a_missing_set_is_named(monkeypatch, tmp_path):
    for variable in ("TENFOLD_HOME", "TENFOLD_DATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(FetchError, match="weather-cells is not on this machine"):
        LineSources.gather(np.random.default_rng(0))
