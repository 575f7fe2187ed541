"""An explanation as a page: one HTML file that needs nothing beside it."""

import base64
from html import escape
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from tenfold.arrays import Image
from tenfold.explain.flips import Flip
from tenfold.explain.picture import PictureExplanation
from tenfold.explain.strokes import Decisive
from tenfold.files import in_place_of
from tenfold.picture.decode import Grey
from tenfold.read.explain import draw_falls
from tenfold.report.findings import percent_sure
from tenfold.report.shell import html_page, section

__all__ = ["explanation_page", "write_explanation"]

DECIDES, AGAINST = (196, 84, 0), (29, 79, 145)
"""Colours of ink that decides, and of ink without which the answer is surer."""

ADDED, TAKEN = (29, 79, 145), (196, 84, 0)
"""Colours of ink that is added and taken away."""

BARS = 4
"""Most probable classes that are shown as bars."""

LARGEST = 480
"""Longest side, in pixels, of a stage of the preparation on the page."""


def write_explanation(file: str | Path, explained: PictureExplanation, *, version: str) -> None:
    """Write an explanation as one HTML file, whole or not at all.

    Args:
        file: Where to; one that is there is replaced.
        explained: What to show.
        version: Of Tenfold, named at the foot.

    Raises:
        DataError: The file cannot be written.
    """
    content = explanation_page(explained, version=version)
    with in_place_of(Path(file)) as fresh:
        fresh.write_text(content, encoding="utf-8", errors="replace")


def explanation_page(explained: PictureExplanation, *, version: str) -> str:
    """Give an explanation as a page of HTML; every name that comes from outside is escaped."""
    sections = [_preparation_section(explained)]
    if explained.decisive:
        sections.append(_strokes_section(explained, explained.decisive))
        sections.append(_flip_section(explained))
    if explained.neighbours:
        sections.append(_neighbour_section(explained))
    style = resources.files("tenfold.explain").joinpath("explain.css").read_text(encoding="utf-8")
    digit = explained.explanation.digit
    title = f"{explained.name}: {digit.digit or 'blank'}"
    return html_page(title, _header(explained), sections, version=version, style=style)


def _header(explained: PictureExplanation) -> str:
    digit = explained.explanation.digit
    sure = percent_sure(digit.probability, 2)
    said = f"read as {escape(digit.digit)}, {sure} sure" if digit.digit else "there is no ink on it"
    refused = f" It is not accepted: {escape(digit.reason)}." if digit.reason and digit.digit else ""
    pooled = ""
    if digit.digit and explained.answer != digit.digit:
        pooled = (
            f" The digit network alone reads {escape(explained.answer)}; the line recogniser, which sees the whole "
            "picture, changed that. What follows is about the digit network."
        )
    order = np.argsort([-value for value in digit.probabilities])[:BARS]
    bars = "\n".join(
        f'<li><b>{escape(explained.classes[place])}</b><i style="--length:{digit.probabilities[place]:.4f}"></i>'
        f"<span>{_probability(digit.probabilities[place])}</span></li>"
        for place in order
    )
    return f"""<header>
<p class="kicker">Why {escape(explained.model)} read this</p>
<h1>{escape(Path(explained.name).name)}</h1>
<div class="answer">
{_picture(_paper(explained.explanation.prepared.image), "What the network saw")}
<p class="headline"><strong>{escape(digit.digit or "–")}</strong><span>{said}.{refused}{pooled}</span></p>
<ol class="bars">
{bars}
</ol>
</div>
</header>"""


def _preparation_section(explained: PictureExplanation) -> str:
    stages = explained.explanation.prepared.stages
    figures = "\n".join(
        f"<figure>{_picture(_small(stage), name)}<figcaption>{number}. {escape(name)}</figcaption></figure>"
        for number, (name, stage) in enumerate(stages, 1)
    )
    steps = explained.explanation.digit.steps
    done = f"Done to it: {escape(', '.join(steps))}." if steps else "It was an image as MNIST has them already."
    reading = f"From the picture to the 28×28 pixels that the network is asked about. {done}"
    return section("Preparation", reading, f'<div class="stages">\n{figures}\n</div>', "wide")


def _strokes_section(explained: PictureExplanation, decisive: Decisive) -> str:
    image = explained.explanation.prepared.image
    answer = int(explained.probabilities.argmax())
    before, after = (_probability(float(each[answer])) for each in (explained.probabilities, decisive.without))
    becomes = int(decisive.without.argmax())
    changed = (
        f"it is read as {escape(explained.classes[becomes])} ({_probability(float(decisive.without[becomes]))})"
        if becomes != answer
        else "it is still read the same"
    )
    said = (
        f"Without the marked {decisive.share:.0%} of the ink, {escape(explained.answer)} falls from {before} to "
        f"{after}: {changed}."
    )
    figures = [
        (_pieces(image, decisive), "how much each piece of ink carries: orange for the answer, blue against it"),
        (_marked(image, decisive), "the strokes that decide, marked"),
        (_paper(np.where(decisive.marked, 0, image).astype(np.uint8)), f"without them: {changed}"),
        (
            _decoded(draw_falls(image, explained.explanation.falls)),
            "the same by squares: where covering lowers the answer",
        ),
    ]
    reading = (
        "Pieces of the ink are taken away, one by one and together: the surer the answer stays, the less it rests on "
        "them."
    )
    return section("What decides", reading, f'<p class="finding">{said}</p>\n{_figures(figures)}', "wide")


