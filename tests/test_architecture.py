"""The house stands as docs/design.md draws it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tenfold

SOURCE = Path(tenfold.__file__).parent
STANDS_ON = {
    "data": set(),
    "model": set(),
    "picture": set(),
    "page": {"picture", "model"},
    "draw": {"data", "picture", "page"},
    "learn": {"data", "model", "page", "draw"},
    "read": {"picture", "page", "model"},
    "report": {"model"},
    "calibrate": {"data", "draw", "picture", "page", "model", "read"},
    "adapt": {"data", "draw", "picture", "page", "model", "read", "learn", "calibrate"},
    "explain": {"data", "picture", "model", "read", "report"},
    "doctor": {"data", "draw", "picture", "model", "read"},
    "serve": {"adapt", "data", "picture", "page", "model", "read"},
    "site": {"data", "model"},
    "scale": {"data", "learn", "model", "picture", "read"},
    "demo": {"data", "model", "picture", "learn", "read", "report"},
    "cli": {
        *("data", "model", "picture", "learn", "read", "report"),
        *("adapt", "calibrate", "doctor", "explain", "serve", "site", "scale", "demo"),
    },
}
GROUND = {"arrays", "deadline", "errors", "files", "progress", "workers"}


def imports(file: Path) -> set[str]:
    """The rooms that a file imports from, at any depth of the code."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("tenfold.")}
        found |= {name for name in names if name == "tenfold"}
    return found


def room(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    "file", [file for file in sorted(SOURCE.rglob("*.py")) if not file.name.startswith("__")], ids=lambda f: f.name
)
def test_imports_point_down_and_never_across(file: Path):
    here = room(file)
    assert here in GROUND | STANDS_ON.keys(), f"{here} has no place in the house"
    allowed = {here} | GROUND | STANDS_ON.get(here, set())
    if here in {"cli", "demo", "serve"}:
        allowed.add("tenfold")  # the public names, which reach every room
    assert imports(file) <= allowed


def test_only_scale_imports_ray():
    imported = re.compile(r"^\s*(?:import|from) ray\b", re.MULTILINE)
    assert {room(file) for file in SOURCE.rglob("*.py") if imported.search(file.read_text())} == {"scale"}


def modules(file: Path) -> set[str]:
    """The modules of the package that a file imports when it is loaded or type-checked."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tenfold."):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda file: file.name)
def test_no_constant_has_the_name_of_another(file: Path):
    assigned = [node.targets for node in ast.parse(file.read_text()).body if isinstance(node, ast.Assign)]
    named = [name.id for targets in assigned for name in ast.walk(ast.Tuple(targets)) if isinstance(name, ast.Name)]
    constants = [name for name in named if name.isupper()]
    assert len(constants) == len(set(constants))


def test_no_modules_import_one_another_in_a_circle():
    names = {".".join(file.relative_to(SOURCE.parent).with_suffix("").parts): file for file in SOURCE.rglob("*.py")}
    arrows = {name: modules(file) & names.keys() for name, file in names.items()}
    left = dict(arrows)
    while left:
        ends = {name for name, targets in left.items() if not targets & left.keys()}
        assert ends, f"a circle among {sorted(left)}"
        left = {name: targets for name, targets in left.items() if name not in ends}


def test_every_module_stands_in_the_design():
    house = (Path(__file__).parents[1] / "docs" / "design.md").read_text(encoding="utf-8").split("```")
    named: set[str] = set()
    folder = ""
    for line in max(house, key=lambda block: block.count(".py")).splitlines():
        place = re.match(r"(\S+/)", line)
        folder = place[1] if place else folder if line.startswith(" ") else ""
        named |= {folder + name for name in re.findall(r"\b\w+\.py", line)}
    there = {file.relative_to(SOURCE).as_posix() for file in SOURCE.rglob("*.py") if not file.stem.startswith("__")}
    assert named == there


SHARED_TESTS = {"demo.py": "cli/test_demo.py"}
"""Modules whose tests are those of another."""


def test_every_module_has_its_tests():
    tests = Path(__file__).parent
    for file in SOURCE.rglob("*.py"):
        if not file.stem.startswith("__"):
            module = file.relative_to(SOURCE)
            mirror = SHARED_TESTS.get(module.as_posix(), module.with_name(f"test_{file.name}").as_posix())
            assert (tests / mirror).is_file(), f"{module} has no tests/{mirror}"


def test_no_room_is_a_grab_bag():
    names = {file.stem for file in SOURCE.rglob("*")}
    assert not names & {"utils", "common", "core", "base", "misc", "helpers"}


@pytest.mark.parametrize(
    "code",
    [
        "import tenfold",
        "import tenfold.cli",
        "import tenfold; tenfold.load_data, tenfold.RECIPES, tenfold.evaluate, tenfold.load_model, tenfold.Reader",
    ],
)
def test_what_reads_never_imports_pytorch(code: str):
    heavy = "{'torch', 'onnx', 'safetensors', 'matplotlib', 'pyarrow', 'ray'}"
    check = f"import sys; {code}; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_predicting_never_imports_pytorch(model, mnist, tmp_path):
    from PIL import Image

    Image.fromarray(mnist.x_test[0]).save(tmp_path / "seven.png")
    check = (
        "import sys, tenfold; "
        f"assert tenfold.Reader({str(model.folder)!r}).digit({str(tmp_path / 'seven.png')!r}).digit == '7'; "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
