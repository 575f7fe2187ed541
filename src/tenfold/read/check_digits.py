"""Check digits: the rules that the digits of an id keep, each as its standard says."""

from collections.abc import Callable
from typing import Literal, TypeAlias

__all__ = ["CHECKS", "CheckDigits"]

CheckDigits: TypeAlias = Literal["luhn", "mod11", "mod97", "ean"]

GTIN = (8, 12, 13, 14)
"""Digits that a number of GS1's may have: EAN-8, UPC-A, EAN-13, GTIN-14."""


def luhn(digits: str) -> bool:
    """Check every second digit from the right doubled and its own digits added: ISO/IEC 7812-1, annex B."""
    doubled = sum(sum(map(int, str(2 * int(digit)))) for digit in digits[-2::-2])
    return len(digits) > 1 and (doubled + sum(map(int, digits[::-2]))) % 10 == 0


def mod11(digits: str) -> bool:
    """Check weights 1, 2, 3, … from the right: ISBN-10, Dutch bank accounts. A check digit X is not read."""
    return len(digits) > 1 and sum(weight * int(digit) for weight, digit in enumerate(digits[::-1], 1)) % 11 == 0


def mod97(digits: str) -> bool:
    """Check two digits by ISO 7064, MOD 97-10."""
    return len(digits) > 2 and int(digits) % 97 == 1


def ean(digits: str) -> bool:
    """Check weights 1, 3, 1, 3, … from the right: GS1 General Specifications, 7.9."""
    return len(digits) in GTIN and (sum(map(int, digits[::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0


CHECKS: dict[CheckDigits, Callable[[str], bool]] = {"luhn": luhn, "mod11": mod11, "mod97": mod97, "ean": ean}
"""Each rule by its name: whether digits keep it."""
