"""/privacy and /forget-me at payload level, over a real journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.views.privacy import confirm_deletion_message, deleted_message, privacy_message
from index.domain.activity import StoredCounts
from tests.support.discord.payloads import LISTED, NOT_JOINED, UNLISTED, Guild, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.harmless import check_harmless
from tests.support.journal_library import JournalLibrary, connected_with_moderators

ANNA, BERT = User.new("anna"), User.new("bert")


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path) as wire:
        yield wire


def asked(library: JournalLibrary) -> None:
    """Anna asked twice and voted on all three questions, Bert asked once and voted on Anna's first."""
    ids = [library.answered("When is it?", user=ANNA), library.silent("Where is it?", user=ANNA, guild=None)]
    ids.append(library.answered("Who is it?", user=BERT))
    for answer_id in ids:
        library.journal.vote(answer_id, user=int(ANNA.id), helpful=True)
    library.journal.vote(ids[0], user=int(BERT.id), helpful=False)


@pytest.mark.parametrize("guild", [LISTED, UNLISTED, NOT_JOINED, None])
async def test_everyone_is_told_alone_what_is_kept_of_them(
    library: JournalLibrary, wire: Wire, guild: Guild | None
) -> None:
    asked(library)
    message = await wire.command("privacy", user=ANNA, guild=guild).answer()
    assert message["flags"] & EPHEMERAL
    assert "**Of you now:** 2 questions and 3 votes." in text_of(message)
    assert "**For how long:** 30 days; then" in text_of(message)
    other = text_of(await wire.command("privacy", user=User.new(), guild=guild).answer())
    assert "**Of you now:** 0 questions and 0 votes." in other


async def test_it_says_whether_questions_go_to_a_language_model(library: JournalLibrary, wire: Wire) -> None:
    without = text_of(await wire.command("privacy", user=ANNA).answer())
    assert "Your questions go to nobody but Discord" in without
    assert "language model" not in without
    library.writes = True
    told = text_of(await wire.command("privacy", user=ANNA).answer())
    assert "nobody but Discord" not in told
    assert "**Where it goes:** a language model writes my answers." in told


@pytest.mark.parametrize("guild", [LISTED, NOT_JOINED, None])
async def test_nothing_is_deleted_before_it_is_confirmed_and_then_all_of_the_asker_alone(
    library: JournalLibrary, wire: Wire, guild: Guild | None
) -> None:
    asked(library)
    question = await wire.command("forget-me", user=ANNA, guild=guild).answer()
    assert question["flags"] & EPHEMERAL
    assert "I keep 2 questions and 3 votes of yours." in text_of(question)
    assert library.journal.count_stored(int(ANNA.id)) == StoredCounts(2, 3)
    reply = await wire.press(question, "Delete", user=ANNA).answer()
    assert reply["id"] == question["id"]
    confirmation = "Kept of you before: 2 questions and 3 votes. Kept of you now: 0 questions and 0 votes."
    assert confirmation in text_of(reply)
    assert library.journal.count_stored(int(ANNA.id)) == StoredCounts(0, 0)
    assert library.journal.count_stored(int(BERT.id)) == StoredCounts(1, 0)  # the vote was on a question of Anna's


async def test_deleting_twice_deletes_what_came_between(library: JournalLibrary, wire: Wire) -> None:
    question = await wire.command("forget-me", user=ANNA).answer()
    assert "I keep 0 questions and 0 votes of yours." in text_of(question)
    asked(library)
    text = text_of(await wire.press(question, "Delete", user=ANNA).answer())
    assert "before: 2 questions and 3 votes. Kept of you now: 0 questions" in text


async def test_the_button_works_after_a_restart(library: JournalLibrary, tmp_path: Path) -> None:
    asked(library)
    wire = Wire()
    async with connected_with_moderators(library, tmp_path, wire=wire):
        question = await wire.command("forget-me", user=BERT, guild=None).answer()
    async with connected_with_moderators(library, tmp_path, wire=wire):
        assert "before: 1 question and 1 vote." in text_of(await wire.press(question, "Delete").answer())
    assert library.journal.count_stored(int(ANNA.id)) == StoredCounts(2, 2)


@pytest.mark.parametrize("stored", [StoredCounts(0, 0), StoredCounts(1, 1), StoredCounts(10**12, 10**12)])
def test_every_message_is_within_the_limits(stored: StoredCounts) -> None:
    for view in (
        privacy_message(stored, keep_days=100_000),
        privacy_message(stored, keep_days=100_000, writes=True),
        confirm_deletion_message(stored),
        deleted_message(stored, stored),
    ):
        check_harmless(view)
