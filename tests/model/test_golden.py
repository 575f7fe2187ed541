"""Golden answers come back as they were stored, and others are refused."""

from pathlib import Path

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.model.golden import COLUMN_TOLERANCE, GOLDEN_TOLERANCE, check_golden, stored_golden, stored_images

DOCUMENT = Path("mine/model.json")


@pytest.fixture
def answers():
    probabilities = np.array([[0.25, 0.75], [1.0, 0.0]], np.float32)
    columns = np.log(np.array([[0.5, 0.5], [0.125, 0.875]], np.float32))
    return probabilities, columns


def test_what_is_stored_comes_back(random_images, answers):
    stored = stored_golden(random_images[:2], *answers)
    assert np.array_equal(stored_images(stored, DOCUMENT), random_images[:2])
    check_golden(stored, *answers, DOCUMENT)


@pytest.mark.parametrize("further", [(20 * GOLDEN_TOLERANCE, 0), (0, 2 * COLUMN_TOLERANCE)])
def test_other_answers_are_refused(random_images, answers, further):
    stored = stored_golden(random_images[:2], *answers)
    others = [each + more for each, more in zip(answers, further, strict=True)]
    with pytest.raises(ModelError, match="mine no longer gives the answers it was saved with"):
        check_golden(stored, *others, DOCUMENT)


@pytest.mark.parametrize("missing", ["probabilities", "columns"])
def test_a_document_without_them_is_refused(random_images, answers, missing):
    stored = stored_golden(random_images[:2], *answers)
    del stored[missing]
    with pytest.raises(ModelError, match=r"mine/model\.json is not a model description: golden"):
        check_golden(stored, *answers, DOCUMENT)
    with pytest.raises(ModelError, match="golden"):
        stored_images({}, DOCUMENT)
