"""Any picture file becomes a page in grey; anything else is a clear error, and costs little."""

import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfs import pdf_of
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.decode import LIMIT, decoding
from tenfold.picture.opening import DIGIT_SIDE, open_digit


@pytest.fixture
def seven(mnist) -> np.ndarray:
    return mnist.x_test[0]


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    content = BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def grey(picture: Image.Image, kind: str = "PNG", **options) -> np.ndarray:
    return open_digit(encoded(picture, kind, **options))[0]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "PPM"])
def test_lossless_formats_give_the_pixels(seven, kind):
    assert np.array_equal(grey(Image.fromarray(seven), kind), seven)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "HEIF"])
def test_lossy_formats_give_nearly_the_pixels(seven, kind):
    pytest.importorskip("pillow_heif").register_heif_opener()
    assert np.abs(grey(Image.fromarray(seven), kind, quality=95).astype(int) - seven).mean() < 4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "I;16", "I", "F"])
def test_every_depth_and_colour_mode_gives_the_same(seven, mode):
    picture = Image.fromarray(seven)
    deep = {"I;16": np.uint16, "I": np.int32, "F": np.float32}
    if mode in deep:
        picture = Image.fromarray((seven.astype(np.uint16) * 257).astype(deep[mode]))
    else:
        picture = picture.quantize(256) if mode == "P" else picture.convert(mode)
    assert np.abs(grey(picture, "TIFF").astype(int) - seven).max() <= 3


def test_deep_pictures_of_a_narrow_range_keep_it(seven):
    assert np.abs(grey(Image.fromarray(seven.astype(np.uint16) * 16)).astype(int) - seven).max() <= 1


def test_one_bit_pictures_are_read(seven):
    assert np.array_equal(grey(Image.fromarray(seven > 127)), np.where(seven > 127, 255, 0))


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_canvas_shows(seven, ink):
    canvas = np.full((28, 28, 4), ink, np.uint8)
    canvas[..., 3] = seven
    assert np.abs(grey(Image.fromarray(canvas)).astype(int) - (seven if ink else 255 - seven)).max() <= 1


def test_transparent_corners_are_taken_for_paper():
    screenshot = np.full((60, 60, 4), (200, 200, 200, 255), np.uint8)
    screenshot[:6, :6, 3] = 0
    assert grey(Image.fromarray(screenshot)).min() == 200


def test_a_colour_as_light_as_its_paper_still_shows():
    page = np.full((40, 40, 3), (255, 255, 255), np.uint8)
    page[10:30, 18:22] = (255, 240, 0)
    assert np.ptp(grey(Image.fromarray(page))) > 200


def test_a_camera_held_sideways_is_turned(seven):
    exif = Image.Exif()
    exif[0x0112] = 6
    page, steps = open_digit(encoded(Image.fromarray(np.rot90(seven)), "TIFF", exif=exif))
    assert np.array_equal(page, seven)
    assert steps == ("turned",)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_is_taken(seven, kind):
    first, second = Image.fromarray(seven), Image.fromarray(255 - seven)
    content = encoded(
        first, kind, save_all=True, append_images=[second], **({"lossless": True} if kind == "WEBP" else {})
    )
    page, steps = open_digit(content)
    assert np.abs(page.astype(int) - seven).max() <= 3
    assert steps == ("first frame taken",)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "CMYK", "I;16"])
