"""The way in: what something is, and what is wrong with it."""

import shutil

import numpy as np
import pytest
from PIL import Image

import tenfold
from tenfold.doctor.diagnose import diagnose
from tenfold.errors import DataError, ModelError


def test_healthy_things_have_no_fault(mnist, model, tmp_path):
    tenfold.save_data(((mnist.x_train[:1000], mnist.y_train[:1000]), (mnist.x_test, mnist.y_test)), tmp_path / "a.npz")
    tenfold.save_examples(mnist.x_test[:80], mnist.y_test[:80], tmp_path / "classes", format="classes")
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "seven.png")
    for source, kind in {
        "mnist": "data",
        tmp_path / "a.npz": "data",
        tmp_path / "classes": "data",
        tmp_path / "seven.png": "picture",
        model.folder: "model",
        "shipped": "model",
        model.folder / "model.onnx": "onnx",
    }.items():
        found = diagnose(source)
        assert (found.kind, found.faults, found.healthy) == (kind, (), True)
        assert found.facts
    assert diagnose(tmp_path / "seven.png").facts[0].startswith("read as 7, ")


def test_faults_of_both_splits_and_between_them_are_told(mnist, tmp_path):
    train = mnist.x_train[:500].swapaxes(1, 2), mnist.y_train[:500]
    tenfold.save_data((train, (train[0][:50], train[1][:50])), tmp_path / "a.npz")
    told = [fault.told for fault in diagnose(tmp_path / "a.npz").faults]
    assert any(text.startswith("train images: the images are transposed") for text in told)
    assert any(text.startswith("test images: the images are transposed") for text in told)
    assert any(text.startswith("50 of 50 test images are also training images") for text in told)


def test_pictures_in_a_folder_are_told_by_file(mnist, tmp_path):
    for index in range(8):
        level = 0.15 if index in (2, 5) else 1
        picture = np.kron(255 - mnist.x_test[index], np.ones((4, 4), np.uint8))
        Image.fromarray((picture * level).astype(np.uint8)).save(tmp_path / f"{index}.png")
    found = diagnose(tmp_path)
    assert found.kind == "pictures"
    [fault] = found.faults
    assert (fault.kind, fault.count) == ("too-dark", 2)
    assert fault.where == (str(tmp_path / "2.png"), str(tmp_path / "5.png"))
    assert found.to_dict()["faults"][0]["kind"] == "too-dark"


def test_data_that_cannot_be_read_is_a_fault_with_its_lines(mnist, tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\na.png,3\nb.png,4\n")
    [fault] = diagnose(tmp_path).faults
    assert "line 2: there is no file a.png; line 3: there is no file b.png" in fault.told


@pytest.mark.parametrize(
    ("text", "kind"), [("1,250", None), ("٣٤", "other-alphabet"), ("", "unreadable"), ("twelve", "other-alphabet")]
)
def test_texts_of_numbers_are_in_signs_that_are_read(mnist, tmp_path, text, kind):
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text(f'file,text\na.png,"{text}"\n', encoding="utf-8")
    assert [fault.kind for fault in diagnose(tmp_path).faults] == ([kind] if kind else [])


def test_a_damaged_model_is_told(model, tmp_path):
    folder = shutil.copytree(model.folder, tmp_path / "m")
    (folder / "model.onnx").write_bytes(b"damaged")
    [fault] = diagnose(folder).faults
    assert fault.kind == "damaged"
    assert "SHA-256" in fault.told


@pytest.mark.parametrize(("name", "error"), [("none", DataError), ("weights.pt", ModelError), ("a.h5", ModelError)])
def test_what_cannot_be_looked_at_is_an_error(tmp_path, name, error):
    with pytest.raises(error):
        diagnose(tmp_path / name)
