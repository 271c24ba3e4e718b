"""The log on standard error: as lines of text or of JSON, each with the id of its request."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from bot.request_ids import current_request
from bot.settings import LogFormat

__all__ = ["RequestFilter", "log_to_stderr", "make_handler"]

TEXT = "%(asctime)s %(levelname)s %(name)s%(of_request)s: %(message)s"


def log_to_stderr(level: str, form: LogFormat = LogFormat.TEXT) -> None:
    """Log to standard error from `level` on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[make_handler(sys.stderr, form)], level=logging.WARNING)
    for name in ("bot", "index"):
        logging.getLogger(name).setLevel(number)
    # Below INFO, discord.py logs bodies and addresses: people's messages, and tokens of interactions.
    logging.getLogger("discord").setLevel(max(number, logging.INFO))
    # Its INFO line at login would clutter the one-sentence error of a rejected token.
    logging.getLogger("discord.client").setLevel(max(number, logging.WARNING))


def make_handler(stream: TextIO, form: LogFormat) -> logging.Handler:
    """Return a handler that writes to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(RequestFilter())
    handler.setFormatter(_JsonFormatter() if form is LogFormat.JSON else logging.Formatter(TEXT))
    return handler


class RequestFilter(logging.Filter):
    """Adds the id of the request to each record; it drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = current_request()
        vars(record).update(request=request, of_request=f" [{request}]" if request else "")
        return True


class _JsonFormatter(logging.Formatter):
    """A record as an object of JSON in one line.

    Of an error it has the trace that `bot.services.errors.trace` makes, without the message, which may quote anything.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request", "") or None,
        }
        if record.exc_info and record.exc_info[1]:
            from bot.services.errors import trace  # here, so that the console starts without discord.py

            line["error"] = trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)
