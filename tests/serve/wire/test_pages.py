import pytest
from fastapi.exceptions import RequestValidationError

from tenfold import Reader
from tenfold.errors import OptionError
from tenfold.read.types import NumberType
from tenfold.serve.options import Limits
from tenfold.serve.wire.pages import FIELDS, LISTS, Asked, _with_fields, describe_pages, number_options
from tenfold.serve.wire.problems import Problem

FORM = '[page]\nwidth = 100\nheight = 100\n[[field]]\nname = "id"\nregion = [0, 0, 1, 1]\n'


@pytest.fixture(scope="module")
def reader():
    return Reader()


def test_what_a_request_asks_becomes_the_readers_options(reader):
    given = {"digits": 3, "grid": "2x3", "type": "id check=luhn", "unique": True, "max_error": 0.05}
    asked = Asked(**given, known=["id\n781"], list=["402"])
    options = number_options(asked, reader, Limits())
    assert (options.digits, options.grid, options.known.numbers) == (3, (2, 3), ("781", "402"))
    assert (options.unique, options.max_error, options.form) == (True, 0.05, None)
    assert options.type == NumberType("id", check="luhn")
    assert number_options(Asked(), reader, Limits()) == reader.options()


def test_no_request_names_a_file_of_the_server(reader, tmp_path):
    (tmp_path / "ids.csv").write_text("781\n")
    with pytest.raises(OptionError, match=r"expected a number of the signs 0123456789\.,/-:\+' alone"):
        number_options(Asked(known=["7", str(tmp_path / "ids.csv")]), reader, Limits())


def test_an_option_that_does_not_exist_is_refused_by_name(reader):
    for name in ("digit", "self", "options"):
        with pytest.raises(OptionError, match=f"unknown option '{name}'"):
            number_options(Asked(**{name: "9"}), reader, Limits())
    with pytest.raises(
        OptionError, match=r"\(did you mean digits\?\); allowed: digits, grid, type, known, list, unique"
    ):
        number_options(_with_fields(Asked(), {"digit": "9"}), reader, Limits())


def test_no_form_names_a_file_of_the_server(reader, tmp_path):
    (tmp_path / "ids.csv").write_text("781\n")
    with pytest.raises(OptionError, match="field 'id', list: a form that is sent brings no lists"):
        number_options(Asked(form=FORM + f'list = "{tmp_path}/ids.csv"\n'), reader, Limits())


def test_a_form_is_limited(reader):
    assert [field.name for field in number_options(Asked(form=FORM), reader, Limits()).form.fields] == ["id"]
    with pytest.raises(Problem, match="at most 20 bytes"):
        number_options(Asked(form=FORM), reader, Limits(form=20))
    with pytest.raises(Problem, match="at most 0 fields"):
        number_options(Asked(form=FORM), reader, Limits(form_rows=0))
    summed = '[[field]]\nname = "{}"\nregion = [0, 0, 1, 1]\ntype = "integer"\n'
    added = '[[sum]]\nfields = ["a"]\ntotal = "b"\n'
    form = "[page]\nwidth = 9\nheight = 9\n" + summed.format("a") + summed.format("b") + 3 * added
    assert len(number_options(Asked(form=form), reader, Limits(form_rows=3)).form.sums) == 3
    with pytest.raises(Problem, match="at most 2 fields, rows in anchors, and fields in sums"):
        number_options(Asked(form=form), reader, Limits(form_rows=2))


def test_a_list_is_limited(reader):
    with pytest.raises(Problem, match="at most 2 numbers"):
        number_options(Asked(known=["1\n2\n3"]), reader, Limits(known=2))
    with pytest.raises(Problem, match="more than 60 digits"):
        number_options(Asked(known=["1" * 61]), reader, Limits())


def test_fields_of_a_form_say_what_the_query_does_not():
    asked = _with_fields(Asked(digits=9, list=["7"]), {"digits": "3", "grid": "9x9", "pictures": "true"})
    assert (asked.digits, asked.grid, asked.pictures, asked.listed) == (9, "9x9", True, ["7"])
    with pytest.raises(RequestValidationError) as refused:
        _with_fields(Asked(), {"digits": "many"})
    assert refused.value.errors()[0]["loc"] == ("body", "digits")


def test_the_form_is_described_with_every_parameter_of_the_query():
    [(_, form), *_] = describe_pages()["requestBody"]["content"].items()
    query = {field.alias or name for name, field in Asked.model_fields.items()}
    assert set(form["schema"]["properties"]) == {"page", *query} == {"page", *LISTS, *FIELDS}
