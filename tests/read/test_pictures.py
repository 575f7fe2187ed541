"""Pictures are read in their order, by one process or by several, and what fails is told."""

import numpy as np
import pytest
from PIL import Image

import tenfold
from tenfold.errors import OptionError
from tenfold.read.pictures import COLUMNS, picture_workers, read_pictures, row_of


@pytest.fixture
def names(mnist, tmp_path):
    for place, image in enumerate(mnist.x_test[:3]):
        Image.fromarray(image).save(tmp_path / f"{place}.png")
    (tmp_path / "1.png").write_bytes(b"broken")
    return [str(tmp_path / f"{place}.png") for place in range(3)]


def test_several_processes_answer_as_one_does(names, model):
    reader = tenfold.Reader(model)
    alone = list(read_pictures(names, reader, model.folder, stages=True))
    beside = list(read_pictures(names, reader, model.folder, workers=2, stages=True))
    assert [found.look and found.look.digit.digit for found in alone] == ["7", None, "1"]
    assert [found.error[:13] for found in alone] == ["", "not a picture", ""]
    for one, other in zip(alone, beside, strict=True):
        assert (one.name, one.error, one.look) == (other.name, other.error, other.look)
        if one.prepared:
            assert np.array_equal(one.prepared.image, other.prepared.image)
            assert len(one.prepared.stages) == len(other.prepared.stages)


def test_a_row_has_what_the_table_holds(names, model):
    [found] = read_pictures(names[:1], tenfold.Reader(model), None)
    row = row_of(found.name, found.look.digit)
    assert list(row) == list(COLUMNS)
    assert row["digit"] == "7"


def test_only_many_pictures_are_worth_other_processes():
    assert [picture_workers(count, 4) for count in (1, 100, 10_000)] == [1, 1, 4]


def test_fewer_than_one_worker_is_refused(names, model):
    with pytest.raises(OptionError, match="at least 1 worker"):
        list(read_pictures(names, tenfold.Reader(model), None, workers=-1))
