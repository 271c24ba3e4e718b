"""Replies that Discord does not take: counted once each, logged without whose they were, and raised at nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.asking import QUESTION, asked, settled
from tests.support.discord.payloads import LISTED, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators

SECRET = "my very private question"
ZAPHOD = User("4242424242424242", "zaphod")
CALLBACK, EDIT, POST = "/callback$", "/@original$", r"^/channels/\d+/messages$"


@pytest.mark.parametrize(
    ("how", "path", "status", "code"),
    [
        ("command", CALLBACK, 404, 10062),
        ("command", CALLBACK, 403, 50001),
        ("command", CALLBACK, 400, 40060),
        ("command", EDIT, 404, 10008),
        ("command", EDIT, 404, 10015),
        ("command", EDIT, 403, 50001),
        ("command", EDIT, 401, 50027),
        ("refusal", CALLBACK, 404, 10062),
        ("unknown command", CALLBACK, 404, 10062),
        ("menu", CALLBACK, 404, 10062),
        ("menu", EDIT, 404, 10008),
        ("error", EDIT, 404, 10008),
        ("message", POST, 403, 50007),
        ("message", POST, 404, 10003),
        ("status", EDIT, 404, 10015),
        ("privacy", CALLBACK, 404, 10062),
    ],
)
async def test_it_is_counted_once_and_logged_without_its_text_or_author(
    library: JournalLibrary, wire: Wire, caplog: pytest.LogCaptureFixture, how: str, path: str, status: int, code: int
) -> None:
    if how == "error":
        library.answer = ZeroDivisionError(SECRET)
    message = wire.people.say(wire.state.scene(ZAPHOD, guild=LISTED), SECRET)
    wire.fail(path, status, code)
    if how in ("command", "error"):
        wire.command("ask", {"question": SECRET}, user=ZAPHOD)
    elif how == "refusal":
        wire.command("ask", {"question": SECRET * 50}, user=ZAPHOD)
    elif how == "menu":
        wire.menu("Answer this", message, user=ZAPHOD)
    elif how == "message":
        wire.message(SECRET, user=ZAPHOD)
    else:
        wire.command(how, user=ZAPHOD)
    await wire.sent.wait_for(lambda sent: sent.status == status)
    await settled(wire)
    assert wire.bot.services.replies.unsent == 1
    assert f"{status}/{code}" in caplog.text
    for hidden in (SECRET, "zaphod", ZAPHOD.id, "interaction-token", "10 million", "never retrieved"):
        assert hidden not in caplog.text


async def test_the_next_question_is_answered_as_if_nothing_had_been(library: JournalLibrary, tmp_path: Path) -> None:
    """Whoever's answer was lost is not taken for one whose question is still under way."""
    wire = Wire()
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        wire.fail(EDIT, 404, 10015)
        for _ in range(2):
            wire.command("ask", {"question": QUESTION}, user=ZAPHOD)
            await wire.sent.wait_for(lambda sent: sent.is_edit, since=len(wire.sent))
            await settled(wire)
        wire._failures.clear()
        assert "10 million" in text_of(await asked(wire, user=ZAPHOD))
    assert wire.bot.services.replies.unsent == 2
