"""The wheel installs into an empty environment and reads a digit there, without PyTorch."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


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
    assert (installed / "report" / "report.css").is_file()
    assert (installed / "model" / "reader" / "model.onnx").is_file()
    assert (installed / "serve" / "page" / "index.html").is_file()
