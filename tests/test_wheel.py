"""What is published: a source archive whose tests run, and a wheel of it that reads a digit without PyTorch."""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A folder with the source archive, and the wheel built of what it holds."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def wheel(published) -> Path:
    (built,) = published.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(published, tmp_path_factory) -> Path:
    """The source archive, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    (archive,) = published.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        members.extractall(folder, filter="data")
    (inside,) = folder.iterdir()
    return inside


def test_the_source_archive_holds_what_make_test_needs(unpacked):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()
    for folder in ("src", "tests", "benchmarks", "docs", "guide", "release"):
        files = {file.relative_to(ROOT) for file in (ROOT / folder).rglob("*") if file.is_file()}
        kept = {file for file in files if not any(part.startswith((".", "__pycache__")) for part in file.parts)}
        assert {file for file in kept if not (unpacked / file).is_file()} == set()


def test_the_tests_of_the_source_archive_run(unpacked):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_errors.py", "tests/data/test_idx.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked / "src")},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_reads_a_digit_in_an_empty_environment(wheel, mnist, tmp_path):
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--constraint", ROOT / "requirements.lock", wheel]
    subprocess.run([python, *install], check=True, capture_output=True)
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "seven.png")

    tenfold = tmp_path / "empty" / "bin" / "tenfold"
    read = subprocess.run([tenfold, "predict", tmp_path / "seven.png"], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    assert read.stdout.split()[1] == "7"

    packages = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "torch" not in packages
    for command in ("train", "demo"):
        done = subprocess.run([tenfold, command], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert 'pip install "tenfold[train]"' in done.stderr
        assert len(done.stderr.splitlines()) == 1

    done = subprocess.run([tenfold, "serve"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr.count('pip install "tenfold[serve]"')) == (2, 1), done.stderr

    installed = next((tmp_path / "empty" / "lib").glob("python*/site-packages/tenfold"))
    assert (installed / "py.typed").is_file()
    assert (installed / "__init__.pyi").is_file()
    assert (installed / "report" / "report.css").is_file()
    assert (installed / "model" / "reader" / "model.onnx").is_file()
    assert (installed / "model" / "model-card.md").read_bytes() == (ROOT / "docs" / "model-card.md").read_bytes()
    assert (installed / "serve" / "page" / "index.html").is_file()
