"""Lines of the log: text or JSON, with the id of the request, without what an error quotes."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.logs import RequestFilter, make_handler
from bot.request_ids import begin_request
from bot.settings import LogFormat
from tests.support.asking import MENTION, QUESTION, asked, pressed, replied
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary

SECRET = "a question of somebody"


@contextmanager
def logged(form: LogFormat) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own, and what it writes; nothing of it goes into the reports of the tests."""
    stream, log = io.StringIO(), logging.getLogger("bot.test")
    handler = make_handler(stream, form)
    log.addHandler(handler)
    log.propagate = False
    try:
        yield log, stream
    finally:
        log.propagate = True
        log.removeHandler(handler)


async def in_a_request(log: logging.Logger, text: str) -> str:
    identifier = begin_request()
    await asyncio.to_thread(log.warning, text)
    return identifier


async def test_line_of_text_has_the_id_of_its_request_in_threads_too() -> None:
    with logged(LogFormat.TEXT) as (log, stream):
        identifier = await asyncio.create_task(in_a_request(log, "slow"))
        log.warning("by itself")
    first, second = stream.getvalue().splitlines()
    assert first.endswith(f"WARNING bot.test [{identifier}]: slow")
    assert second.endswith("WARNING bot.test: by itself")


async def test_each_request_has_an_id_of_its_own() -> None:
    log = logging.getLogger("bot.test")
    assert len({await asyncio.create_task(in_a_request(log, "x")) for _ in range(20)}) == 20


async def test_line_of_json_is_one_object_with_the_same_fields_always() -> None:
    with logged(LogFormat.JSON) as (log, stream):
        identifier = await asyncio.create_task(in_a_request(log, "two\nlines"))
        log.info("not at this level")
        log.warning("of %s", "nobody")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert list(first) == list(second) == ["time", "level", "logger", "message", "request"]
    assert (first["message"], first["request"], first["level"]) == ("two\nlines", identifier, "WARNING")
    assert second["request"] is None


def test_line_of_json_names_the_place_of_an_error_not_what_it_quotes() -> None:
    with logged(LogFormat.JSON) as (log, stream):
        try:
            raise ValueError(SECRET)
        except ValueError:
            log.exception("failed")
    line = json.loads(stream.getvalue())
    assert line["error"].startswith("ValueError at test_logs.py:")
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("form", LogFormat)
def test_line_is_never_broken_by_what_cannot_be_encoded(form: LogFormat) -> None:
    with logged(form) as (log, stream):
        log.warning("half a pair: \ud83d")
    assert stream.getvalue().count("\n") == 1


def incident_in(text: str) -> str:
    return text.rsplit(maxsplit=1)[-1].rstrip(".")


@pytest.mark.parametrize("how", ["command", "message", "button"])
async def test_id_that_a_member_sees_is_on_all_lines_of_the_request(
    wire: Wire, library: JournalLibrary, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    message = await asked(wire)
    caplog.handler.addFilter(RequestFilter())

    def fail(*_: object, **__: object) -> None:
        logging.getLogger("index").warning("a line of the library")
        raise ValueError(SECRET)

    library.conversation.reply = library.journal.vote = fail
    if how == "command":
        text = text_of(await asked(wire))
    elif how == "message":
        text = (await replied(wire, f"{MENTION} {QUESTION}")).text
    else:
        text = text_of(await pressed(wire, message, "Helpful"))
    lines = {record.message: record.request for record in caplog.records}
    assert lines["a line of the library"] == incident_in(text)
    assert [request for line, request in lines.items() if line.startswith("Incident")] == [incident_in(text)]
