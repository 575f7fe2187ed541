"""Picture files of a set are answered as pictures are, with what is around each digit."""

import numpy as np

import tenfold
from tenfold.draw.camera import photograph_digit
from tenfold.read.decoder import PictureDecoder
from tenfold.serve.wire.pictures import as_png


def test_a_set_of_picture_files_is_answered_as_pictures_are(mnist):
    reader = tenfold.Reader()
    photographed = [as_png(photograph_digit(image, 90, 70, np.random.default_rng(0))) for image in mnist.x_test[:4]]
    decoder = PictureDecoder(reader)
    images = np.stack([decoder(content) for content in photographed])
    looks = reader.look_at(images, decoder.columns(4))
    for look, digit in zip(looks, reader.digits(photographed), strict=True):
        assert look.seen
        assert look.digit.digit == digit.digit
        assert np.allclose(look.digit.probabilities, digit.probabilities, atol=1e-4)


def test_images_that_never_were_pictures_have_nothing_around_them(mnist):
    decoder = PictureDecoder(tenfold.Reader())
    decoder(as_png(mnist.x_test[0]))
    assert decoder.columns(3) == [None] * 3
    assert decoder.columns(1) == [None]
