"""What people have is opened as a digit or page by page, and what is no picture refused in clear words."""

import errno
import io
from io import BytesIO

import numpy as np
import pytest
from pdfs import LOCKED_PDF
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.opening import LONGEST_SIDE, count_pages, open_digit, open_pages


def pdf(pages):
    stream = BytesIO()
    first, *rest = [Image.new("L", (248, 351), 255 - number % 200) for number in range(pages)]
    first.save(stream, "PDF", save_all=True, append_images=rest)
    return stream.getvalue()


def png(picture):
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def first_page(*given, **options):
    return next(open_pages(*given, **options))


WAYS = pytest.mark.parametrize("way", [lambda *given, **options: open_digit(*given, **options)[0], first_page])


def test_every_page_of_a_tiff_comes_in_its_order():
    stream = BytesIO()
    pages = [Image.new("L", (50, 40), level) for level in (10, 120, 250)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    assert [int(page.mean()) for page in open_pages(stream.getvalue())] == [10, 120, 250]
    assert count_pages(stream.getvalue()) == 3


def test_pages_are_shrunk_to_what_reading_needs():
    stream = BytesIO()
    Image.new("L", (6000, 4000), 255).save(stream, "PNG")
    [page] = open_pages(stream.getvalue())
    assert max(page.shape) <= 1.1 * LONGEST_SIDE


def test_a_scan_of_30000_pixels_is_read():
    stream = BytesIO()
    Image.new("L", (30_000, 2_000), 255).save(stream, "PNG")
    [page] = open_pages(stream.getvalue())
    assert page.shape[1] > LONGEST_SIDE


def test_a_scan_of_30000_pixels_both_ways_is_refused():
    stream = BytesIO()
    Image.new("1", (30_000, 30_000), 1).save(stream, "TIFF", compression="group4")
    with pytest.raises(PictureError, match="too large.*200 dots per inch"):
        list(open_pages(stream.getvalue()))


def test_the_camera_is_held_upright_by_exif():
    stream = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (60, 30), 255).save(stream, "JPEG", exif=exif)
    assert next(iter(open_pages(stream.getvalue()))).shape == (60, 30)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\nnothing more", "the PDF cannot be opened"),
        (b"student,id\n", "not a picture that can be opened"),
        (pdf(1)[:300], "the PDF cannot be opened"),
    ],
)
def test_what_is_no_page_is_refused_in_words(content, message):
    with pytest.raises(PictureError, match=message):
        list(open_pages(content))


def test_pages_are_grey_bytes():
    for page in open_pages(pdf(2)):
        assert page.dtype == np.uint8
        assert page.ndim == 2


class Pipe(io.RawIOBase):
    """A stream that can be read once, as standard input or an answer over HTTP is."""

    def __init__(self, content):
        self.content = content

    def readable(self):
        return True

    def read(self, size=-1):
        content, self.content = self.content, b""
        return content


@WAYS
def test_whatever_holds_a_picture_is_opened(way, mnist, tmp_path):
    seven = mnist.x_test[0]
    content, file = png(seven), tmp_path / "seven.png"
    file.write_bytes(content)
    with file.open("rb") as stream:
        stream.read(10)
        given = [str(file), file, content, bytearray(content), memoryview(content), stream, stream, BytesIO(content)]
        for picture in [*given, Pipe(content), Image.open(file), Image.fromarray(seven), seven, seven[..., None]]:
            assert np.array_equal(way(picture), seven)


@WAYS
def test_an_array_is_held_to_the_limit_as_a_file_is(way, mnist):
    for picture in (mnist.x_test[0], Image.fromarray(mnist.x_test[0]), png(mnist.x_test[0])):
        assert way(picture, pixels=784).shape == (28, 28)
        with pytest.raises(PictureError, match="too large: 28×28 pixels, and at most 783 are read"):
            way(picture, pixels=783)


@WAYS
def test_a_pillow_image_is_turned_as_its_file_is_and_stays_what_it_was(way):
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    Image.linear_gradient("L").resize((600, 900)).save(stream, "JPEG", exif=exif)
    image = Image.open(stream)
    assert way(image).shape == way(stream).shape
    assert way(image).shape[1] > way(image).shape[0]
    assert image.size == (600, 900)
    assert image.getexif()[0x0112] == 6


