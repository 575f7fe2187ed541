"""Every public name is in the reference, and says what it is."""

import inspect

from guide.api import ROOMS, api_reference, public_names

import tenfold


def test_every_public_name_is_in_the_reference_once():
    told = api_reference()
    names = [name for found in public_names().values() for _, name in found]
    assert sorted(names) == sorted(set(tenfold.__all__) - {"__version__"})
    assert all(told.count(f"\n### {name}\n") == 1 for name in names)
    assert all(f"\n## {title}\n" in told for title in ROOMS.values())


def test_every_public_name_and_method_says_what_it_is():
    silent = []
    for name in set(tenfold.__all__) - {"__version__", "DATASETS", "RECIPES"}:
        value = getattr(tenfold, name)
        silent += [] if inspect.getdoc(value) else [name]
        if inspect.isclass(value):
            own = {key: each for key, each in vars(value).items() if not key.startswith("_")}
            silent += [f"{name}.{key}" for key, each in own.items() if inspect.isfunction(each) and not each.__doc__]
    assert silent == []
