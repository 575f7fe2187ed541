"""Forms: which numbers stand where on a page, written as TOML, or as the same table in JSON."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from tenfold.errors import OptionError
from tenfold.files import read_named
from tenfold.page.align import Anchor
from tenfold.page.quads import Quad
from tenfold.read.lists import Known, load_list
from tenfold.read.types import NUMBERS, NumberType

__all__ = ["MOST_DIGITS", "PAGE_COLUMNS", "Field", "Form", "FormSum", "load_form", "parse_form", "to_table", "to_toml"]

OPENING = """# A form for `tenfold read --form`: which numbers stand where on a page.
#
# Give each field a name of your own and delete those that are not wanted. region is left, top, right, bottom as shares
# of the page's width and height, roughly around what is written. kind is "boxes" or "free"; digits may be left out.
# list = "ids.csv" in a field names the only numbers that can occur there; type = "date", or
# type = {kind = "decimal", decimals = 2, min = 0, max = 100}, says what they are. What adds up is named at the end:
# [[sum]], fields = ["a", "b"], total = "c".

[page]
"""

PAGE_COLUMNS = "file", "page"
"""The first columns of a table of forms."""

MOST_DIGITS = 60
"""Digits of a number, at most."""

FAR_OFF = 10
"""How far off the page the corners of a row may lie, in widths and heights of the page."""

ANCHORS = """# The rows of boxes that other pages are laid on by: how many boxes, then x and y of the corners,
# clockwise from the top left, as shares of the width and height.
"""


@dataclass(frozen=True)
class Field:
    """A place on a form where a number is written.

    Attributes:
        name: What to call it.
        region: Left, top, right and bottom, as shares of the page's width and height.
        kind: In boxes, or free.
        digits: How many digits, or boxes, it has; None for any.
        known: The only numbers that can occur there; None for any.
        type: What they are, a date, an amount; None for any.
    """

    name: str
    region: tuple[float, float, float, float]
    kind: Literal["boxes", "free"] = "boxes"
    digits: int | None = None
    known: Known | None = None
    type: NumberType | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns of a table are called that hold its number, how probable it is, whether it is accepted.

        Where it has a type, one more holds its value.
        """
        value = [f"{self.name}_value"] if self.type else []
        return self.name, f"{self.name}_probability", f"{self.name}_accepted", *value


@dataclass(frozen=True)
class FormSum:
    """Fields of a form that add up to another.

    Attributes:
        fields: The names of those that are added; one that is empty counts as 0.
        total: The name of the one with their sum.
    """

    fields: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class Form:
    """A form.

    Attributes:
        width: Of the page that it was made from, in pixels.
        height: Of the same.
        fields: Its numbers, in their order.
        anchors: The rows of boxes that it is found by, in pixels; where there are none, pages are taken as they lie.
        sums: What adds up.
    """

    width: int
    height: int
    fields: tuple[Field, ...]
    anchors: tuple[Anchor, ...]
    sums: tuple[FormSum, ...] = ()

    def corners(self, field: Field) -> Quad:
        """Give the corners of a field in pixels of the page that the form was made from."""
        left, top, right, bottom = field.region
        shares = (left, top), (right, top), (right, bottom), (left, bottom)
        return tuple((x * self.width, y * self.height) for x, y in shares)


def load_form(path: Path, alphabet: str) -> Form:
    """Read a form.

    Args:
        path: The file.
        alphabet: The signs that the model reads, of which its lists are.

    Raises:
        DataError: The file, or a list that it names, cannot be read.
        OptionError: It is no form; the message names the field and the key.
    """
    return parse_form(read_named(path), alphabet, str(path), path.parent)


