"""What a sweep tries is read from TOML, and what is wrong with it is named."""

import pytest

from tenfold.errors import DataError, OptionError
from tenfold.scale.space import Between, load_space


def written(tmp_path, text):
    (tmp_path / "sweep.toml").write_text(text, encoding="utf-8")
    return tmp_path / "sweep.toml"


def test_lists_are_combined_and_ranges_drawn_from(tmp_path):
    space = load_space(
        written(
            tmp_path,
            "samples = 3\nseeds = 2\n[options]\nhidden = [[32], [64, 64]]\noptimizer = ['adam', 'sgd']\n"
            "learning_rate = {low = 0.001, high = 0.1, log = true}\nbatch_size = {low = 32, high = 34}\n",
        )
    )
    trials = space.trials(seed=0)
    assert len(trials) == 3 * 2 * 2
    assert {(each["hidden"], each["optimizer"]) for each in trials} == {
        (hidden, optimizer) for hidden in ((32,), (64, 64)) for optimizer in ("adam", "sgd")
    }
    assert all(0.001 <= each["learning_rate"] <= 0.1 and each["batch_size"] in (32, 33, 34) for each in trials)
    assert len({each["learning_rate"] for each in trials}) == 12
    assert trials == space.trials(seed=0) != space.trials(seed=1)
    assert space.seeds == 2


def test_a_whole_number_is_drawn_from_low_to_high(tmp_path):
    space = load_space(written(tmp_path, "samples = 99\n[options]\nepochs = {low = 1, high = 3}\n"))
    assert space.options == {"epochs": Between(1, 3, whole=True)}
    assert {each["epochs"] for each in space.trials(0)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("options", "is no TOML"),
        ("samples = 2", r"has no \[options\]"),
        ("[options]\n[option]\n", "unknown key 'option' .did you mean options"),
        ("[options]\nlearningrate = [1]\n", "learningrate: unknown option .*did you mean learning_rate"),
        ("[options]\nseed = [0, 1]\n", "say how many by seeds = 3"),
        ("[options]\nepochs = [0]\n", "epochs: epochs must be a whole number, at least 1, got 0"),
        ("[options]\nepochs = 5\n", "epochs: expected a list of values or"),
        ("[options]\nepochs = []\n", "epochs: expected a list of values or"),
        ("[options]\nlearning_rate = {low = 1, high = 0.1}\n", "expected low below high"),
        ("[options]\nweight_decay = {low = 0, high = 1, log = true}\n", "above 0 if log is true"),
        ("[options]\noptimizer = {low = 0, high = 1}\n", "expected a list of values, or for a number"),
        ("[options]\nlearning_rate = {low = 1, hihg = 2}\n", "unknown key 'hihg'"),
        ("samples = 0\n[options]\nepochs = [1]\n", "samples: expected a whole number of at least 1, got 0"),
        ("samples = 2\n[options]\nepochs = [1]\n", "without a range to draw from"),
        ("early_stopping = 1\n[options]\nepochs = [1]\n", "expected true or false"),
        ("seeds = 2\nearly_stopping = true\n[options]\nepochs = [1]\n", "compares single runs"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said):
    with pytest.raises(OptionError, match=said):
        load_space(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"sweep\.toml"):
        load_space(tmp_path / "sweep.toml")
