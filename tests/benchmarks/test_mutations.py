"""Damaged inputs come again by their number, and whole ones of every kind are opened without one."""

import pytest
from benchmarks.mutations import KINDS, mutated

from tenfold.errors import TenfoldError


def test_a_number_gives_the_same_input_each_time():
    seeds = [b"one", b"another", bytes(100)]
    assert [mutated(seeds, number) for number in range(50)] == [mutated(seeds, number) for number in range(50)]
    assert len({mutated(seeds, number) for number in range(50)}) > 25


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_seeds_and_damage_is_told_by_name_alone(name):
    kind = KINDS[name]
    seeds = kind.seeds()
    for number in range(12):
        try:
            kind.give(mutated(seeds, number))
        except TenfoldError:
            continue