def _flip_section(explained: PictureExplanation) -> str:
    flip, image = explained.flip, explained.explanation.prepared.image
    reading = (
        "The smallest change of ink that was found with which the network reads another digit: asked again, it does. "
        "There may be a smaller one."
    )
    if flip is None:
        return section(
            "What would change it",
            reading,
            '<p class="finding">No change of half of the ink was found that does.</p>',
            "wide",
        )
    to = escape(explained.classes[flip.answer])
    said = (
        f"{_amount(flip)} make it a {to} ({_probability(flip.probability)}); the whole digit has "
        f"{image.sum() / 255:.0f} pixels of ink."
    )
    figures = [
        (_paper(image), f"as it is: {escape(explained.answer)}"),
        (_change(image, flip.image), "the change: blue is added, orange taken away"),
        (_paper(flip.image), f"with it: {to}"),
    ]
    return section("What would change it", reading, f'<p class="finding">{said}</p>\n{_figures(figures)}', "wide")


def _amount(flip: Flip) -> str:
    parts = [(flip.added, "more"), (flip.taken, "less")]
    return (
        " and ".join(f"{amount:.1f} pixels of ink {word}" for amount, word in parts if amount >= 0.05)
        or "A trace of ink"
    )


def _neighbour_section(explained: PictureExplanation) -> str:
    figures = [
        (_paper(each.image), f"<b>{escape(each.label)}</b> row {each.row:,}, likeness {each.likeness:.2f}")
        for each in explained.neighbours
    ]
    same = sum(each.label == explained.answer for each in explained.neighbours)
    reading = (
        f"Looked for in {escape(explained.compared_with)}, by what the last layer of the network is given; likeness is "
        f"1 for the same. {same} of {len(figures)} are a {escape(explained.answer)}."
    )
    return section("The digits most like it", reading, _figures(figures, "images many"), "wide")


def _figures(figures: list[tuple[Any, str]], kind: str = "images") -> str:
    """Set images side by side, each with a caption, which is HTML."""
    shown = "\n".join(
        f"<figure>{_picture(image, '')}<figcaption>{caption}</figcaption></figure>" for image, caption in figures
    )
    return f'<div class="{kind}">\n{shown}\n</div>'


def _probability(value: float) -> str:
    return percent_sure(value, 2) if value >= 5e-5 else "<0.01%"


def _picture(pixels: Any, label: str) -> str:  # noqa: ANN401
    """Give a picture as an `img` that holds its own bytes."""
    stream = BytesIO()
    Pillow.fromarray(pixels).save(stream, "PNG")
    content = base64.b64encode(stream.getvalue()).decode()
    height, width = pixels.shape[:2]
    kind = "pixels" if max(height, width) <= 64 else "photo"
    size = f'width="{width}" height="{height}"'
    return f'<img class="{kind}" src="data:image/png;base64,{content}" {size} alt="{escape(label)}">'


def _small(stage: Grey) -> Any:  # noqa: ANN401
    picture = Pillow.fromarray(stage)
    picture.thumbnail((LARGEST, LARGEST), Pillow.Resampling.BOX)
    return np.asarray(picture)


def _decoded(content: bytes) -> Any:  # noqa: ANN401
    with Pillow.open(BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


def _paper(image: Image) -> Any:  # noqa: ANN401
    """Give an image as dark ink on light paper."""
    return (255 - image).astype(np.uint8)


def _inked(image: Image, colours: Any) -> Any:  # noqa: ANN401
    """Give an image as ink in colours, `float (28, 28, 3)`, on white paper."""
    ink = image[..., None].astype(float) / 255
    return np.rint(255 * (1 - ink) + colours * ink).astype(np.uint8)


def _pieces(image: Image, decisive: Decisive) -> Any:  # noqa: ANN401
    """Colour each piece of the ink by how much it carries: grey for nothing, the most in full colour."""
    falls = decisive.falls / max(float(np.abs(decisive.falls).max()), 1e-9)
    grey, colours = np.full(3, 150.0), np.zeros((*image.shape, 3))
    for piece, fall in enumerate(falls):
        colour = np.array(DECIDES if fall > 0 else AGAINST)
        colours[decisive.pieces == piece] = grey + abs(fall) * (colour - grey)
    return _inked(image, colours)


def _marked(image: Image, decisive: Decisive) -> Any:  # noqa: ANN401
    return _inked(image, np.where(decisive.marked[..., None], np.array(DECIDES), 120.0))


def _change(image: Image, flipped: Image) -> Any:  # noqa: ANN401
    """Show the change in colours over the image in a light grey."""
    change = (flipped.astype(float) - image)[..., None] / 255
    paper = 255 - 0.35 * np.minimum(image, flipped)[..., None].astype(float)
    colour = np.where(change > 0, np.array(ADDED), np.array(TAKEN))
    weight = np.abs(change)
    return np.rint((1 - weight) * paper + weight * colour).astype(np.uint8)
