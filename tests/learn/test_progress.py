import re

from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import recipe
from tenfold.model.description import Epoch

OPTIONS = recipe("tutorial", epochs=2)
EPOCH = Epoch(1, 2.0, 0.1, {"loss": 0.5, "accuracy": 0.9}, {"loss": 0.4, "accuracy": 0.91})
LINES = """\
epoch     loss  accuracy  validation loss  accuracy  seconds   images/s
  1/2   0.5000    90.00%           0.4000    91.00%     2.00        500
"""


def test_each_whole_epoch_leaves_one_line(capfd):
    with TrainingProgress(OPTIONS, shown=True) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
        progress.finish_epoch(EPOCH, 1000)
    assert capfd.readouterr() == ("", LINES)


def test_quiet_says_nothing(capfd):
    with TrainingProgress(OPTIONS, shown=False) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
        progress.finish_epoch(EPOCH, 1000)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_loss_and_time_left_within_an_epoch(monkeypatch, capfd):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with TrainingProgress(OPTIONS, shown=True) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
    told = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capfd.readouterr().err)
    assert re.search(r"epoch 1/2 [━╺╸]+ loss 0\.6000  \d:\d\d left", told)


def test_columns_stay_under_one_another_and_lines_fit_a_terminal(capfd):
    names = ("loss", "accuracy", "top-2-accuracy", "cross-entropy", "mean-squared-error")
    with TrainingProgress(recipe("tutorial", epochs=2000), shown=True) as progress:
        for number, seconds in ((1, 0.01), (2000, 1234.5)):
            means = dict.fromkeys(names, number / 2000)
            progress.finish_epoch(Epoch(number, seconds, 0.1, means, means), 60_000)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) % 3 == 0
    assert max(map(len, lines)) <= 80
    assert len({len(line) for line in lines[:: len(lines) // 3]}) == 1
