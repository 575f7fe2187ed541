"""Pictures in folders: by class, and by `labels.csv`."""

import io

import numpy as np
import PIL.Image
import pytest

from tenfold.data.examples import DIGITS, as_examples
from tenfold.data.folders import (
    decode_image,
    encode_image,
    read_class_folders,
    read_labelled_folder,
    write_class_folders,
    write_labelled_folder,
)
from tenfold.errors import DataError, PictureError

IMAGES = (np.arange(3 * 784) % 256).astype(np.uint8).reshape(3, 28, 28)
EXAMPLES = as_examples(IMAGES, [7, 0, 9], origin="test")


def picture(mode="L", size=(28, 28), form="PNG"):
    stream = io.BytesIO()
    PIL.Image.new(mode, size).save(stream, format=form)
    return stream.getvalue()


def with_labels(folder, table, *names):
    folder.mkdir()
    (folder / "labels.csv").write_text(table, encoding="utf-8")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(encode_image(IMAGES[0]))
    return folder


class TestDecode:
    def test_a_picture_is_read_as_it_was_stored(self):
        assert np.array_equal(decode_image(encode_image(IMAGES[1])), IMAGES[1])

    @pytest.mark.parametrize(("mode", "form"), [("1", "PNG"), ("RGB", "BMP"), ("L", "JPEG"), ("L", "TIFF")])
    def test_other_formats_become_grey(self, mode, form):
        assert decode_image(picture(mode, form=form)).shape == (28, 28)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (picture(size=(250, 20)), "expected a picture of 28×28 pixels, got 250×20"),
            (picture("RGBA"), "expected a picture in 8-bit grey, got Pillow's mode RGBA"),
            (picture("I;16"), "expected a picture in 8-bit grey, got Pillow's mode I;16"),
            (picture()[:50], "got a damaged or other file"),
            (b"", "got a damaged or other file"),
            (b"%PDF-1.7", "got a damaged or other file"),
        ],
    )
    def test_anything_else_is_told(self, content, message):
        with pytest.raises(DataError, match=message):
            decode_image(content)

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_a_picture_that_claims_to_be_huge_is_not_decoded(self):
        bomb = bytearray(picture())
        bomb[16:24] = (60_000).to_bytes(4, "big") * 2
        with pytest.raises(DataError, match="expected a picture"):
            decode_image(bytes(bomb))


class TestClassFolders:
    def test_what_is_written_is_read_back_by_class(self, tmp_path):
        write_class_folders(tmp_path / "out", EXAMPLES)
        read = read_class_folders(tmp_path / "out")
        assert read.labels.tolist() == [0, 7, 9]
        assert np.array_equal(read.images, IMAGES[[1, 0, 2]])
        assert read.classes == DIGITS

    def test_a_class_without_pictures_is_kept(self, tmp_path):
        write_class_folders(tmp_path / "out", as_examples(IMAGES, [0, 2, 2], origin="", classes=("a", "b", "c")))
        read = read_class_folders(tmp_path / "out")
        assert read.classes == ("a", "b", "c")
        assert read.labels.tolist() == [0, 2, 2]

    def test_hidden_and_other_files_are_left_out(self, tmp_path):
        write_class_folders(tmp_path / "out", EXAMPLES)
        (tmp_path / "out" / "7" / "Thumbs.db").write_bytes(b"")
        (tmp_path / "out" / "7" / "._a.png").write_bytes(b"")
        (tmp_path / "out" / ".git").mkdir()
        assert len(read_class_folders(tmp_path / "out").images) == 3

    def test_a_picture_that_cannot_be_read_is_named(self, tmp_path):
        write_class_folders(tmp_path / "out", EXAMPLES)
        (tmp_path / "out" / "3" / "bad.png").write_bytes(picture(size=(9, 9)))
        with pytest.raises(DataError, match=r"3/bad\.png: expected a picture of 28×28 pixels, got 9×9"):
            read_class_folders(tmp_path / "out")

    def test_a_class_that_cannot_be_a_folder_is_refused(self, tmp_path):
        examples = as_examples(IMAGES, [0, 0, 1], origin="", classes=("Bag", "T-shirt/top"))
        with pytest.raises(DataError, match=r"got 'T-shirt/top'; write a folder with labels\.csv instead"):
            write_class_folders(tmp_path / "out", examples)
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_with_files_is_not_written_over(self, tmp_path):
        (tmp_path / "precious.txt").write_text("mine")
        with pytest.raises(DataError, match="there is a folder with files in it; name a new one"):
            write_class_folders(tmp_path, EXAMPLES)
        assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


