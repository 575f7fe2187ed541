"""`tenfold info`: what a model is."""

import json

from tenfold.cli.options import AsJson, ModelArgument

__all__ = ["info"]


def info(model: ModelArgument = None, as_json: AsJson = False) -> None:
    """Say what a model is, what it was trained on and what it scored.

    Example: `tenfold info`, or `tenfold info models/tutorial --json`.
    """
    from tenfold.model.card import model_card
    from tenfold.model.folder import load_model

    described = load_model(model).info.to_dict()
    print(json.dumps(described) if as_json else model_card(described).rstrip())
