"""The table of known data sets."""

import pytest

from tenfold.data.catalogue import DATASETS


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
