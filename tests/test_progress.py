import re

import pytest

from tenfold.progress import Progress, clock, followed


@pytest.fixture
def terminal(monkeypatch):
    """Let standard error pass for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_elsewhere_one_plain_line_says_what_is_done(capfd):
    assert list(followed("abc", "Reading pages", lambda: pytest.fail("counted"), shown=True)) == ["a", "b", "c"]
    assert capfd.readouterr() == ("", "Reading pages\n")


def test_quiet_says_nothing(capfd):
    with Progress("Reading pages", shown=False) as progress:
        progress.total = 2
        progress.update(1)
        progress.line("done")
    assert list(followed("abc", "Reading pages", lambda: pytest.fail("counted"), shown=False)) == ["a", "b", "c"]
    assert capfd.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_with_parts_and_time_left(terminal, capfd):
    with Progress("Downloading", shown=True) as progress:
        assert progress.drawn
        progress.total = 4000
        progress.update(1000)
    output, errors = capfd.readouterr()
    assert output == ""
    assert re.search(r"Downloading [━╺╸]+ 1,000/4,000  \d:\d\d left", plain(errors))


def test_the_parts_of_a_thing_are_counted(terminal, capfd):
    assert list(followed(["ab", "c"], "Reading pages", lambda: 3, len, shown=True)) == ["ab", "c"]
    assert "3/3" in plain(capfd.readouterr().err)


def test_words_with_brackets_are_no_markup(terminal, capfd):
    with Progress("[bold]", shown=True) as progress:
        progress.line("a [red] line")
    told = plain(capfd.readouterr().err)
    assert "[bold]" in told
    assert "a [red] line" in told


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (67, "1:07"), (3723, "1:02:03")])
def test_times_are_written_as_clocks_do(seconds, text):
    assert clock(seconds) == text