def parse_form(content: bytes, alphabet: str, source: str = "the form", folder: Path | None = None) -> Form:
    """Read a form from the content of its file.

    Args:
        content: The TOML; or the same table as JSON, which begins with a brace.
        alphabet: The signs that the model reads, of which its lists are.
        source: What to call it in errors.
        folder: Where the files of its lists are; None where it may name none.

    Raises:
        DataError: A list that it names cannot be read.
        OptionError: It is no form; the message names the field and the key.
    """
    table = _table(content, source)
    _check_keys(table, {"page", "field", "sum"}, source)
    page, fields = table.get("page"), table.get("field")
    if not isinstance(page, dict) or not isinstance(fields, list) or not fields:
        raise OptionError(f"{source} is no form: expected a [page] and at least one [[field]]")
    _check_keys(page, {"width", "height", "anchors"}, f"{source}, [page]")
    width, height = (_whole(page.get(key), 1, 1_000_000, f"{source}, [page], {key}") for key in ("width", "height"))
    anchors = [
        _anchor(row, width, height, f"{source}, [page], anchors, row {number}")
        for number, row in enumerate(_list(page.get("anchors", []), f"{source}, [page], anchors"), 1)
    ]
    found: list[Field] = []
    taken = set(PAGE_COLUMNS)
    for number, entry in enumerate(fields, 1):
        field = _field(entry, number, alphabet, source, folder)
        if shared := taken.intersection(field.columns):
            raise OptionError(f"{source}, field {number}, name: a table has a column {min(shared)!r} already")
        taken.update(field.columns)
        found.append(field)
    sums = [
        _sum(entry, found, f"{source}, sum {number}")
        for number, entry in enumerate(_list(table.get("sum", []), f"{source}, sum"), 1)
    ]
    return Form(width, height, tuple(found), tuple(anchors), tuple(sums))


def _table(content: bytes, source: str) -> dict[str, Any]:
    """Read the table of a form, as TOML or as JSON; no TOML begins with a brace."""
    as_json = content.lstrip().startswith(b"{")
    try:
        table: dict[str, Any] = (json if as_json else tomllib).loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{source} is no {'JSON' if as_json else 'TOML'}: {error}") from error
    return table


def _field(entry: Any, number: int, alphabet: str, source: str, folder: Path | None) -> Field:  # noqa: ANN401
    where = f"{source}, field {number}"
    if not isinstance(entry, dict):
        raise OptionError(f"{where}: expected a table [[field]], got {entry!r}")
    _check_keys(entry, {"name", "region", "kind", "digits", "list", "type"}, where)
    name, kind = entry.get("name"), entry.get("kind", "boxes")
    if not isinstance(name, str) or not name.strip():
        raise OptionError(f"{where}, name: expected a name, got {name!r}")
    where = f"{source}, field {name!r}"
    if kind not in ("boxes", "free"):
        raise OptionError(f'{where}, kind: expected "boxes" or "free", got {kind!r}')
    region = _list(entry.get("region"), f"{where}, region")
    if len(region) != 4 or not all(_is_share(each) for each in region):
        raise OptionError(f"{where}, region: expected left, top, right, bottom from 0 to 1, got {region}")
    left, top, right, bottom = (float(each) for each in region)
    if left >= right or top >= bottom:
        raise OptionError(f"{where}, region: expected left below right and top below bottom, got {region}")
    digits = None if entry.get("digits") is None else _whole(entry["digits"], 1, MOST_DIGITS, f"{where}, digits")
    known = None
    if entry.get("list") is not None:
        if folder is None:
            raise OptionError(f"{where}, list: a form that is sent brings no lists; leave it out and give known")
        known = load_list(folder / str(entry["list"]), alphabet)
        if digits and all(len(each) != digits for each in known.numbers):
            raise OptionError(f"{where}, list: no number on {entry['list']} has {digits} digits")
    number_type = None if entry.get("type") is None else _type(entry["type"], alphabet, f"{where}, type")
    return Field(name, (left, top, right, bottom), cast(Literal["boxes", "free"], kind), digits, known, number_type)


def _type(given: Any, alphabet: str, where: str) -> NumberType:  # noqa: ANN401 (whatever TOML holds)
    try:
        return NumberType.of(given).over(alphabet)
    except OptionError as error:
        raise OptionError(f"{where}: {error}") from error


