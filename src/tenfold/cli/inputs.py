"""The files that a command is given, and how one that fails is told while the others go on."""

import glob
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tenfold.errors import PictureError
from tenfold.files import MOST_BYTES, PARTIAL, is_regular, read_at_most

__all__ = ["files", "name_what_is_kept", "report_failure", "shown", "standard_input", "width_of"]


WIDEST_NAME = 40
"""Columns that a file name takes at most, so that one long name does not move what stands beside all others."""


def files(names: Iterable[str]) -> Iterator[str]:
    """Expand folders and globs; what names nothing stays as it is and fails later, by name."""
    from tenfold.data.folders import SUFFIXES

    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and is_regular(each))
            yield from map(str, inside) if inside else [name]
        elif not path.exists() and any(sign in name for sign in "*?["):
            yield from sorted(glob.glob(name, recursive=True)) or [name]  # noqa: PTH207 (Path has no glob of any path)
        else:
            yield name


def standard_input() -> bytes:
    """Read standard input to its end.

    Raises:
        PictureError: It has more than a file may have, or no end.
    """
    content = read_at_most(sys.stdin.buffer, MOST_BYTES)
    if len(content) > MOST_BYTES:
        raise PictureError(f"standard input is too large: at most {MOST_BYTES:,} bytes are read")
    return bytes(content)


def name_what_is_kept(places: Sequence[Path]) -> Callable[..., None]:
    """Give what ends an `ExitStack` where a run breaks off: it says where that of each table is which was written."""

    def name(kind: type[BaseException] | None, *_: object) -> None:
        kept = [part for place in places if kind and (part := place.with_name(place.name + PARTIAL)).exists()]
        if kept:
            print(f"tenfold: what was read until then is in {', '.join(map(shown, map(str, kept)))}", file=sys.stderr)

    return name


def report_failure(name: str, error: str, *, as_json: bool, page: int | None = None) -> None:
    """Say that one of several inputs failed, or a page of one.

    Args:
        name: The input; the command names it, so the message does not.
        error: What was expected, what came, and what to do.
        as_json: Say so on standard output, as JSON.
        page: The page, where the input has several.
    """
    if as_json:
        print(json.dumps({"file": name, **({"page": page} if page else {}), "error": error}), flush=True)
    else:
        where = f"{name}, page {page}" if page else name
        print(f"tenfold: {shown(f'{where}: {error}')}", file=sys.stderr)


def width_of(names: Iterable[str]) -> int:
    """Give how many columns file names take, so that what is said of each stands under one another."""
    return min(WIDEST_NAME, max((len(shown(name)) for name in names), default=0))


def shown(text: str) -> str:
    """Give text, such as a file's name, as a terminal may have it: what is no sign, or would steer it, is escaped."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
