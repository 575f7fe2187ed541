"""`tenfold recipes` as a user types it."""

import json

from tenfold.learn.recipes import RECIPES


def test_every_recipe_is_listed_with_its_accuracy_its_time_and_what_it_is_for(command):
    told = command("recipes").out
    assert all(f"\n{name} " in told for name in RECIPES)
    assert "98.37%  ± 0.08 (10 seeds)     0.8 s" in told
    listed = [json.loads(line) for line in command("recipes", "--json").out.splitlines()]
    assert [each["recipe"] for each in listed] == list(RECIPES)
    assert listed[0]["options"]["epochs"] == RECIPES["tutorial"].epochs
