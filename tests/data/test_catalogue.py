"""The table of known data sets."""

import pytest

from tenfold.data.catalogue import DATASETS, HANDWRITING, PictureFolder


@pytest.mark.parametrize("name", DATASETS)
def test_every_row_is_complete(name):
    dataset = DATASETS[name]
    assert dataset.name == name
    assert len(dataset.classes) == 10
    assert dataset.licence
    assert dataset.homepage.startswith("http")
    assert len(dataset.files) == 4
    for file in dataset.files:
        sha256 = file.sha256 or file.archive.sha256
        assert sha256 is not None
        assert len(bytes.fromhex(sha256)) == 32
    for split in ("train", "test"):
        assert dataset.file(split, "images").shape[0] == dataset.file(split, "labels").shape[0]


@pytest.mark.parametrize("name", HANDWRITING)
def test_every_row_of_other_handwriting_is_complete(name):
    row = HANDWRITING[name]
    assert row.name == name
    assert name not in DATASETS
    assert row.licence == "CC BY 4.0"
    assert row.homepage.startswith("https://doi.org/")
    hashes = [row.sha256] if isinstance(row, PictureFolder) else [file.sha256 for file in row.files]
    assert all(sha256 and len(bytes.fromhex(sha256)) == 32 for sha256 in hashes)
