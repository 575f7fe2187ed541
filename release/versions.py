"""Which version is to be released, and whether all files that name it agree."""

import ast
import re
from pathlib import Path

__all__ = ["VersionError", "agreed_version", "is_dated"]


class VersionError(ValueError):
    """Files name different versions; the message says which, and what to change."""


def agreed_version(root: Path) -> str:
    """Give the version that `root` would release.

    Args:
        root: The repository.

    Returns:
        The version, as `src/tenfold/__init__.py` has it.

    Raises:
        VersionError: `CITATION.cff` or the newest section of `CHANGELOG.md` is of another version.
    """
    version = _of_package(root / "src" / "tenfold" / "__init__.py")
    cited = _found(r"^version: (\S+)$", root / "CITATION.cff")
    changed = _found(r"^## (\S+)", root / "CHANGELOG.md")
    for place, other in {"CITATION.cff": cited, "the newest section of CHANGELOG.md": changed}.items():
        if other != version:
            raise VersionError(f"src/tenfold/__init__.py is of version {version}, {place} of {other}: make them agree")
    return version


def is_dated(root: Path) -> bool:
    """Say whether the newest section of `CHANGELOG.md` has its day, and does not say `unreleased`."""
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", _found(r"^## \S+ – (.+)$", root / "CHANGELOG.md")))


def _of_package(file: Path) -> str:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
        if named and isinstance(node, ast.Assign):
            return str(ast.literal_eval(node.value))
    raise VersionError(f"{file} has no __version__")


def _found(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise VersionError(f"{file.name} names no version: expected a line like {pattern}")
    return found[1]
