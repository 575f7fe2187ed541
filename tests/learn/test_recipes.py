import pytest

from tenfold.errors import OptionError
from tenfold.learn.recipes import OPTIONS, RECIPES, TrainingOptions, recipe


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizer": "adm"}, r"unknown optimizer 'adm' \(did you mean adam\?\); allowed: adam, adamw"),
        ({"loss": "l2"}, "unknown loss 'l2'; allowed: cross-entropy, mean-squared-error, hinge"),
        ({"network": "transformer"}, "allowed: dense, convolutional, deep"),
        ({"metrics": ("accuracy", "f1")}, "unknown metrics 'f1'; allowed: accuracy"),
        ({"schedule": "step"}, "allowed: constant, linear, cosine, one-cycle"),
        ({"activation": "swish"}, "allowed: relu"),
        ({"epochs": 0}, "epochs must be a whole number, at least 1, got 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number, at least 1, got 2.5"),
        ({"hidden": 128}, "hidden must be several values"),
        ({"learning_rate": "0.1"}, "learning_rate must be above 0, got '0.1'"),
        ({"hidden": (128, 0)}, "hidden must be a whole number, at least 1, got 0"),
        ({"channels": (32, -1)}, "channels must be a whole number, at least 1, got -1"),
        ({"channels": ()}, r"the filters of 1 to 3 convolutions, got \(\)"),
        ({"precision": "float16"}, "unknown precision 'float16'.*allowed: auto, float32, bfloat16"),
        ({"shift": 28}, "shift must be a whole number, from 0 to 27 pixels, got 28"),
        ({"seed": -1}, "seed must be a whole number, at least 0, got -1"),
        ({"learning_rate": 0}, "learning_rate must be above 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0, got nan"),
        ({"learning_rate": float("inf")}, "learning_rate must be above 0, got inf"),
        ({"label_smoothing": 1}, "label_smoothing must be from 0 to below 1, got 1"),
        ({"validation_split": -0.1}, "validation_split must be from 0 to below 1"),
        ({"weight_decay": -1}, "weight_decay must be at least 0, got -1"),
        ({"loss": "hinge", "label_smoothing": 0.1}, "no meaning for the hinge loss"),
        ({"int8": True}, "int8 is for networks with convolutions: choose network"),
        ({"test_time_augmentation": 3}, "must be a whole number, one of 1, 5, 9, got 3"),
        ({"folds": 1}, "folds must be a whole number, 0 or at least 2, got 1"),
        ({"folds": 2, "validation_split": 0.1}, "leave out validation_split, ensemble"),
        ({"device": 0}, "device must be a name, got 0"),
        ({"epochs": True}, "epochs must be a whole number, at least 1, got True"),
        ({"seed": 2**63}, "seed must be a whole number"),
        ({"int8": 1}, "int8 must be true or false, got 1"),
        ({"learning_rte": 1}, r"unknown option 'learning_rte' \(did you mean learning_rate\?\)"),
    ],
)
def test_bad_options_are_refused_with_the_allowed_ones_named(changes, message):
    with pytest.raises(OptionError, match=message):
        recipe("tutorial", **changes)


def test_an_unknown_recipe_is_refused_with_the_known_ones_named():
    with pytest.raises(OptionError, match="unknown recipe 'fats'.*allowed: tutorial, fast"):
        recipe("fats")


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_survive_the_way_through_json(name):
    import json

    assert TrainingOptions.from_dict(json.loads(json.dumps(RECIPES[name].to_dict()))) == RECIPES[name]


def test_every_choice_has_what_it_chooses():
    from tenfold.learn import networks, objectives, optimizers

    assert set(OPTIONS["optimizer"].choices) == set(optimizers.OPTIMIZERS)
    assert set(OPTIONS["loss"].choices) == set(objectives.LOSSES)
    assert set(OPTIONS["metrics"].choices) == set(objectives.METRICS)
    assert set(OPTIONS["schedule"].choices) == set(objectives.SCHEDULES)
    assert set(OPTIONS["network"].choices) == set(networks.NETWORKS)
    assert set(OPTIONS["activation"].choices) == set(networks.ACTIVATIONS)


def test_numbers_of_numpy_become_plain_ones():
    import json

    import numpy as np

    options = recipe("tutorial", epochs=np.int64(3), learning_rate=np.float32(0.5), hidden=np.array([8, 4]))
    assert json.loads(json.dumps(options.to_dict()))["hidden"] == [8, 4]
    assert (type(options.epochs), type(options.learning_rate)) == (int, float)


def test_hinge_takes_any_recipe_without_its_smoothing():
    assert recipe("tutorial", loss="hinge").label_smoothing == 0


def test_the_tutorial_recipe_is_the_founding_network():
    options = RECIPES["tutorial"]
    assert (options.network, options.hidden, options.activation) == ("dense", (128, 128), "relu")
    assert options.loss == "cross-entropy"
    assert options.epochs <= 5


def test_an_option_is_declared_in_one_place():
    assert list(OPTIONS) == list(TrainingOptions().to_dict())
    for name, option in OPTIONS.items():
        assert option.text.endswith(".")
        assert option.checked(option.default) == option.default
        assert f"        {name}: " in TrainingOptions.__doc__
        assert (option.numbers is not None) == (option.kind in (int, float))
