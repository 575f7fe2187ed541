"""A number that is not sure says what its probability is lost to."""

import pytest

from tenfold.read.doubts import doubt_of


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("1274", "digit 3 may be 7 (12%)"),
        ("12234", "a digit may be missing: 12234 (12%)"),
        ("124", "a digit may be too many: 124 (12%)"),
        ("12.34", "may be written 12.34 (12%)"),
        ("9876", "may be 9876 (12%)"),
        ("", "perhaps no number (12%)"),
    ],
)
def test_the_second_reading_says_where_the_doubt_is(other, told):
    assert doubt_of("1234", 0.8, [("1234", 0.8), (other, 0.12), ("1235", 0.03)]) == told


def test_a_sure_number_has_no_doubt_and_one_of_many_readings_says_so():
    assert doubt_of("1234", 0.99, [("1234", 0.99), ("1235", 0.004)]) is None
    assert doubt_of("1234", 0.18, [("1234", 0.18), ("1235", 0.01)]) == "many other readings, none above 2%"
    assert doubt_of("", 0.3, []) is None
