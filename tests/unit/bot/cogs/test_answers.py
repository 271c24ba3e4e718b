"""What can be done with an answer, at payload level over a real journal: see its source, vote, report, see more."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.activity import Scope, VoteCount
from index.domain.documents import Document
from tests.support.asking import QUESTION, asked, id_in, pressed, settled
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators
from tests.support.makers import SCOUT, make_abstention, make_citation, make_source, make_status

FORGOTTEN = "no longer kept"
PAGES = "\n\n".join(f"Paragraph {number}. " + "Words that fill it up. " * 30 for number in range(20))


@pytest.fixture
def library(tmp_path: Path) -> JournalLibrary:
    library = JournalLibrary(tmp_path)
    source = "llama-4-release.md"
    library.documents = {source: Document(source, source, "The Llama 4 release", None, f"{SCOUT}\n\n{PAGES}", ())}
    return library


async def test_the_source_is_shown_around_the_quotation_to_who_pressed_alone(wire: Wire) -> None:
    reply = await pressed(wire, await asked(wire), "Show in source")
    assert reply["flags"] & EPHEMERAL
    assert f"**{SCOUT}**" in text_of(reply)
    assert "Page 1 of " in text_of(reply)
    assert "Confidence: 93 %. Snapshot <t:1743854400:f> (1a2b)." in text_of(reply)


async def test_paging_changes_the_page_that_it_is_on_and_leaves_the_answer_as_it_is(wire: Wire) -> None:
    user = User.new()
    answer = await asked(wire)
    first = await pressed(wire, answer, "Show in source", user=user)
    before = text_of(wire.people.current(answer))
    second = await pressed(wire, first, "Next")
    assert second["id"] == first["id"]
    assert second["flags"] & EPHEMERAL
    assert "Page 2 of " in text_of(second)
    assert SCOUT not in text_of(second)
    assert SCOUT in text_of(await pressed(wire, second, "Back"))
    assert text_of(wire.people.current(answer)) == before


async def test_everyone_pages_for_themselves(wire: Wire) -> None:
    answer = await asked(wire)
    mine, yours = [await pressed(wire, answer, "Show in source", user=User.new()) for _ in range(2)]
    await pressed(wire, mine, "Next")
    assert "Page 2 of " in text_of(wire.people.current(mine))
    assert "Page 1 of " in text_of(wire.people.current(yours))


@pytest.mark.parametrize("button", ["Show in source", "Helpful", "More passages", "Continue in a thread"])
async def test_a_button_of_an_answer_that_was_forgotten_says_so_in_private(
    wire: Wire, library: JournalLibrary, button: str
) -> None:
    user = User.new()
    message = await asked(wire, user=user)
    library.journal.forget(int(user.id))
    reply = await pressed(wire, message, button)
    assert FORGOTTEN in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert library.journal.count_votes(id_in(message)) == VoteCount(0, 0)


async def test_a_page_turned_after_the_answer_was_forgotten_says_so_in_its_place(
    wire: Wire, library: JournalLibrary
) -> None:
    user = User.new()
    first = await pressed(wire, await asked(wire, user=user), "Show in source")
    library.journal.forget(int(user.id))
    second = await pressed(wire, first, "Next")
    assert FORGOTTEN in text_of(second)
    assert second["id"] == first["id"]


async def test_a_user_has_one_vote_on_an_answer_and_may_change_it(wire: Wire, library: JournalLibrary) -> None:
    message = await asked(wire)
    asker, other = User.new(), User.new()
    for user in (asker, asker, other):
        assert "Noted: helpful" in text_of(await pressed(wire, message, "Helpful", user=user))
    assert library.journal.count_votes(id_in(message)) == VoteCount(2, 0)
    form = await Form.opened(wire.press(message, "Not helpful", user=asker))
    await wire.submit(form, "").answer()
    assert library.journal.count_votes(id_in(message)) == VoteCount(1, 1)
    assert "Noted: helpful" in text_of(await pressed(wire, message, "Helpful", user=asker))
    assert library.journal.count_votes(id_in(message)) == VoteCount(2, 0)


async def test_a_vote_against_counts_though_its_form_never_comes_back(wire: Wire, library: JournalLibrary) -> None:
    message = await asked(wire)
    await Form.opened(wire.press(message, "Not helpful"))
    await settled(wire)
    assert library.journal.count_votes(id_in(message)) == VoteCount(0, 1)
    assert [gap.question for gap in library.journal.gaps(Scope(int(LISTED.id)))] == [QUESTION]


async def test_the_reason_is_kept_for_the_moderators_without_who_wrote_it(wire: Wire, library: JournalLibrary) -> None:
    message = await asked(wire)
    form = await Form.opened(wire.press(message, "Not helpful", user=User("4242424242424242", "zaphod")))
    reply = await wire.submit(form, "  It is about Maverick.\n").answer()
    assert reply["flags"] & EPHEMERAL
    assert "Noted: not helpful" in text_of(reply)
    (gap,) = library.journal.gaps(Scope(int(LISTED.id)))
    assert gap.reasons == ("It is about Maverick.",)
    assert "zaphod" not in repr(gap)
    assert "4242424242424242" not in repr(gap)


async def test_a_reason_whose_vote_was_lost_brings_the_vote_with_it(wire: Wire, library: JournalLibrary) -> None:
    message = await asked(wire)
    user = User.new()
    form = await Form.opened(wire.press(message, "Not helpful", user=user))
    await settled(wire)
    library.journal.forget(int(user.id))
    await wire.submit(form, "It is about Maverick.").answer()
    assert library.journal.count_votes(id_in(message)) == VoteCount(0, 1)


async def test_a_reason_for_an_answer_that_was_forgotten_is_said_to_be_too_late(
    wire: Wire, library: JournalLibrary
) -> None:
    asker = User.new()
    form = await Form.opened(wire.press(await asked(wire, user=asker), "Not helpful", user=User.new()))
    await settled(wire)
    library.journal.forget(int(asker.id))
    assert FORGOTTEN in text_of(await wire.submit(form, "It is about Maverick.").answer())


async def test_votes_on_answers_from_before_a_restart_count(library: JournalLibrary, tmp_path: Path) -> None:
    wire, user = Wire(), User.new()
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        message = await asked(wire)
        await pressed(wire, message, "Helpful", user=user)
        form = await Form.opened(wire.press(message, "Not helpful", user=User.new()))
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        await pressed(wire, message, "Helpful", user=user)
        await wire.submit(form, "It is about Maverick.").answer()
        assert SCOUT in text_of(await pressed(wire, message, "Show in source"))
    assert library.journal.count_votes(id_in(message)) == VoteCount(1, 1)


async def test_a_gap_is_reported_once_a_user_and_the_moderators_see_it(wire: Wire, library: JournalLibrary) -> None:
    library.answer = make_abstention(make_citation())
    message = await asked(wire)
    user = User.new()
    for _ in range(2):
        reply = await pressed(wire, message, "Report the gap", user=user)
        assert "Reported" in text_of(reply)
        assert reply["flags"] & EPHEMERAL
    (gap,) = library.journal.gaps(Scope(int(LISTED.id)))
    assert (gap.question, gap.why) == (QUESTION, "reported")


async def test_a_gap_of_an_answer_that_was_forgotten_is_not_said_to_be_reported(
    wire: Wire, library: JournalLibrary
) -> None:
    library.answer = make_abstention(make_citation())
    user = User.new()
    message = await asked(wire, user=user)
    library.journal.forget(int(user.id))
    assert FORGOTTEN in text_of(await pressed(wire, message, "Report the gap"))


async def test_the_sources_are_listed_to_who_pressed_alone(wire: Wire, library: JournalLibrary) -> None:
    library.answer = make_abstention()
    library.current = make_status(sources=(make_source("one.md", title="One"), make_source("two.md", title="Two")))
    reply = await pressed(wire, await asked(wire), "Sources")
    assert reply["flags"] & EPHEMERAL
    assert "One" in text_of(reply)
    assert "Two" in text_of(reply)


async def test_more_passages_are_those_that_the_answer_does_not_quote(wire: Wire, library: JournalLibrary) -> None:
    fresh = make_citation(2, "Maverick has 128 experts.", start=500)
    library.further = (make_citation(), fresh)
    reply = await pressed(wire, await asked(wire), "More passages")
    assert reply["flags"] & EPHEMERAL
    assert "Maverick has 128 experts." in text_of(reply)
    assert SCOUT not in text_of(reply)


async def test_that_there_are_no_more_passages_is_said(wire: Wire) -> None:
    assert "no further passages" in text_of(await pressed(wire, await asked(wire), "More passages"))


async def test_nearest_passages_are_those_recorded_and_shown_in_private(wire: Wire, library: JournalLibrary) -> None:
    library.answer = make_abstention(make_citation(), make_citation(2, "Maverick has 128 experts.", start=500))
    message = await asked(wire, "Who founded OpenAI?")
    assert SCOUT not in text_of(message)
    library.further = (make_citation(1, "Of another snapshot."),)
    reply = await pressed(wire, message, "Nearest passages")
    assert reply["flags"] & EPHEMERAL
    assert SCOUT in text_of(reply)
    assert "Maverick has 128 experts." in text_of(reply)
    assert "another snapshot" not in text_of(reply)


async def test_a_nearest_passage_is_shown_in_its_source_without_a_confidence(
    wire: Wire, library: JournalLibrary
) -> None:
    library.answer = make_abstention(make_citation())
    nearest = await pressed(wire, await asked(wire), "Nearest passages")
    page = text_of(await pressed(wire, nearest, "Show in source"))
    assert f"**{SCOUT}**" in page
    assert "Confidence" not in page
    assert "Snapshot <t:1743854400:f> (1a2b)." in page


async def test_nearest_passages_are_there_after_a_restart(library: JournalLibrary, tmp_path: Path) -> None:
    library.answer = make_abstention(make_citation())
    wire = Wire()
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        message = await asked(wire)
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        assert SCOUT in text_of(await pressed(wire, message, "Nearest passages"))


async def test_nearest_passages_of_an_abstention_that_was_forgotten_are_not_shown(
    wire: Wire, library: JournalLibrary
) -> None:
    library.answer = make_abstention(make_citation())
    user = User.new()
    message = await asked(wire, user=user)
    library.journal.forget(int(user.id))
    assert FORGOTTEN in text_of(await pressed(wire, message, "Nearest passages"))
