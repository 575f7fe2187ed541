"""What the guide's pages show between fences is typed here as it stands, in a folder that holds what they name."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from guide.pictures import photographed_digit
from guide.snippets import parts_of
from PIL import Image
from sheets import Sheet
from typer.testing import CliRunner

import tenfold
from tenfold.cli import app

DOCS = Path(__file__).parents[2] / "docs"
RUN = ("misread.md", "numbers.md", "promises.md", "own-data.md", "doctor.md", "using.md")
"""Pages whose listings are typed, but for `tenfold serve`, which goes on; other pages have tests of their own."""

REFUSED = {
    "tenfold doctor my-digits.csv": "the images are transposed",
    "tenfold read new-forms/ --model models/mine --max-error 0.01": "that takes at least 299 labelled numbers",
}
"""Commands that do not end with 0, and what they say: images are wrong, as the page shows; three numbers are few."""

IDS = ("781528989", "402135667", "990017284")


def sheet(mnist, texts):
    page = Sheet(mnist.x_test, mnist.y_test)
    for place, text in enumerate(texts):
        page.boxes(text, 200, 150 + 250 * place)
    return Image.fromarray(page.page())


def labelled(folder, mnist, count):
    for place, (image, label) in enumerate(zip(mnist.x_test[:count], mnist.y_test[:count], strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{place}.png")


@pytest.fixture(scope="module")
def desk(mnist, tutorial, tmp_path_factory):
    """A folder with everything that the pages name."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("cells", "ids", "scans", "new-forms", "church", "my-forms"):
        (folder / name).mkdir()
    Image.fromarray(photographed_digit("8")).save(folder / "photo.jpg")
    sheet(mnist, ["_" * 9]).save(folder / "empty.png")
    for name in ("ids", "scans", "new-forms", "my-forms"):
        sheet(mnist, IDS).save(folder / name / "a.png")
    for name in ("cells", "church"):
        Image.fromarray(photographed_digit("3")).save(folder / name / "a.png")
    (folder / "my-forms" / "labels.csv").write_text("file,text\n" + "".join(f"a.png,{text}\n" for text in IDS))
    labelled(folder / "my-digits", mnist, 320)
    labelled(folder / "corrections", mnist, 20)
    turned = mnist.x_test[:300].swapaxes(1, 2)
    tenfold.save_examples(np.ascontiguousarray(turned), mnist.y_test[:300], folder / "my-digits.csv")
    shutil.copytree(tutorial.folder, folder / "models" / "tutorial")
    shutil.copy(tutorial.folder / "model.onnx", folder / "mlp.onnx")
    return folder


def listed(page):
    for part in parts_of(DOCS / page):
        if part.kind in {"sh", "console"}:
            yield from re.findall(r"^(?:\$ )?(tenfold (?!serve)[^\n]*)", part.content, re.MULTILINE)


@pytest.mark.parametrize("page", RUN)
def test_listings_do_what_they_show(page, desk, monkeypatch):
    monkeypatch.chdir(desk)
    for line in listed(page):
        command = re.split(r"\s+#\s", line)[0].strip()
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        said = f"{done.output}{done.exception}"
        assert bool(done.exit_code) == (command in REFUSED), (command, said)
        assert REFUSED.get(command, "") in re.sub(r"\s+", " ", said), (command, said)