def _sum(entry: Any, fields: Sequence[Field], where: str) -> FormSum:  # noqa: ANN401 (whatever TOML holds)
    if not isinstance(entry, dict):
        raise OptionError(f"{where}: expected a table [[sum]], got {entry!r}")
    _check_keys(entry, {"fields", "total"}, where)
    added, total = _list(entry.get("fields"), f"{where}, fields"), entry.get("total")
    types = {field.name: field.type for field in fields}
    for name in (*added, total):
        if not isinstance(name, str) or name not in types:
            raise OptionError(f"{where}: expected names of fields, {', '.join(types)}, got {name!r}")
        found = types[name]
        if found is None or found.kind not in NUMBERS:
            raise OptionError(f"{where}: the field {name!r} has no type that adds up, as {', '.join(NUMBERS)}")
    if not added or len({*added, total}) <= len(added):
        raise OptionError(
            f"{where}: expected one or more fields and another for their total, got {added} and {total!r}"
        )
    return FormSum(tuple(added), str(total))


def _anchor(row: Any, width: int, height: int, where: str) -> Anchor:  # noqa: ANN401 (whatever TOML holds)
    boxes, *places = _list(row, where) or [None]
    if len(places) != 8 or not all(_is_number(each) and abs(each) < FAR_OFF for each in places):
        raise OptionError(f"{where}: expected how many boxes and x, y of four corners, got {row}")
    boxes = _whole(boxes, 1, 1000, f"{where}, boxes")
    corners = zip(places[::2], places[1::2], strict=True)
    return Anchor(boxes, tuple((x * width, y * height) for x, y in corners))


def _check_keys(table: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for key in table:
        if key not in allowed:
            raise OptionError(f"{where}: unknown key {key!r}; allowed: {', '.join(sorted(allowed))}")


def _list(value: Any, where: str) -> list[Any]:  # noqa: ANN401 (whatever TOML holds)
    if not isinstance(value, list):
        raise OptionError(f"{where}: expected a list, got {value!r}")
    return value


def _whole(value: Any, least: int, most: int, where: str) -> int:  # noqa: ANN401 (whatever TOML holds)
    if type(value) is not int or not least <= value <= most:
        raise OptionError(f"{where}: expected a whole number from {least} to {most:,}, got {value!r}")
    return value


def _is_number(value: Any) -> bool:  # noqa: ANN401 (whatever TOML holds)
    return type(value) in (int, float)


def _is_share(value: Any) -> bool:  # noqa: ANN401 (whatever TOML holds)
    return _is_number(value) and 0 <= value <= 1


def to_table(form: Form) -> dict[str, Any]:
    """Give a form as the table that its TOML holds, of plain values that JSON can hold; without lists of numbers."""
    fields = [
        {
            "name": field.name,
            "region": [round(share, 4) for share in field.region],
            "kind": field.kind,
            **({"digits": field.digits} if field.digits else {}),
            **({"type": str(field.type)} if field.type else {}),
        }
        for field in form.fields
    ]
    anchors = [[anchor.boxes, *(round(share, 4) for share in _shares(anchor, form))] for anchor in form.anchors]
    table = {"page": {"width": form.width, "height": form.height, "anchors": anchors}, "field": fields}
    return {**table, "sum": [{"fields": list(each.fields), "total": each.total} for each in form.sums]}


def to_toml(form: Form) -> str:
    """Write a form as TOML, with words on what to change."""
    anchors = "".join(f"    [{', '.join(_relative(anchor, form))}],\n" for anchor in form.anchors)
    return "".join(
        [
            OPENING,
            f"width = {form.width}\nheight = {form.height}\n{ANCHORS}anchors = [\n{anchors}]\n",
            *(_written(field) for field in form.fields),
            *(_written_sum(each) for each in form.sums),
        ]
    )


def _relative(anchor: Anchor, form: Form) -> Sequence[str]:
    return [str(anchor.boxes), *(f"{share:.4f}" for share in _shares(anchor, form))]


def _shares(anchor: Anchor, form: Form) -> Sequence[float]:
    return [float(share) for x, y in anchor.quad for share in (x / form.width, y / form.height)]


def _written(field: Field) -> str:
    digits = f"digits = {field.digits}\n" if field.digits else ""
    region = ", ".join(f"{share:.4f}" for share in field.region)
    number_type = f'type = "{field.type}"\n' if field.type else ""
    name = json.dumps(field.name)
    return f'\n[[field]]\nname = {name}\nkind = "{field.kind}"\n{digits}{number_type}region = [{region}]\n'


def _written_sum(added: FormSum) -> str:
    return f"\n[[sum]]\nfields = {json.dumps(added.fields)}\ntotal = {json.dumps(added.total)}\n"
