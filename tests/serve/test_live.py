import asyncio
import os

import pytest
from forging import signed

from tenfold.errors import ModelError
from tenfold.model.folder import load_model
from tenfold.serve.live import LiveReader


def test_a_new_model_is_taken_and_a_broken_one_refused(model_copy):
    outcomes = []
    live = LiveReader(model_copy, tell=outcomes.append)
    first = live.reader()
    assert live.reload() == "taken"
    assert live.reader() is not first
    taken = live.reader()
    (model_copy / "model.onnx").write_bytes(b"broken")
    assert live.reload() == "refused"
    assert live.reader() is taken
    assert outcomes == ["taken", "refused"]


def test_any_file_that_changes_shows_but_a_folder_that_is_being_written_does_not(model_copy):
    live = LiveReader(model_copy)
    before = live._look()
    os.utime(model_copy / "lines.onnx", ns=(1, 1))
    assert live._look() not in {before, ()}
    (model_copy / "model.onnx").rename(model_copy.with_name("elsewhere"))
    assert live._look() == ()


def test_a_request_may_ask_for_its_own_error():
    live = LiveReader(None)
    assert live.reader(0.01).max_error == 0.01
    assert live.reader().max_error is None


def test_numbers_need_a_line_recogniser(letters):
    assert LiveReader(None).number_reader()
    with pytest.raises(ModelError, match="reads single digits only") as refused:
        LiveReader(letters).number_reader()
    assert str(letters) not in str(refused.value)


@pytest.mark.parametrize("error", [ZeroDivisionError, RecursionError, MemoryError])
def test_whatever_a_new_model_brings_about_the_old_one_answers_and_the_next_is_taken(model_copy, monkeypatch, error):
    live = LiveReader(model_copy)
    taken = live.reader()

    async def follow():
        looking = asyncio.create_task(live.follow())
        monkeypatch.setattr("tenfold.serve.live.LOOK_SECONDS", 0.01)
        monkeypatch.setattr("tenfold.serve.live.load_model", fail)
        os.utime(model_copy / "model.onnx", ns=(1, 1))
        while not refused:
            await asyncio.sleep(0.01)
        monkeypatch.setattr("tenfold.serve.live.load_model", load_model)
        os.utime(model_copy / "model.onnx", ns=(2, 2))
        while live.reader() is taken:
            assert not looking.done()
            await asyncio.sleep(0.01)
        looking.cancel()

    refused = []

    def fail(*_, **__):
        refused.append(1)
        raise error

    monkeypatch.setattr("tenfold.serve.live.LOOK_SECONDS", 0.01)
    asyncio.run(asyncio.wait_for(follow(), 60))


def test_a_model_whose_classes_are_not_its_networks_is_refused(model_copy):
    live = LiveReader(model_copy)
    taken = live.reader()
    for classes in (list("01234567"), ["0"] * 10, list(range(10))):
        signed(model_copy, lambda document, classes=classes: document.update(classes=classes))
        assert live.reload() == "refused"
        assert live.reader() is taken
