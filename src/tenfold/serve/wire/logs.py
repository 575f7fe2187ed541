"""The log: one line of JSON for each event, on standard error."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

__all__ = ["REQUESTS", "JsonLines", "log_as_json"]

REQUESTS = logging.getLogger("tenfold.serve.requests")
"""Where each request is logged: a person at a terminal would lose sight of the address and of what matters."""

LEVELS = {"tenfold.serve": logging.INFO, "uvicorn": logging.WARNING}
"""The loggers that write, and from which level on."""


def log_as_json() -> None:
    """Write what the server and uvicorn log to standard error, as lines of JSON; into a terminal no requests."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
    REQUESTS.disabled = sys.stderr.isatty()


class JsonLines(logging.Formatter):
    """Writes each log record as one line of JSON, with the members of its `fields` if it has any."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)
