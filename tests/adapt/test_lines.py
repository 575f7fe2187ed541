"""Lines: a writer's numbers are learned beside drawn ones, or nothing is written."""

import numpy as np
import pytest
import torch

from tenfold.adapt import lines
from tenfold.adapt.lines import adapt_lines
from tenfold.draw.writers import HandWriter
from tenfold.draw.writing import write
from tenfold.errors import DataError, ModelError
from tenfold.learn.line_network import lines_from_onnx
from tenfold.model.folder import load_model


@pytest.fixture(scope="module")
def shipped():
    return load_model()


@pytest.fixture(scope="module")
def numbers():
    """Numbers of a writer whose ones have the widest flag, as dark ink on light paper."""
    from tenfold.draw.hands import DIGITS

    random = np.random.default_rng(0)
    hands = {digit: next(iter(ways.values())) for digit, ways in DIGITS.items()} | {1: DIGITS[1]["widest flag"]}
    writer = HandWriter(6.0, 0.1, 1.0, hands, 0.7)
    texts = ["".join(map(str, random.integers(0, 3, 4))) for _ in range(8)]
    return [((250 - 0.6 * np.pad(write(text, writer, random), 12)).astype(np.uint8), text) for text in texts]


def test_a_writer_is_learned_and_the_folder_is_whole(shipped, numbers, tmp_path, monkeypatch):
    for name, value in {"STEPS": 8, "LEAST_STEPS": 4, "DRAWN_LINES": 24, "COMPARED": 16, "FOR_RANGES": 8}.items():
        monkeypatch.setattr(lines, name, value)
    found = adapt_lines(shipped, numbers, tmp_path / "mine", data="writer")
    adapted = load_model(tmp_path / "mine")
    assert adapted.content("lines.onnx") != shipped.content("lines.onnx")
    assert adapted.content("model.onnx") == shipped.content("model.onnx")
    assert found.known.accuracy >= found.known.before - lines.WORSE
    assert found.own.accuracy >= found.own.before
    assert (found.own.n, found.known.n, found.separators) == (3, 16, False)
    assert found.dropped == ("pictures", "numbers")
    assert "numbers" not in adapted.info.calibration
    assert adapted.info.data["adapted_lines"]["n"] == 8
    before, pair = (lines_from_onnx(model.content("lines.onnx")) for model in (shipped, adapted))
    assert torch.equal(pair.known[0].weight, before[0].weight)
    assert not torch.equal(pair.own[0].weight, before[0].weight)

    adapt_lines(adapted, numbers, tmp_path / "again", data="writer")
    again = lines_from_onnx(load_model(tmp_path / "again").content("lines.onnx"))
    assert torch.equal(again.known[0].weight, before[0].weight)
    assert not torch.equal(again.own[0].weight, pair.own[0].weight)


def test_what_is_not_read_better_or_harms_drawn_numbers_is_refused(shipped, numbers, tmp_path, monkeypatch):
    for name, value in {"DRAWN_LINES": 24, "COMPARED": 16, "FOR_RANGES": 8}.items():
        monkeypatch.setattr(lines, name, value)
    trained = lines_from_onnx(shipped.content("lines.onnx")), 0.5, 1.0
    monkeypatch.setattr(lines._Run, "trained", lambda *_: trained)
    with pytest.raises(
        ModelError, match=r"would not be read better: of 3 100\.0% were right before and 50\.0% by a network"
    ):
        adapt_lines(shipped, numbers, tmp_path / "mine")
    shares = iter([1.0] + [0.9] * len(lines.SHUT_BY))
    monkeypatch.setattr(lines._Run, "right_by", lambda *_: next(shares))
    with pytest.raises(ModelError, match=r"of 16 drawn numbers it read 100\.0% right and would read 90\.0%"):
        adapt_lines(shipped, numbers, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_separators_count_not_where_no_text_has_one():
    logits = torch.randn(2, len(lines.ALPHABET) + 1, 1, 5)
    columns = lines._without_separators(logits).exp()
    assert torch.allclose(columns.sum(1), torch.ones(2, 1, 5), atol=1e-5)
    assert columns[:, [lines.ALPHABET.index(sign) for sign in ".,/-:+' "]].max() < 1e-20
    before = logits.softmax(1)
    assert torch.allclose(columns[:, :10], before[:, :10], atol=1e-6)


def test_too_few_pictures_and_other_alphabets_are_refused(shipped, numbers, tmp_path):
    with pytest.raises(DataError, match="at least 5 labelled pictures of numbers to adapt to, got 4"):
        adapt_lines(shipped, numbers[:4], tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
