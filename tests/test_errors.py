import pytest

from tenfold import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_a_tenfold_error(name):
    assert issubclass(getattr(errors, name), errors.TenfoldError)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.DataError, ValueError),
        (errors.FetchError, OSError),
        (errors.FormError, ValueError),
        (errors.ModelError, ValueError),
        (errors.OptionError, ValueError),
        (errors.PictureError, ValueError),
        (errors.TrainingError, ArithmeticError),
    ],
)
def test_errors_are_caught_by_those_who_know_only_python(error, builtin):
    with pytest.raises(builtin):
        raise error("told")
