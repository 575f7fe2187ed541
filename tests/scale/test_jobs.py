"""What comes of trainings is kept in files, and shown once."""

import pytest

from tenfold.errors import ModelError
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import recipe
from tenfold.model.description import Epoch
from tenfold.scale.jobs import Keeping, decided, resources
from tenfold.scale.keeper import News

OPTIONS = recipe("tutorial", epochs=2)
FIRST = Epoch(1, 0.5, 0.1, {"loss": 1.0})


def test_an_epoch_that_was_made_again_is_shown_once(tmp_path, capsys):
    keeping = Keeping([tmp_path / "checkpoint"], tmp_path / "checkpoint")
    keeping.look(0, News(epochs=[(FIRST, 100)]))
    with keeping.shown(TrainingProgress(OPTIONS, shown=True)):
        keeping.look(0, News(epochs=[(FIRST, 100)], step=(2, 50, 100, {"loss": 1.0})))
    assert capsys.readouterr().err.count("1/2") == 1


def test_the_newest_checkpoint_is_kept_and_gone_on_from(tmp_path):
    keeping = Keeping([tmp_path / "checkpoint"], tmp_path / "checkpoint")
    assert keeping.saved == {}
    for content in (b"first", b"second"):
        keeping.look(0, News(checkpoint=content))
    assert keeping.saved == {0: b"second"}


def test_a_disk_that_refuses_is_told(tmp_path):
    (tmp_path / "file").touch()
    keeping = Keeping([tmp_path / "file" / "checkpoint"], tmp_path / "checkpoint")
    with pytest.raises(ModelError, match="cannot be written"):
        keeping.look(0, News(checkpoint=b"first"))


def test_a_process_takes_a_core_and_where_asked_for_a_gpu():
    assert resources(OPTIONS) == {"CPU": 1}
    assert resources(recipe("tutorial", device="cuda")) == {"CPU": 1, "GPU": 1}


def test_precision_is_decided_before_it_is_sent():
    assert decided(OPTIONS).precision in ("float32", "bfloat16")
    assert decided(recipe("tutorial", device="cuda")).precision == "auto"
