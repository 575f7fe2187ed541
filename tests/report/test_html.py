import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.errors import DataError, ModelError
from tenfold.model.description import Epoch, ModelInfo
from tenfold.model.evaluate import score
from tenfold.report.html import write_report

DIGITS = tuple("0123456789")
FIGURES = ("learning-curves.png", "confusion-matrix.png", "worst-mistakes.png", "reliability.png")
VOID = {"meta", "br"}
HISTORY = (
    Epoch(1, 1.5, 0.001, {"loss": 0.4, "accuracy": 0.9}, {"loss": 0.3, "accuracy": 0.925}),
    Epoch(2, 1.5, 0.001, {"loss": 0.2, "accuracy": 0.95}, {"loss": 0.25, "accuracy": 0.94}),
)


class Page(HTMLParser):
    """A page as a reader meets it; refuses tags that are not closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "title"}:
            self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def make_info(*, name="tutorial", classes=DIGITS, history=HISTORY, **changes) -> ModelInfo:
    values = {
        "network": {"network": "dense", "hidden": [128, 128]},
        "parameters": 118282,
        "options": {"optimizer": "adam", "batch_size": 128, "seed": 7},
        "data": {"name": "mnist", "n": 57000, "sha256": "0123abcd" * 8},
        "calibration": {"temperature": 1.25},
        "scores": None,
        "version": "0.1.0",
    }
    return ModelInfo(name=name, classes=classes, history=history, **{**values, **changes})


def make_answers(classes: int, n: int, wrong: int, seed: int = 0):
    """Give images, labels and probabilities with `wrong` mistakes: the first images, each taken for the next class."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (n, 28, 28), dtype=np.uint8)
    labels = np.arange(n) % classes
    said = np.where(np.arange(n) < wrong, (labels + 1) % classes, labels)
    sure = random.uniform(0.6, 0.99, n)
    probabilities = np.repeat(((1 - sure) / (classes - 1))[:, np.newaxis], classes, axis=1)
    probabilities[np.arange(n), said] = sure
    return images, labels, probabilities.astype(np.float32)


def write(folder: Path, info: ModelInfo, images, labels, probabilities, data="mnist test") -> Page:
    evaluation = score(probabilities, labels, classes=info.classes, data=data)
    path = write_report(
        folder, info=info, evaluation=evaluation, images=images, labels=labels, probabilities=probabilities
    )
    assert path == folder / "report.html"
    return Page(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("report") / "made" / "here"


@pytest.fixture(scope="module")
def page(folder) -> Page:
    return write(folder, make_info(), *make_answers(10, 1000, 45))


def test_the_folder_holds_the_page_and_its_figures_and_nothing_else(folder, page):
    assert sorted(path.name for path in folder.iterdir()) == sorted(["report.html", *FIGURES])
    for name in FIGURES:
        with Image.open(folder / name) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert all(300 <= side <= 3000 for side in picture.size)


def test_the_page_needs_nothing_from_elsewhere(page):
    addresses = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href", "srcset", "action"}
    ]
    assert addresses
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in addresses)
    assert not re.search(r"https?://|url\((?!#)|@import", page.source)
    assert not page.all("script")
    assert not page.all("link")


def test_the_headline_tells_the_scores(page):
    assert "tutorial" in page.text
    assert "95.50% of 1,000 images of mnist test read right" in page.text
    assert "between 94.03% and 96.62% (95% interval)" in page.text
    assert re.search(r"Mistakes\s*45", page.text)
    for heading in ("Loss", "Calibration error"):
        assert re.search(rf"{heading}\s*\d+\.\d+", page.text)


def test_the_sections_come_in_reading_order(page):
    titles = ["Learning", "Confusion", "Class by class", "Worst mistakes", "Calibration", "How it was made"]
    assert re.findall(r"<h2>(.*?)</h2>", page.source) == titles


def test_the_curves_end_at_the_last_values(page):
    assert "training 0.2" in page.text
    assert "validation 0.25" in page.text
    assert "training 95%" in page.text
    assert "validation 94%" in page.text


def test_the_most_frequent_confusions_are_told_in_words(page):
    assert "0 taken for 1: 5 times" in page.text
    assert page.text.index("0 taken for 1: 5 times") < page.text.index("5 taken for 6: 4 times")


def test_the_classes_have_their_scores(page):
    row = re.search(r'<tr><th scope="row">5</th><td>100</td>(.*?)</tr>', page.source)
    assert row
    assert re.findall(r"<td>(.*?)</td>", row[1]) == ["96.00%", "95.05%", "95.52%"]


def test_the_gallery_shows_the_worst_forty(page):
    assert len(page.all("image")) == 40
    said = [float(share) for share in re.findall(r"said \d \((\d+\.\d)%\), is \d", page.text)]
    assert len(said) == 40
    assert said == sorted(said, reverse=True)


def test_every_mistake_that_is_drawn_is_told_in_words(page):
    listed = page.text.partition("The same in words")[2]
    assert re.findall(r"no\. \d+: said \d \(\d+\.\d%\), is \d", listed.partition("Calibration")[0])[:40]
    assert listed.count("no. ") == 40


