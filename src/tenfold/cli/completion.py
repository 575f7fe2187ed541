"""What a shell completes: recipes, data sets and models by name, and what lies on disk."""

from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["data_names", "fetched_names", "model_names", "recipe_names"]


def recipe_names(incomplete: str) -> list[str]:
    """Give the recipes that begin as what was typed."""
    from tenfold.learn.fitting import AUTO
    from tenfold.learn.recipes import RECIPES

    return _begun((AUTO, *RECIPES), incomplete)


def data_names(incomplete: str) -> list[str]:
    """Give the data sets of images, the files and the folders that begin as what was typed."""
    from tenfold.data.catalogue import DATASETS

    return [*_begun(DATASETS, incomplete), *_paths(incomplete)]


def fetched_names(incomplete: str) -> list[str]:
    """Give what `tenfold fetch` takes and begins as what was typed."""
    from tenfold.data.catalogue import DATASETS, HANDWRITING
    from tenfold.data.typefaces import TYPEFACES

    return _begun(("all", *DATASETS, *HANDWRITING, TYPEFACES), incomplete)


def model_names(incomplete: str) -> list[str]:
    """Give the shipped model, those under `models`, and the folders that begin as what was typed."""
    trained = sorted(file.parent.as_posix() for file in Path("models").glob("*/model.json"))
    folders = (path for path in _paths(incomplete) if path.endswith("/") and path.rstrip("/") not in trained)
    return [*_begun(("shipped", *trained), incomplete), *folders]


def _begun(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _paths(incomplete: str) -> Iterator[str]:
    """Give the files and folders, a slash after each folder, whose path begins as what was typed."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    try:
        inside = sorted(Path(folder or ".").iterdir())
    except OSError:
        return
    for path in inside:
        name = f"{folder}{path.name}{'/' if path.is_dir() else ''}"
        if name.startswith(incomplete) and (not path.name.startswith(".") or incomplete != folder):
            yield name
