"""The model card says what a model is, to people."""

import tenfold
from tenfold.model.card import model_card


def test_the_card_of_what_ships_says_what_it_reads_and_scored():
    info = tenfold.load_model().info
    card = model_card(info.to_dict())
    assert card.startswith("# reader\n")
    assert "Numbers on pages are read too, in the signs 0123456789.,/-:+' and a space." in card
    assert f"{info.scores['accuracy']:.2%}" in card
    assert "| out of distribution" not in card


def test_signs_without_a_space_stand_alone():
    info = tenfold.load_model().info.to_dict() | {"alphabet": "0123456789"}
    assert "in the signs 0123456789.\n" in model_card(info)


def test_a_model_without_a_line_recognizer_and_scores_says_so():
    info = tenfold.load_model().info.to_dict() | {"alphabet": "", "scores": None}
    card = model_card(info)
    assert "It reads single pictures only: the folder holds no line recogniser." in card
    assert "accuracy" not in card.split("## Use")[0]
