"""`tenfold recipes`: the named ways to train."""

import json

from tenfold.cli.options import AsJson

__all__ = ["recipes"]


def recipes(as_json: AsJson = False) -> None:
    """List the recipes of `tenfold train`: what each is for, its accuracy on MNIST and what it takes.

    Accuracies are means over seeds with their standard deviation; times are of one core for `accurate`,
    `tiny` and `reader` and of two for the others, without a GPU, as docs/benchmarks.md has them.

    Example: `tenfold recipes`, then `tenfold train --recipe fast`.
    """
    from tenfold.learn.guide import GUIDE
    from tenfold.learn.recipes import RECIPES
    from tenfold.report.findings import percent

    if as_json:
        for name, figures in GUIDE.items():
            print(json.dumps({"recipe": name, **figures.to_dict(), "options": RECIPES[name].to_dict()}))
        return
    print(f"{'recipe':<9} {'MNIST':>7}  {'spread':<16} {'training':>9}  {'weights':>8}")
    for name, figures in GUIDE.items():
        spread = f"± {100 * figures.deviation:.2f} ({figures.seeds} seeds)" if figures.deviation else "one seed"
        if figures.accuracy is None or figures.seconds is None:
            measured = f"{'–':>7}  {'':<16} {'–':>9}"
        else:
            measured = f"{percent(figures.accuracy, 2):>7}  {spread:<16} {_duration(figures.seconds):>9}"
        print(f"{name:<9} {measured}  {figures.weights:>8,}\n  {figures.purpose}")


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 60
        else f"{seconds / 60:.1f} min"
        if seconds < 600
        else f"{seconds / 60:.0f} min"
    )
