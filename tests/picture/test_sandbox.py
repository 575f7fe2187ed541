"""Files that bring a decoder down are refused, and whoever comes next is served."""

import os
import signal
import subprocess
import sys
import threading
from io import BytesIO

import pytest
from benchmarks.bombs import content_bomb, nested_forms, paths
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture import sandbox
from tenfold.picture.opening import MOST_PAGES, Pages, open_digit, open_pages


def saved(kind: str, pages: int = 2) -> bytes:
    stream = BytesIO()
    first, *rest = [Image.new("L", (60, 50), 255 - 10 * number) for number in range(pages)]
    first.save(stream, kind, save_all=True, append_images=rest)
    return stream.getvalue()


def test_only_what_can_be_brought_down_is_opened_in_a_child():
    kinds = {kind: sandbox.kind_of(saved(kind)) for kind in ("PDF", "TIFF", "PNG", "GIF", "WEBP")}
    assert kinds == {"PDF": "PDF", "TIFF": "TIFF", "PNG": "", "GIF": "", "WEBP": ""}
    assert sandbox.kind_of(b"\0\0\0\x18ftypheic") == "HEIC"


def test_memory_has_a_bound():
    with pytest.raises(PictureError, match="the PDF is refused: it .* more than 960 MiB of memory"):
        open_digit(content_bomb(1_500_000_000))
    assert open_digit(saved("PDF"))[0].size


@pytest.mark.parametrize("bomb", [nested_forms, lambda: paths(1_000_000)])
def test_time_has_a_bound(bomb, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 1.2)
    with pytest.raises(PictureError, match=r"the PDF is refused: a page of it takes more than 6 seconds to open"):
        open_digit(bomb())
    assert open_digit(saved("PDF"))[0].size


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_one_child_serves_many_pages_in_any_order_and_is_kept(kind, monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENT_SECONDS", 60)  # on a slow machine a child would be thought to dawdle
    with Pages(saved(kind, 5)) as pages:
        child = pages._file._child
        means = [round(pages.page(number).mean(), -1) for number in (4, 0, 2)]
    assert means == sorted(means, key=means.index)
    assert means[0] < means[2] < means[1]
    with Pages(saved("PDF")) as other:
        assert other._file._child is child


def test_a_child_that_dies_is_told_and_replaced():
    with Pages(saved("PDF")) as pages:
        os.kill(pages._file._child._process.pid, signal.SIGKILL)
        with pytest.raises(PictureError, match="it breaks what opens it"):
            pages.page(0)
        with pytest.raises(PictureError, match="no longer open"):
            pages.page(1)
    assert len(list(open_pages(saved("PDF")))) == 2


def test_one_that_died_while_it_was_idle_is_replaced():
    open_digit(saved("PDF"))
    for child in sandbox._idle:
        child._process.kill()
        child._process.wait()
    assert open_digit(saved("PDF"))[0].size


def test_several_threads_open_files_at_once():
    found = []
    threads = [threading.Thread(target=lambda: found.append(len(list(open_pages(saved("PDF", 3)))))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3, 3]
    assert len(sandbox._idle) <= sandbox.IDLE


def test_a_process_that_is_forked_leaves_the_children_alone():
    code = (
        "import os, sys; from tenfold.picture.opening import open_digit; from tenfold.picture import sandbox; "
        "content = sys.stdin.buffer.read(); open_digit(content); pid = os.fork(); open_digit(content); "
        "pid or os._exit(0); status = os.waitpid(pid, 0)[1]; open_digit(content); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], input=saved("PDF"), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_file_of_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr("tenfold.picture.opening.MOST_PAGES", 3)
    for kind in ("PDF", "TIFF"):
        assert len(list(open_pages(saved(kind, 3)))) == 3
        with pytest.raises(PictureError, match="the file has more than 3 pages: split it"):
            next(open_pages(saved(kind, 4)))
    assert MOST_PAGES > 1000


def test_a_child_that_computes_longer_than_it_may_is_told_from_one_that_breaks():
    with Pages(saved("PDF")) as pages:
        os.kill(pages._file._child._process.pid, signal.SIGXCPU)
        with pytest.raises(PictureError, match="takes more than 6 seconds to open"):
            pages.page(0)


def test_a_child_that_owes_an_answer_is_not_given_to_the_next(monkeypatch):
    class Stop(BaseException):
        """What Ctrl-C is."""

    def stop(*_):
        raise Stop

    with Pages(saved("PDF", 3)) as pages:
        pages.page(0)
        child = pages._file._child
        with monkeypatch.context() as interrupted:
            interrupted.setattr(sandbox, "receive", stop)
            with pytest.raises(Stop):
                pages.page(1)
    assert child not in sandbox._idle
    assert not child.alive()
    assert len(list(open_pages(saved("TIFF", 2)))) == 2