@pytest.mark.parametrize("size", [(3000, 2000), (3, 4000)])
def test_big_pictures_become_pages(mode, size):
    page = grey(Image.new(mode, size), "TIFF")
    assert max(page.shape) == DIGIT_SIDE
    assert min(page.shape) == pytest.approx(DIGIT_SIDE * min(size) / max(size), abs=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello", "not a picture that can be opened: expected one of PNG"),
        (b"\x89PNG\r\n\x1a\n", "damaged|not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.7 and nothing more", "the PDF cannot be opened"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(content, message):
    with pytest.raises(PictureError, match=message):
        open_digit(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_truncated_picture_is_refused(seven, kind):
    whole = encoded(Image.fromarray(seven), kind)
    with pytest.raises(PictureError, match="damaged|not a picture"):
        open_digit(whole[: len(whole) // 2])


def png_with(content: bytes, name: bytes, data: bytes, checksum: int) -> bytes:
    """Put a chunk into a PNG file, behind its first."""
    chunk = len(data).to_bytes(4) + name + data + checksum.to_bytes(4)
    return content[:33] + chunk + content[33:]


@pytest.mark.parametrize("name", [b"tEXt", b"iCCP", b"eXIf", b"zTXt"])
def test_damaged_metadata_is_left_out(seven, name):
    content = png_with(encoded(Image.fromarray(seven)), name, b"Comment\x00\x00x", 7)
    assert np.array_equal(open_digit(content)[0], seven)


def test_damaged_pixels_are_refused(seven):
    content = png_with(encoded(Image.fromarray(seven)), b"IDAT", b"xx", 7)
    with pytest.raises(PictureError, match="damaged|not a picture"):
        open_digit(content)


def test_a_chunk_longer_than_its_file_is_refused(seven):
    content = encoded(Image.fromarray(seven))
    with pytest.raises(PictureError, match="damaged|not a picture"):
        open_digit(content[:33] + (2**31).to_bytes(4) + b"tEXt")


@pytest.mark.parametrize("size", [(1, 1), (2, 28), (1, 20_000)])
def test_pictures_too_small_for_a_digit_are_refused(size):
    with pytest.raises(PictureError, match=rf"too small: {size[0]}×{size[1]} pixels"):
        open_digit(encoded(Image.new("L", size)))


def test_the_most_pixels_can_be_set():
    content = encoded(Image.new("L", (100, 100)))
    assert open_digit(content, pixels=10_000)[0].shape == (100, 100)
    with pytest.raises(PictureError, match="too large: 100×100 pixels, and at most 9,999 are read"):
        open_digit(content, pixels=9_999)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"])
def test_the_limit_of_pillow_does_not_count_and_stays(monkeypatch, kind):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    content = encoded(Image.new("L", (100, 100)), kind)
    assert open_digit(content, pixels=10_000)[0].shape == (100, 100)
    with pytest.raises(PictureError, match="too large: 100×100 pixels, and at most 9,999 are read"):
        open_digit(content, pixels=9_999)
    with pytest.raises(PictureError, match="too large: .* are read; make it smaller"):
        open_digit(content, pixels=999)
    assert Image.MAX_IMAGE_PIXELS == 1000


@pytest.mark.parametrize("side", [9_000, 14_000, 60_000])
def test_every_picture_above_the_limit_is_told_its_size_and_the_limit(side):
    with pytest.raises(PictureError, match=rf"too large: {side}×{side} pixels, and at most {LIMIT:,} are read"):
        open_digit(large_png(side))


def large_png(side: int) -> bytes:
    """Make a small PNG that says how many pixels a side it has."""
    png = bytearray(encoded(Image.new("L", (28, 28))))
    png[16:24] = side.to_bytes(4, "big") * 2
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4, "big")
    return bytes(png)


def large_headers() -> dict[str, bytes]:
    """Small files that say they are 60,000 pixels a side."""
    gif = bytearray(encoded(Image.new("L", (28, 28)), "GIF"))
    gif[6:10] = (60_000).to_bytes(2, "little") * 2
    bmp = bytearray(encoded(Image.new("L", (28, 28)), "BMP"))
    bmp[18:26] = (60_000).to_bytes(4, "little") * 2
    jpeg = bytearray(encoded(Image.new("L", (28, 28)), "JPEG"))
    start = jpeg.index(b"\xff\xc0")
    jpeg[start + 5 : start + 9] = (60_000).to_bytes(2, "big") * 2
    return {
        "PNG": large_png(60_000),
        "GIF": gif,
        "BMP": bmp,
        "JPEG": jpeg,
        "PPM": b"P5 60000 60000 255\n",
        "PDF": pdf_of(20_000, 20_000),
    }


def test_small_files_that_unpack_to_much_cost_little_memory(tmp_path):
    for kind, content in large_headers().items():
        (tmp_path / f"large.{kind.lower()}").write_bytes(content)
    check = (
        "import resource, sys, pathlib\n"
        "from tenfold.errors import PictureError\n"
        "from tenfold.picture.prepare import prepare\n"
        "import pypdfium2, cv2\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        prepare(file)\n"
        "    except PictureError as error:\n"
        "        print(file.suffix, error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", check, str(tmp_path)], capture_output=True, text=True, check=True)
    *refused, megabytes = done.stdout.splitlines()
    assert len(refused) == 6
    assert all("too large" in line for line in refused)
    assert int(megabytes) < 100


def test_without_its_reader_heic_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PictureError, match=r"pip install 'tenfold\[heic\]'"):
        open_digit(b"\0\0\0\x18ftypheic" + bytes(100))


STARTS = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"\xff\xd8\xff",
    b"P5 28 28 255\n",
    b"II*\0",
    b"RIFF\0\0\0\0WEBPVP8 ",
    b"%PDF-1.4\n",
    b"\0\0\0\x18ftypheic",
]


@given(st.binary(max_size=200), st.sampled_from(STARTS))
def test_any_bytes_give_a_page_or_a_picture_error(content, start):
    with suppress(PictureError):
        assert open_digit(start + content)[0].ndim == 2


@given(st.data(), st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "PPM", "PDF"]))
def test_any_damage_gives_a_page_or_a_picture_error(data, kind):
    content = bytearray(encoded(Image.linear_gradient("L").resize((20, 30)), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        assert open_digit(bytes(content))[0].ndim == 2


def test_a_palette_that_is_broken_is_damage(seven):
    content = encoded(Image.fromarray(seven).convert("P"))
    place = content.index(b"PLTE")
    size = int.from_bytes(content[place - 4 : place])
    for colours in (b"", b"\0" * (size - 1), b"\0" * 3 * 300):
        chunk = b"PLTE" + colours
        broken = len(colours).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
        with suppress(PictureError):
            assert open_digit(content[: place - 4] + broken + content[place + size + 8 :])[0].shape == (28, 28)
    with pytest.raises(PictureError, match="damaged: a part of it is not what it should be"), decoding():
        raise AssertionError