def test_figures_take_the_colours_of_the_page(page):
    root = page.source[page.source.index("<style>") :].partition("@media")[0]
    used = set(re.findall(r"var\((--[a-z]+)\)", " ".join(re.findall(r"<svg.*?</svg>", page.source, re.DOTALL))))
    assert {"--ink", "--muted", "--rule", "--right", "--training", "--heat"} <= used
    assert all(f"{variable}: #" in root for variable in used)
    assert not re.search(r"(fill|stroke): #(?!000000)", page.source.partition("</style>")[2])


def test_answers_to_images_held_out_are_counted_not_listed(tmp_path):
    held_out = {"n": 5000, "probability": "AACAPw" * 100, "wrong": [1, 2]}
    info = make_info(calibration={"temperature": 1.25, "held_out": held_out})
    page = write(tmp_path, info, *make_answers(10, 50, 5))
    assert re.search(r"held out\s*5,000 answers", page.text)
    assert "AACAPw" not in page.source


def test_the_making_is_told_in_full(page):
    for fact in ("118,282", "adam", "batch size", "128, 128", "0123abcd" * 8, "0.1.0", "temperature", "1.25"):
        assert fact in page.text


def test_the_page_can_be_used_without_seeing_it(page):
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("svg")) == len(page.all("figure")) == 5
    assert all(drawn["role"] == "img" and drawn["aria-label"] for drawn in page.all("svg"))
    assert all(heading["scope"] for heading in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 2
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_same_model_gives_the_same_files(folder, page, tmp_path):
    write(tmp_path, make_info(), *make_answers(10, 1000, 45))
    for name in ("report.html", *FIGURES):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_second_report_replaces_the_first(tmp_path):
    write(tmp_path, make_info(), *make_answers(10, 100, 10))
    page = write(tmp_path, make_info(name="second"), *make_answers(10, 100, 0))
    assert "second" in page.text
    assert "tutorial" not in page.text
    assert len(list(tmp_path.iterdir())) == 5


def test_hostile_names_stay_text(tmp_path):
    hostile = '<script>alert("1")</script>&\'$x^'
    info = make_info(
        name=hostile,
        classes=(hostile, "<b>", "c"),
        network={hostile: hostile},
        options={hostile: {hostile: hostile}},
        data={"name": hostile},
        version=hostile,
        history=(Epoch(1, 1.0, 0.1, {"loss": 1.0, hostile: 0.5}, {hostile: 0.4}),),
    )
    page = write(tmp_path, info, *make_answers(3, 30, 6), data=hostile)
    assert not page.all("script")
    assert "<script" not in page.source
    assert f"{hostile} taken for <b>: 2 times" in page.text
    assert "said <b> (" in page.text
    assert f"is {hostile}" in page.text


def test_no_mistakes_are_told_kindly(tmp_path):
    page = write(tmp_path, make_info(), *make_answers(10, 200, 0))
    assert "100% of 200 images" in page.text
    assert "There are none: all 200 images were read right." in page.text
    assert "No class was ever taken for another." in page.text
    assert not page.all("image")


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ((), "This model came without a training history."),
        (HISTORY[:1], "validation 92.5%"),
        ((Epoch(1, 1.0, 0.1, {"loss": 0.5}),), "No images were held out"),
        ((Epoch(1, 1.0, 0.1, {"loss": float("nan")}),), "Loss"),
    ],
    ids=["none", "one epoch", "no validation", "not finite"],
)
def test_any_history_is_shown(tmp_path, history, told):
    assert told in write(tmp_path, make_info(history=history), *make_answers(10, 50, 5)).text


def test_a_class_without_images_has_no_scores(tmp_path):
    images, labels, probabilities = make_answers(9, 90, 0)
    probabilities = np.pad(probabilities, ((0, 0), (0, 1)))
    page = write(tmp_path, make_info(), images, labels, probabilities)
    assert '<tr><th scope="row">9</th><td>0</td><td>–</td><td>–</td><td>–</td>' in page.source
    assert "nan" not in page.text.lower()


def test_many_classes_fit(tmp_path):
    classes = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")
    page = write(tmp_path, make_info(classes=classes), *make_answers(47, 470, 60))
    assert page.text.count(" taken for ") == 47
    assert "and 37 more kinds of confusion" in page.text


def test_what_does_not_match_is_refused(tmp_path):
    images, labels, probabilities = make_answers(10, 50, 5)
    evaluation = score(probabilities, labels, classes=DIGITS)
    values = {"info": make_info(), "evaluation": evaluation, "images": images, "labels": labels}
    with pytest.raises(DataError, match=r"\(50, 10\)"):
        write_report(tmp_path / "new", **values, probabilities=probabilities[:, :9])
    with pytest.raises(DataError, match="evaluation of 40 images"):
        write_report(
            tmp_path / "new",
            **{**values, "images": images[:40], "labels": labels[:40]},
            probabilities=probabilities[:40],
        )
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"learning-curves\.png cannot be written: Not a directory"):
        write(tmp_path / "file" / "report", make_info(), *make_answers(10, 50, 5))
