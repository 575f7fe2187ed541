import io

import numpy as np
import pytest
from PIL import Image

from tenfold.cli.options import decode, fail
from tenfold.picture.prepare import prepare


def test_pictures_of_data_sets_are_prepared_as_pictures_to_read_are(mnist):
    stream = io.BytesIO()
    Image.fromarray(255 - mnist.x_test[0]).resize((90, 90)).save(stream, "PNG")
    image = decode(stream.getvalue())
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    assert np.array_equal(image, prepare(stream.getvalue()).image)


def test_a_failure_is_one_line_and_a_status(capsys):
    with pytest.raises(SystemExit) as ended:
        fail("expected a model, got none", 2)
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", "tenfold: expected a model, got none\n")
