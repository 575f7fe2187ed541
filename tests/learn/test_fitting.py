"""What is not said follows from how much there is to learn from."""

import numpy as np
import pytest

from tenfold import DigitClassifier
from tenfold.errors import DataError, OptionError
from tenfold.learn.fitting import FittedRecipe, check_classes
from tenfold.learn.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipes_are_themselves_for_mnist(name):
    assert FittedRecipe(name).options_for(60_000) == RECIPES[name]


def test_small_sets_get_a_network_for_few_images_unless_the_founding_one_is_asked_for():
    assert FittedRecipe().recipe_for(60_000) == "tutorial"
    assert FittedRecipe().recipe_for(300) == "few"
    assert FittedRecipe(changes={"seed": 3}).recipe_for(300) == "few"
    assert FittedRecipe(changes={"hidden": (64,)}).recipe_for(300) == "tutorial"
    assert FittedRecipe("fast").recipe_for(300) == "fast"


def test_the_fewer_the_images_the_more_epochs_augmentation_and_share_held_out():
    few, more, many = (FittedRecipe("tutorial").options_for(count) for count in (300, 4000, 20_000))
    assert few.epochs > more.epochs > many.epochs > RECIPES["tutorial"].epochs
    assert few.validation_split == 0.2 > more.validation_split > many.validation_split == 0.05
    assert few.rotation == more.rotation > many.rotation == 0


def test_very_few_images_are_all_learned_from_and_all_checked():
    options = FittedRecipe().options_for(100)
    assert (options.folds, options.validation_split) == (3, 0)
    assert FittedRecipe(changes={"validation_split": 0.3}).options_for(100).folds == 0


def test_what_is_given_stays_as_it_is():
    options = FittedRecipe("tutorial", {"epochs": 5, "validation_split": 0.0, "rotation": 0.0}).options_for(300)
    assert (options.epochs, options.validation_split, options.rotation) == (5, 0, 0)


def test_options_are_checked_before_any_data_is_there():
    with pytest.raises(OptionError, match="unknown recipe 'tiniest'.*allowed: auto, tutorial"):
        FittedRecipe("tiniest")
    with pytest.raises(OptionError, match="epochs must be"):
        FittedRecipe(changes={"epochs": 0})


def test_one_class_and_classes_of_too_few_images_are_refused_by_name():
    with pytest.raises(DataError, match="at least two classes, got one class: all 9 show 'b'"):
        check_classes(np.ones(9, np.int64), ["a", "b", "c"])
    with pytest.raises(DataError, match="at least 3 images of each class.*class 'a' has 2, 'c' has 1"):
        check_classes(np.array([0, 0, 1, 1, 1, 2]), ["a", "b", "c"])
    check_classes(np.array([0, 0, 0, 1, 1, 1]), ["a", "b", "c"])


def test_thirty_images_a_class_are_enough(mnist):
    chosen = np.concatenate([np.flatnonzero(mnist.y_train == digit)[:30] for digit in range(10)])
    classifier = DigitClassifier(validation_split=0.2).fit(mnist.x_train[chosen], mnist.y_train[chosen])
    assert classifier.score(mnist.x_test[:1000], mnist.y_test[:1000]) > 0.92
    assert classifier.validation_.n == 60
    assert classifier.validation_.accuracy > 0.8
