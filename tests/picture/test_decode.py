"""A 28×28 picture of any kind becomes the image that it shows; anything else is a clear error."""

from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.decode import prepare


@pytest.fixture
def seven(mnist) -> np.ndarray:
    return mnist.x_test[0]


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    content = BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def test_a_test_image_comes_back_untouched(seven, tmp_path):
    Image.fromarray(seven).save(tmp_path / "seven.png")
    prepared = prepare(tmp_path / "seven.png")
    assert np.array_equal(prepared.image, seven)
    assert prepared.steps == ()


def test_dark_ink_on_light_paper_is_inverted_and_says_so(seven):
    prepared = prepare(encoded(Image.fromarray(255 - seven)))
    assert np.array_equal(prepared.image, seven)
    assert prepared.steps == ("inverted",)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "PPM"])
def test_lossless_formats_give_the_same(seven, kind):
    assert np.array_equal(prepare(encoded(Image.fromarray(seven), kind)).image, seven)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_formats_give_nearly_the_same(seven, kind):
    got = prepare(encoded(Image.fromarray(seven), kind, quality=95)).image
    assert np.abs(got.astype(int) - seven).mean() < 4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "I;16", "I"])
def test_every_depth_and_colour_mode_gives_the_same(seven, mode):
    grey = Image.fromarray(seven)
    if mode in {"I;16", "I"}:
        picture = Image.fromarray((seven.astype(np.uint16) * 257).astype(np.uint16 if mode == "I;16" else np.int32))
    elif mode == "P":
        picture = grey.quantize(256)
    else:
        picture = grey.convert(mode)
    got = prepare(encoded(picture, "TIFF")).image
    assert np.abs(got.astype(int) - seven).max() <= 3


def test_one_bit_pictures_are_read(seven):
    assert set(np.unique(prepare(encoded(Image.fromarray(seven > 127))).image)) == {0, 255}


def test_ink_on_a_transparent_canvas_is_ink(seven):
    canvas = np.zeros((28, 28, 4), np.uint8)
    canvas[..., 3] = seven
    prepared = prepare(encoded(Image.fromarray(canvas, "RGBA")))
    assert np.array_equal(prepared.image, seven)
    assert prepared.steps == ("inverted",)


def test_a_camera_held_sideways_is_turned_by_exif(seven):
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare(encoded(Image.fromarray(np.rot90(seven)), "TIFF", exif=exif))
    assert np.array_equal(prepared.image, seven)
    assert prepared.steps == ("turned",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello", "not a picture that can be opened: expected one of PNG"),
        (b"\x89PNG\r\n\x1a\n", "damaged|not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(content, message):
    with pytest.raises(PictureError, match=message):
        prepare(content)


def test_a_truncated_picture_is_refused(seven):
    with pytest.raises(PictureError, match="damaged"):
        prepare(encoded(Image.fromarray(seven))[:120])


@pytest.mark.parametrize("size", [(1, 1), (27, 28), (280, 280), (20_000, 1)])
def test_other_sizes_are_refused_with_what_came(size):
    with pytest.raises(PictureError, match=rf"^expected a picture of 28×28 pixels.*got {size[0]}×{size[1]}"):
        prepare(encoded(Image.new("L", size)))


def test_a_header_of_60000_pixels_a_side_costs_nothing():
    content = bytearray(encoded(Image.new("L", (28, 28))))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(PictureError, match="too large|60000×60000"):
        prepare(bytes(content))


def test_files_that_cannot_be_read_are_refused_by_name(tmp_path):
    with pytest.raises(PictureError, match=r"cannot read .*nothing\.png: No such file"):
        prepare(tmp_path / "nothing.png")
    with pytest.raises(PictureError, match="is a folder that holds no pictures"):
        prepare(tmp_path)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8\xff", b"P5 28 28 255\n"]),
)
def test_any_bytes_give_an_image_or_a_picture_error(content, start):
    with suppress(PictureError):
        assert prepare(start + content).image.shape == (28, 28)
