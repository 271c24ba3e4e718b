"""Suggestions while a question is typed, at payload level over a real journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import QUESTION, asked, busy_journal, damage, pressed, settled
from tests.support.discord.exchange import Exchange
from tests.support.discord.payloads import LISTED, UNLISTED, User
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary

SECRET = "my very private question"
ZAPHOD = User("4242424242424242", "zaphod")
EXPERTS = "How many experts does Maverick have?"


@pytest.fixture
def library(tmp_path: Path) -> JournalLibrary:
    library = JournalLibrary(tmp_path)
    library.known = (QUESTION, EXPERTS)
    return library


async def offered(wire: Wire, typed: str, **who: Any) -> list[str]:
    """What is offered for what is being typed."""
    return await choices(wire.autocomplete("ask", {"question": typed}, **who))


async def choices(exchange: Exchange) -> list[str]:
    await exchange.acknowledged()
    assert exchange.choices is not None
    return [choice["value"] for choice in exchange.choices]


async def test_questions_that_the_sources_answer_are_offered_though_misspelt(wire: Wire) -> None:
    assert await offered(wire, "how many exprets") == [EXPERTS]
    assert await offered(wire, "") == [QUESTION, EXPERTS]
    assert await offered(wire, "zzzz") == []


async def test_a_question_voted_helpful_is_offered_in_its_server_and_nowhere_else(wire: Wire) -> None:
    helpful = "How many experts are in it?"
    await pressed(wire, await asked(wire, helpful), "Helpful")
    assert helpful in await offered(wire, "how many experts", guild=LISTED)
    assert helpful not in await offered(wire, "how many experts", guild=UNLISTED)
    assert helpful not in await offered(wire, "how many experts", guild=None)


async def test_a_helpful_question_longer_than_a_choice_is_left_out(wire: Wire) -> None:
    await pressed(wire, await asked(wire, "How many " + "very " * 40 + "good experts?"), "Helpful")
    assert await offered(wire, "How many") == [EXPERTS]


async def test_suggestions_come_from_the_sources_while_the_journal_is_damaged(
    library: JournalLibrary, wire: Wire
) -> None:
    damage(library)
    assert await offered(wire, "how many") == [EXPERTS]


async def test_none_are_offered_in_time_while_the_journal_is_slow(library: JournalLibrary, wire: Wire) -> None:
    with busy_journal(library):
        assert await offered(wire, "how many") == []


async def test_none_are_offered_after_an_unexpected_error_and_nothing_of_it_is_logged(
    library: JournalLibrary, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    library.known = None  # type: ignore[assignment]
    assert await offered(wire, SECRET, user=ZAPHOD) == []
    assert "TypeError" in caplog.text
    assert_nothing_said(caplog)


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (403, 50001), (400, 40060), (400, 50035)])
async def test_suggestions_that_do_not_arrive_are_logged_without_who_typed_what(
    wire: Wire, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    caplog.set_level("INFO")
    wire.fail("/callback$", status, code)
    wire.autocomplete("ask", {"question": SECRET}, user=ZAPHOD)
    await wire.sent.wait_for(lambda sent: sent.status == status)
    await settled(wire)
    assert f"{status}/{code}" in caplog.text
    assert_nothing_said(caplog)


@pytest.mark.parametrize(
    ("command", "option"), [("ask", "query"), ("ask", "private"), ("status", "question"), ("forgotten", "question")]
)
async def test_an_option_of_an_older_program_is_answered_with_no_suggestions(
    wire: Wire, caplog: pytest.LogCaptureFixture, command: str, option: str
) -> None:
    """It is logged without who typed what."""
    assert await choices(wire.autocomplete(command, {option: SECRET}, user=ZAPHOD)) == []
    await settled(wire)
    assert_nothing_said(caplog)


def assert_nothing_said(caplog: pytest.LogCaptureFixture) -> None:
    for hidden in ("private question", ZAPHOD.id, "zaphod", LISTED.id, "interaction-token"):
        assert hidden not in caplog.text