class TestLabelledFolder:
    def test_what_is_written_is_read_back_in_order(self, tmp_path):
        write_labelled_folder(tmp_path / "out", EXAMPLES)
        read = read_labelled_folder(tmp_path / "out")
        assert read.labels.tolist() == [7, 0, 9]
        assert np.array_equal(read.images, IMAGES)

    def test_an_empty_folder_that_is_there_is_written_to(self, tmp_path):
        write_labelled_folder(tmp_path, EXAMPLES)
        assert len(read_labelled_folder(tmp_path).images) == 3

    def test_other_columns_other_order_and_a_byte_order_mark_do_not_matter(self, tmp_path):
        table = '\ufeffwriter,label,file\n"Doe, J.", 4 ,inner/a.png\n'
        read = read_labelled_folder(with_labels(tmp_path / "x", table, "inner/a.png"))
        assert read.labels.tolist() == [4]

    def test_words_are_classes(self, tmp_path):
        folder = with_labels(tmp_path / "x", "file,label\na.png,Trouser\nb.png,Bag\n", "a.png", "b.png")
        read = read_labelled_folder(folder)
        assert read.classes == ("Bag", "Trouser")
        assert read.labels.tolist() == [1, 0]
        assert read.files == (str(folder / "a.png"), str(folder / "b.png"))

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("", "expected the columns file and label, got an empty file"),
            ("name,digit\na.png,3\n", "expected the columns file and label, got name, digit"),
            ("file,label\n", "expected at least one image, got none"),
            ("file,label\na.png,1\na.png\n", "line 3: expected a file and a label, got an empty cell"),
            ("file,label\n,1\n", "line 2: expected a file and a label, got an empty cell"),
            ("file,label\n../a.png,1\n", r"line 2: expected a file inside the folder, got \.\./a\.png"),
            ("file,label\nb/../../a.png,1\n", "line 2: expected a file inside the folder"),
            ("file,label\n/etc/passwd,1\n", "line 2: expected a file inside the folder, got /etc/passwd"),
            ("file,label\nb.png,1\na.png,2\nc.png,3\n", r"line 2: there is no file b\.png; line 4: there is no file c"),
            ("file,label\n" + "b.png,1\n" * 9, r"line 6: there is no file b\.png; and 4 more lines"),
        ],
    )
    def test_a_malformed_table_is_told(self, tmp_path, table, message):
        folder = with_labels(tmp_path / "x", table, "a.png")
        with pytest.raises(DataError, match=message):
            read_labelled_folder(folder)

    def test_a_table_in_another_encoding_is_told(self, tmp_path):
        folder = with_labels(tmp_path / "x", "", "a.png")
        (folder / "labels.csv").write_bytes("file,label\nä.png,1\n".encode("latin-1"))
        with pytest.raises(DataError, match="expected text in UTF-8, got other bytes"):
            read_labelled_folder(folder)

    def test_another_decoder_can_be_given(self, tmp_path):
        folder = with_labels(tmp_path / "x", "file,label\na.png,1\n", "a.png")
        read = read_labelled_folder(folder, lambda content: np.full((28, 28), len(content) % 256, np.uint8))
        assert np.unique(read.images).tolist() == [len(encode_image(IMAGES[0])) % 256]

    def test_what_a_decoder_refuses_is_told_with_the_name_of_the_file(self, tmp_path):
        def refuse(_content):
            raise PictureError("expected ink, got none")

        folder = with_labels(tmp_path / "x", "file,label\na.png,1\n", "a.png")
        with pytest.raises(DataError, match=r"a\.png: expected ink, got none"):
            read_labelled_folder(folder, refuse)

    def test_a_decoder_that_gives_another_shape_is_told(self, tmp_path):
        folder = with_labels(tmp_path / "x", "file,label\na.png,1\n", "a.png")
        with pytest.raises(DataError, match=r"a\.png: expected images of shape"):
            read_labelled_folder(folder, lambda _: np.zeros((9, 9), np.uint8))
