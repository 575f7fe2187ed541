"""What README and the guide's first pages tell people to type is run as they would type it."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from guide.snippets import parts_of, snippets_of
from PIL import Image
from typer.main import get_command

from tenfold.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = ["docs/first-five-minutes.md", "docs/misread.md", "docs/using.md"]
"""Pages whose Python is run; the tutorial's is by `test_notebook.py`, README's by its own test below."""


@pytest.fixture
def photo(mnist, tmp_path):
    Image.fromarray(mnist.x_test[0]).resize((280, 280)).save(tmp_path / "photo.jpg")
    return tmp_path


def run_python(code, folder):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_page_is_taken_apart_into_prose_and_code(tmp_path):
    (tmp_path / "page.md").write_text("# A\n\n```sh\nls\n```\nbetween\n```python\nx = 1\n\ny = 2\n```\n")
    assert [(part.kind, part.content.strip()) for part in parts_of(tmp_path / "page.md")] == [
        ("text", "# A"),
        ("sh", "ls"),
        ("text", "between"),
        ("python", "x = 1\n\ny = 2"),
    ]


@pytest.mark.parametrize("page", RUN)
def test_the_python_of_the_first_pages_runs(page, photo):
    for code in snippets_of(ROOT / page, "python"):
        assert run_python(code, photo).strip()


def test_the_python_of_the_readme_runs(photo):
    [code] = snippets_of(ROOT / "README.md", "python")
    (photo / "form.pdf").write_bytes(b"")
    Image.open(photo / "photo.jpg").convert("L").save(photo / "form.pdf")
    run_python(code.replace("epochs=5", "epochs=1"), photo)  # as well, and in a fifth of the time
    assert (photo / "read.csv").is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_all_python_in_the_pages_is_python(page):
    for code in snippets_of(page, "python"):
        ast.parse(code)


def commands_in(page):
    """Every `tenfold …` that stands in a page: in listings for the shell, and in the prose between backticks."""
    for part in parts_of(page):
        text = re.sub(r"\\\n\s*", " ", part.content)
        if part.kind in {"sh", "console", "powershell"}:
            yield from re.findall(r"^(?:\$ )?(tenfold [^\n]*)", text, re.MULTILINE)
        elif part.kind == "text":
            yield from re.findall(r"`(tenfold [^`]*)`", re.sub(r"\s+", " ", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_the_pages_is_one_and_has_the_options_it_is_given(page):
    commands = get_command(app).commands
    for line in commands_in(page):
        _, verb, *rest = [*shlex.split(re.split(r"\s+#\s", line)[0]), ""]
        if verb.startswith("-") or verb.isupper():
            continue  # tenfold --help, tenfold COMMAND
        assert verb in commands, line
        known = {flag for option in commands[verb].params for flag in (*option.opts, *option.secondary_opts)}
        flags = [word.split("=")[0] for word in rest if word.startswith("--")]
        assert {*flags} <= known | {"--help"}, line


def test_the_first_five_minutes_go_as_the_page_says(command, photo):
    for line in commands_in(ROOT / "docs" / "first-five-minutes.md"):
        _, verb, *rest = shlex.split(line)
        if verb == "serve":
            continue  # its own tests start it
        (photo / "scans").mkdir(exist_ok=True)
        Image.new("L", (60, 60), 255).save(photo / "scans" / "blank.png")
        result = command(verb, *rest)
        assert result.status == (0 if verb != "doctor" else result.status), (line, result.err)
    assert (photo / "models" / "tutorial" / "model.json").is_file()
    assert (photo / "report" / "report.html").is_file()
