"""`tenfold serve` as an operator runs it."""

import asyncio
import json
import shutil
import signal
from pathlib import Path

import httpx
import numpy as np
import pytest

import tenfold
from tenfold.errors import TenfoldError
from tenfold.serve import run
from tenfold.serve.options import ServeOptions
from tenfold.serve.store import NewReview, ReviewStore

HEADERS = {"content-type": "image/png"}


async def load(address, seven, connections, stop, *, path="/v1/digits"):
    """Ask on so many connections until told to stop; gives every status, and 0 where a request got no answer."""
    statuses = []

    async def ask(client):
        while not stop.is_set():
            try:
                answer = await client.post(address + path, content=seven, headers=HEADERS)
                statuses.append(answer.status_code)
                if answer.status_code == 200:
                    assert answer.json()["digits"][0]["digit"] == "7"
                if answer.headers.get("connection") == "close":
                    return
            except httpx.ConnectError:
                return  # no longer let in
            except httpx.TransportError:
                statuses.append(0)

    limits = httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        await asyncio.gather(*(ask(client) for _ in range(connections)))
    return statuses


def while_loaded(running, seven, connections, act):
    """Do something while requests are coming, and give their statuses."""

    async def both():
        stop = asyncio.Event()
        task = asyncio.create_task(load(running.address, seven, connections, stop))
        while running.log.read_text().count('"request"') < 30:
            await asyncio.sleep(0.05)
        result = await asyncio.to_thread(act)
        stop.set()
        return await task, result

    return asyncio.run(both())


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_add_their_figures_up_and_sigterm_answers_whoever_was_let_in(start, seven, workers):
    running = start("--workers", workers)
    for _ in range(4):
        httpx.put(f"{running.address}/v1/reviews/1", json={"label": "7"})
    for _ in range(3):
        figures = httpx.get(f"{running.address}/metrics").text
        assert 'tenfold_requests_total{method="PUT",route="/v1/reviews/{number}",status="404"} 4.0' in figures
    statuses, status = while_loaded(running, seven, 8, running.end)
    assert status == 0
    assert len(statuses) >= 10
    assert set(statuses) == {200}
    assert "Traceback" not in running.log.read_text()
    assert "timeout" not in running.log.read_text()


def test_a_new_model_comes_in_without_a_failed_request_and_a_bad_one_stays_out(
    start, seven, model, model_copy, wait_until
):
    running = start("--model", model_copy, "--workers", 1)
    figures = lambda: httpx.get(f"{running.address}/metrics").text  # noqa: E731

    def replace():
        fresh, old = model_copy.with_name("fresh"), model_copy.with_name("old")
        shutil.copytree(model_copy, fresh)
        model_copy.rename(old)
        fresh.rename(model_copy)
        wait_until(lambda: 'tenfold_model_reloads_total{outcome="taken"} 1.0' in figures())
        (model_copy / "model.onnx").write_bytes(b"broken")
        wait_until(lambda: 'outcome="refused"' in figures())
        shutil.copyfile(old / "model.onnx", model_copy / "model.onnx")
        wait_until(lambda: 'tenfold_model_reloads_total{outcome="taken"} 2.0' in figures())
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: 'tenfold_model_reloads_total{outcome="taken"} 3.0' in figures())

    statuses, _ = while_loaded(running, seven, 2, replace)
    assert set(statuses) == {200}
    assert running.end() == 0
    events = [json.loads(line) for line in running.log.read_text().splitlines() if line.startswith("{")]
    assert any(event["event"].startswith("a new model was refused") for event in events)


def test_what_is_too_much_is_told_to_come_again_and_the_rest_is_right(serve, tmp_path, seven):
    with serve(tmp_path, limits={"waiting": 4}) as address:

        async def flood():
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(1.5, stop.set)
            return await load(address, seven, 40, stop)

        statuses = asyncio.run(flood())
        assert set(statuses) == {200, 503}
        assert httpx.post(f"{address}/v1/digits", content=seven, headers=HEADERS).status_code == 200
        assert "tenfold_waiting 0.0" in httpx.get(f"{address}/metrics").text


def test_reviews_acknowledged_before_a_kill_are_there_after_it(start, seven, tmp_path):
    running = start("--store", "mine.db")
    ids = []
    for _ in range(5):
        kept = httpx.post(f"{running.address}/v1/reviews", files={"picture": ("7.png", seven)}, data={"label": "7"})
        ids.append(kept.json()["id"])
    running.process.kill()
    store = ReviewStore(str(tmp_path / "mine.db"))
    assert [review.id for review in store.everything()] == ids
    store.close()


def test_what_people_said_is_exported_in_the_classes_of_the_model(command, letters, tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    image = np.full((1, 28, 28), 7, np.uint8)
    store.add(NewReview(b"png", image, "A", 0.6, "uncertain", "small", label="B"))
    store.close()
    result = command("serve", "--export", "mine", "--model", letters)
    assert (result.status, result.out) == (0, "1 written to mine\n")
    examples = tenfold.load_examples(tmp_path / "mine", "train")
    assert [examples.classes[label] for label in examples.labels] == ["B"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--host", "0.0.0.0"], "give --token-file FILE"), (["--export", "out"], "there is nothing to export")],  # noqa: S104
)
def test_wrong_usage_is_one_line(command, arguments, message):
    result = command("serve", *arguments)
    assert result.status in {1, 2}
    assert message in result.err, result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"store": "mysql://x"}, "--store takes a file"),
        ({"model": Path("nowhere")}, "no model at nowhere"),
        ({"max_error": 1e-9}, "labelled images"),
        ({"host": "192.0.2.1", "insecure": True}, "cannot listen at 192.0.2.1"),
    ],
)
def test_what_cannot_be_served_is_said(changes, message):
    with pytest.raises(TenfoldError, match=message):
        run.serve(ServeOptions(**changes))


def test_the_page_is_opened_where_that_is_asked_for(start, wait_until, monkeypatch, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    running = start("--open")
    wait_until(lambda: (tmp_path / "opened").exists() and (tmp_path / "opened").read_text())
    assert (tmp_path / "opened").read_text().strip() == running.address
