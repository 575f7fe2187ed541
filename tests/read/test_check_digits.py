"""Check digits find what one wrong digit, or two exchanged ones, make of real numbers."""

import pytest

from tenfold.read.check_digits import CHECKS

REAL = [
    ("luhn", "4111111111111111"),  # a test card of Visa's
    ("luhn", "79927398713"),
    ("mod11", "0306406152"),  # ISBN-10
    ("mod11", "3598215088"),
    ("mod97", "3214282912345698765432161182"),  # the example of IBAN's, letters as digits
    ("mod97", "79444"),  # 794 with its check digits, ISO 7064
    ("ean", "4006381333931"),
    ("ean", "96385074"),
    ("ean", "036000291452"),  # UPC-A
]


@pytest.mark.parametrize(("name", "digits"), REAL)
def test_real_numbers_keep_their_rule(name, digits):
    assert CHECKS[name](digits)


@pytest.mark.parametrize(("name", "digits"), REAL)
def test_one_wrong_digit_is_found(name, digits):
    for place, right in enumerate(digits):
        for wrong in set("0123456789") - {right}:
            assert not CHECKS[name](digits[:place] + wrong + digits[place + 1 :])


@pytest.mark.parametrize(("name", "digits"), [each for each in REAL if each[0] in ("mod11", "mod97")])
def test_two_digits_exchanged_are_found(name, digits):
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1]:
            assert not CHECKS[name](digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])


@pytest.mark.parametrize("name", CHECKS)
def test_a_digit_alone_or_nothing_keeps_no_rule(name):
    assert not any(CHECKS[name](digits) for digits in ("", "0", "7"))


def test_an_ean_has_one_of_its_lengths():
    assert not CHECKS["ean"]("0000000000")