def test_of_a_pillow_image_the_frame_that_it_is_at_is_read():
    stream = BytesIO()
    pages = [Image.new("L", (50, 40), level) for level in (10, 120, 250)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    image = Image.open(stream)
    image.seek(1)
    assert [int(page.mean()) for page in open_pages(image)] == [120]
    assert image.tell() == 1


@WAYS
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_picture_of_any_depth_is_turned_upright(way, depth):
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    Image.fromarray(np.full((30, 60), 255, depth)).save(stream, "PNG", exif=exif)
    assert way(stream).shape == (60, 30)


@WAYS
@pytest.mark.parametrize("picture", [None, 7, 3.5, [1, 2], [[0, 255], [255, 0]], {"a": 1}, np.uint8(3), object()])
def test_what_cannot_be_a_picture_is_refused_by_type(way, picture):
    expected = f"expected a path, .* a Pillow image or a NumPy array, got {type(picture).__name__}"
    with pytest.raises(PictureError, match=expected):
        way(picture)


@WAYS
def test_a_file_of_text_and_a_closed_one_are_refused(way, tmp_path):
    file = tmp_path / "seven.png"
    file.write_bytes(b"anything")
    with file.open() as text, pytest.raises(PictureError, match=r'opened to read bytes, as by open\(path, "rb"\)'):
        way(text)
    with file.open("rb") as closed:
        pass
    with pytest.raises(PictureError, match="the open file cannot be read: .*closed"):
        way(closed)
    assert count_pages(closed) == 1

    class Odd:
        def read(self):
            return "text"

    with pytest.raises(PictureError, match="expected an open file that gives bytes, got str"):
        way(Odd())


@WAYS
def test_what_is_wrong_with_a_file_begins_with_its_path_and_of_bytes_names_none(way, tmp_path, monkeypatch):
    noise = png(np.random.default_rng(0).integers(0, 255, (28, 28), np.uint8))
    wrong = {
        "nothing.png": (None, "there is no such file"),
        "empty.png": (b"", "the file is empty: expected a picture or a PDF"),
        "text.png": (b"hello", "not a picture that can be opened: expected one of PNG, .*"),
        "locked.pdf": (LOCKED_PDF, "the PDF cannot be opened: it is encrypted: save a copy without a password"),
        "half.png": (noise[:300], "the picture is damaged: .*"),
    }
    for name, (content, message) in wrong.items():
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
            with pytest.raises(PictureError, match=f"^{message}$"):
                way(content)
        for path in (file, str(file)):
            with pytest.raises(PictureError, match=f"^{file}: {message}$"):
                way(path)
    with pytest.raises(PictureError, match=f"^{tmp_path}: got a folder: expected a picture, "):
        way(tmp_path)
    with pytest.raises(PictureError, match="^null\0byte.png: cannot be read: "):
        way("null\0byte.png")

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tenfold.picture.decode.content_of_file", refuse)  # root may read everything
    with pytest.raises(PictureError, match=r"/seven\.png: no permission$"):
        way(tmp_path / "seven.png")


def test_pages_are_counted_without_being_lost(tmp_path):
    content = pdf(3)
    file = tmp_path / "three.pdf"
    file.write_bytes(content)
    with file.open("rb") as stream:
        for picture in (content, file, stream):
            assert count_pages(picture) == 3
            assert len(list(open_pages(picture))) == 3
    pipe = Pipe(content)
    assert count_pages(pipe) == 1  # to count them it would have to be read
    assert len(list(open_pages(pipe))) == 3
    for other in (np.zeros((9, 9), np.uint8), Image.new("L", (9, 9)), b"hello", tmp_path / "none.pdf", None):
        assert count_pages(other) == 1


def test_a_tiff_that_breaks_off_gives_the_pages_before():
    stream = BytesIO()
    pages = [Image.effect_noise((60, 50), 50) for _ in range(3)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    content = bytearray(stream.getvalue())
    content[int.from_bytes(content[4:8], "little") :] = content[int.from_bytes(content[4:8], "little") : -2000]
    opened = open_pages(bytes(content))
    assert next(opened).shape == (50, 60)
    with pytest.raises(PictureError, match="the picture is damaged"):
        list(opened)
