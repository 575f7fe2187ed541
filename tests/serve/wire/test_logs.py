import json
import logging
import os
import sys

from tenfold.serve.wire.logs import REQUESTS, JsonLines, log_as_json


def test_a_record_is_one_line_of_json_with_its_fields():
    record = logging.LogRecord("tenfold.serve", logging.INFO, "x.py", 1, "two\nlines of %s", ("x",), None)
    record.fields = {"status": 200}
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert {key: told[key] for key in ("level", "event", "status")} == {
        "level": "info",
        "event": "two\nlines of x",
        "status": 200,
    }


def test_a_failure_brings_its_trace():
    try:
        raise ValueError("x")
    except ValueError:
        record = logging.LogRecord("uvicorn", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    assert "ValueError: x" in json.loads(JsonLines().format(record))["trace"]


def test_into_a_terminal_no_requests_are_logged_and_into_a_file_they_are(tmp_path, monkeypatch):
    _, terminal = os.openpty()
    for place, logged in ((os.fdopen(terminal, "w"), False), ((tmp_path / "log").open("w"), True)):
        with place:
            monkeypatch.setattr(sys, "stderr", place)
            log_as_json()
            assert REQUESTS.isEnabledFor(logging.INFO) is logged
    monkeypatch.undo()
    log_as_json()
