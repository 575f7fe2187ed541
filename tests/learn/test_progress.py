import re

from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import recipe
from tenfold.model.description import Epoch

OPTIONS = recipe("tutorial", epochs=2)
EPOCH = Epoch(1, 2.0, 0.1, {"loss": 0.5, "accuracy": 0.9}, {"loss": 0.4, "accuracy": 0.91})
LINE = "epoch 1/2  loss 0.5000  accuracy 90.00%  validation loss 0.4000  accuracy 91.00%  2.00 s  500 images/s"


def test_each_whole_epoch_leaves_one_line(capfd):
    with TrainingProgress(OPTIONS, shown=True) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
        progress.finish_epoch(EPOCH, 1000)
    assert capfd.readouterr() == ("", f"{LINE}\n")


def test_quiet_says_nothing(capfd):
    with TrainingProgress(OPTIONS, shown=False) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
        progress.finish_epoch(EPOCH, 1000)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_loss_speed_and_time_left_within_an_epoch(monkeypatch, capfd):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with TrainingProgress(OPTIONS, shown=True) as progress:
        progress.step(1, 500, 1000, lambda: {"loss": 0.6})
    told = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capfd.readouterr().err)
    assert re.search(r"epoch 1/2 [━╺╸]+ loss 0\.6000  [\d,]+ images/s  \d:\d\d left", told)
