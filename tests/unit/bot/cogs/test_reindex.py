"""/reindex with a preview, a way to cancel it, and a report of all that changed, at payload level."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from index.domain.errors import PreviewGone
from index.domain.messages import REINDEX, with_fix
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.snapshots import Diff, PassageText, ReindexStatus
from tests.support.discord.driver import has_ended
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, MODERATOR_ROLE, OWNER, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire, connected
from tests.support.fake_reindexer import PREVIEW
from tests.support.fakes import FakeLibrary
from tests.support.journal_library import MODERATORS
from tests.support.makers import make_report

MODERATOR = {"permissions": MEMBER | MANAGE_GUILD}


@pytest.fixture
async def wire(library: FakeLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected(library, tmp_path, moderators=MODERATORS) as wire:
        wire.bot.services.progress.edit_every = 0.01
        yield wire


def lines(library: FakeLibrary) -> list[tuple[str, str, str, int | None]]:
    return [(line.action, line.outcome, line.origin, line.user) for line in library.journal.audit_entries(9)]


async def previewed(wire: Wire, **who: object) -> dict:
    """The message of a preview."""
    command = wire.command("reindex", {"preview": True}, **(MODERATOR | who))  # type: ignore[arg-type]
    return await command.answer(lambda message: "This is a preview" in text_of(message))


async def test_a_preview_reports_all_and_switches_nothing(library: FakeLibrary, wire: Wire) -> None:
    user = User.new()
    message = await previewed(wire, user=user)
    text = text_of(message)
    assert "nothing of it is live yet" in text
    assert "Passages: 18 before, 21 now.\nAdded: new.md\nChanged: llama-4-release.md\nRemoved: old.md" in text
    assert message["flags"] & EPHEMERAL
    assert (library.previews, library.reindexes, library.published) == (1, 0, [])
    assert lines(library) == [("preview", f"snapshot {PREVIEW} is built, not live", LISTED.id, int(user.id))]


async def test_a_preview_is_made_live_by_its_button(library: FakeLibrary, wire: Wire) -> None:
    message = await previewed(wire)
    made = await wire.press(message, "Make it live", **MODERATOR).answer(
        lambda message: "The index is rebuilt" in text_of(message)
    )
    assert library.published == [PREVIEW]
    assert library.reported_to[-1] == (int(LISTED.id), False)
    assert "Make it live" not in text_of(made)
    assert lines(library)[0][:2] == (
        f"preview {PREVIEW} made live",
        "snapshot 20250405T120000000000Z-1a2b3c4d is live; sources added: 1; sources changed: 1; sources removed: 1; "
        "sources skipped: 1",
    )


async def test_a_preview_that_is_outdated_says_so(library: FakeLibrary, wire: Wire) -> None:
    library.publish_error = PreviewGone("The sources changed since this preview: preview again.")
    message = await previewed(wire)
    reply = await wire.press(message, "Make it live", **MODERATOR).answer(
        lambda message: "The sources changed since this preview" in text_of(message)
    )
    assert "Make it live" not in text_of(reply)
    assert lines(library)[0][1] == "failed: The sources changed since this preview: preview again."


async def test_a_preview_is_discarded_by_its_button(library: FakeLibrary, wire: Wire) -> None:
    message = await previewed(wire)
    reply = await wire.press(message, "Discard", **MODERATOR).answer(
        lambda message: "The preview is discarded" in text_of(message)
    )
    assert "Discard" not in text_of(reply).replace("discarded", "")
    assert (library.discarded, library.published) == ([PREVIEW], [])
    assert lines(library)[0][:2] == (f"preview {PREVIEW}", "discarded")


@pytest.mark.parametrize("label", ["Make it live", "Discard"])
@pytest.mark.parametrize("who", [{}, {"roles": ("99",)}])
async def test_whoever_presses_is_checked_anew(library: FakeLibrary, wire: Wire, label: str, who: dict) -> None:
    user = User.new()
    message = await previewed(wire, user=user)
    refused = await wire.press(message, label, user=user, permissions=MEMBER, **who).answer()
    assert "Only a moderator may rebuild the index" in text_of(refused)
    assert refused["flags"] & EPHEMERAL
    assert (library.published, library.discarded) == ([], [])


async def test_a_role_that_moderates_may_press(library: FakeLibrary, wire: Wire) -> None:
    message = await previewed(wire)
    await wire.press(message, "Discard", permissions=MEMBER, roles=(MODERATOR_ROLE,)).answer(
        lambda message: "discarded" in text_of(message)
    )
    assert library.discarded == [PREVIEW]


@pytest.mark.parametrize("preview", [False, True])
async def test_a_run_is_cancelled_by_its_button_and_the_old_index_serves(
    library: FakeLibrary, wire: Wire, preview: bool
) -> None:
    library.reindex_gate.clear()
    user = User.new()
    command = wire.command("reindex", {"preview": preview}, user=user, **MODERATOR)
    running = await command.answer(lambda message: "21 of 21" in text_of(message))
    wire.press(running, "Cancel", user=user, **MODERATOR)
    reply = await command.answer(lambda message: "The reindex was cancelled" in text_of(message))
    assert "the index is as it was before" in text_of(reply)
    assert "Cancel" not in text_of(reply).replace("cancelled", "")
    assert lines(library)[0][1] == "cancelled"
    library.reindex_gate.set()
    again = await wire.command("reindex", user=user, **MODERATOR).answer(has_ended)
    assert again


async def test_a_member_cannot_cancel(library: FakeLibrary, wire: Wire) -> None:
    library.reindex_gate.clear()
    user = User.new()
    command = wire.command("reindex", user=user, **MODERATOR)
    running = await command.answer(lambda message: "21 of 21" in text_of(message))
    refused = await wire.press(running, "Cancel", user=user, permissions=MEMBER).answer()
    assert "Only a moderator may rebuild the index" in text_of(refused)
    library.reindex_gate.set()
    await command.answer(lambda message: "The index is rebuilt" in text_of(message))


async def test_the_button_of_a_run_that_ended_stops_no_other(library: FakeLibrary, wire: Wire) -> None:
    library.reindex_gate.clear()
    first = wire.command("reindex", user=OWNER)
    running = await first.answer(lambda message: "21 of 21" in text_of(message))
    library.reindex_gate.set()
    await first.answer(lambda message: "The index is rebuilt" in text_of(message))
    library.reindex_gate.clear()
    second = wire.command("reindex", user=OWNER)
    await second.answer(lambda message: "21 of 21" in text_of(message))
    with pytest.raises(Exception, match="Cancel"):  # the message has changed, and with it its buttons
        wire.press(await first.answer(), "Cancel", user=OWNER)
    wire.bot.services.reindexing._runs[None].number += 1
    running = await second.answer(lambda message: "21 of 21" in text_of(message))
    reply = await wire.press(running, "Cancel", user=OWNER).answer()
    assert "no longer running" in text_of(reply)
    library.reindex_gate.set()
    await second.answer(lambda message: "The index is rebuilt" in text_of(message))


@pytest.mark.parametrize(
    ("left", "said"),
    [(19.2, "about 20 s left"), (0.4, "about 5 s left"), (150.0, "about 2 min left"), (None, "21 of 21 tokens …")],
)
async def test_progress_estimates_what_is_left(library: FakeLibrary, wire: Wire, left: float | None, said: str) -> None:
    library.reindex_gate.clear()
    library.steps = (("embedding passages", 21, 21),)
    library.run = ReindexStatus("embedding passages", 21, 21, 3.0, left)
    command = wire.command("reindex", user=OWNER)
    running = await command.answer(lambda message: "21 of 21" in text_of(message))
    assert said in text_of(running)
    library.reindex_gate.set()
    await command.answer(lambda message: "The index is rebuilt" in text_of(message))


async def test_progress_tells_how_many_tokens_are_embedded_a_second(library: FakeLibrary, wire: Wire) -> None:
    library.reindex_gate.clear()
    library.steps = (("embedding passages", 1_200_000, 10_000_000),)
    library.run = ReindexStatus("embedding passages", 1_200_000, 10_000_000, 100.0, 780.0, 11_234.5)
    command = wire.command("reindex", user=OWNER)
    running = await command.answer(lambda message: "of 10,000,000" in text_of(message))
    assert "1,200,000 of 10,000,000 tokens, 11,234 a second, about 13 min left" in text_of(running)
    library.reindex_gate.set()
    await command.answer(lambda message: "The index is rebuilt" in text_of(message))


DIFF = Diff(
    before="a",
    after="b",
    renamed=(("was.md", "is.md"),),
    passages_added=7,
    passages_removed=1,
    first_added=(PassageText("is.md", "", "Scout has *10* million."), PassageText("is.md", "", "@everyone reads it.")),
    first_removed=(PassageText("old.md", "", "Scout has `five`."),),
)


async def reported(wire: Wire) -> str:
    message = await wire.command("reindex", user=OWNER).answer(has_ended)
    return text_of(message)


async def test_the_report_shows_what_was_renamed_and_the_first_passages_that_changed(
    library: FakeLibrary, wire: Wire
) -> None:
    library.report = make_report(diff=DIFF)
    text = await reported(wire)
    assert "Renamed: was.md → is.md" in text
    assert "**Passages**: 7 added, 1 removed" in text
    assert "**−** Scout has \\`five\\`. (old.md)\n**+** Scout has \\*10\\* million. (is.md)" in text
    assert "@everyone" not in text
    assert "and 5 more" in text


async def test_the_report_shows_own_questions_whose_answer_changed(library: FakeLibrary, wire: Wire) -> None:
    changed = (
        ChangedAnswer("How large is Scout?", "109 B", "", False),
        ChangedAnswer("When is it?", "May", "April", True),
        ChangedAnswer("Who?", "Ann", "Bob"),
    )
    wrong = ("Where?", "How large is Scout?")
    check = RegressionCheck(QuestionOrigin.OWN, 5, 4, changed, wrong, "Only 4 asked.")
    library.report = make_report(regressions=(check,))
    text = await reported(wire)
    assert "**Own questions**: 4 asked, 1 lost, 2 changed, 2 not as they should be\n-# Only 4 asked." in text
    assert "- How large is Scout? (**not as it should be**)\n-# before: “109 B”\n-# now: no answer\n" in text
    assert "- When is it? (as it should be)\n-# before: “May”\n-# now: “April”\n" in text
    assert "- Who?\n-# before: “Ann”\n-# now: “Bob”\n" in text
    assert "- Where? (**not as it should be**)" in text


LOST = RegressionCheck(
    QuestionOrigin.HELPFUL,
    12,
    12,
    (
        ChangedAnswer("When is *LlamaCon*?", "On April 29.", ""),
        ChangedAnswer("Who made it?", "Meta did.", "Meta AI did."),
        ChangedAnswer("How large is it?", "109 B", "110 B"),
    ),
)


async def test_a_preview_shows_the_helpful_answers_that_an_edit_breaks(library: FakeLibrary, wire: Wire) -> None:
    library.report = make_report(regressions=(LOST, RegressionCheck(QuestionOrigin.SUGGESTIONS, 9, 9)))
    message = await previewed(wire)
    text = text_of(message)
    assert "**Helpful answers**: 12 asked again, 1 lost, 2 changed\n- When is \\*LlamaCon\\*?" in text
    assert "\n-# before: “On April 29.”\n-# now: no answer\n- Who made it?\n" in text
    assert "**Suggestions**: 9 asked again, 0 lost, 0 changed" in text
    assert message["flags"] & EPHEMERAL
    assert library.reported_to == [(int(LISTED.id), False)]


async def test_a_long_list_of_broken_answers_shows_the_first_and_counts_the_rest(
    library: FakeLibrary, wire: Wire
) -> None:
    changed = tuple(ChangedAnswer(f"Question {number}?", "Yes.", "") for number in range(30))
    library.report = make_report(regressions=(RegressionCheck(QuestionOrigin.HELPFUL, 40, 40, changed),))
    text = await reported(wire)
    assert "**Helpful answers**: 40 asked again, 30 lost, 0 changed" in text
    assert "Question 7?" in text
    assert "Question 8?" not in text
    assert "and 22 more" in text


async def test_the_report_says_that_there_was_nothing_to_ask_again(library: FakeLibrary, wire: Wire) -> None:
    origins = (QuestionOrigin.HELPFUL, QuestionOrigin.SUGGESTIONS)
    library.report = make_report(regressions=tuple(RegressionCheck(origin, 0, 0) for origin in origins))
    text = await reported(wire)
    assert "**Helpful answers**: there are none to ask again" in text
    assert "**Suggestions**: there are none to ask again" in text


@pytest.mark.parametrize(
    ("embedded", "anew", "said"),
    [
        (3, "", "3 passages were embedded, the others were used again."),
        (21, "there was no index before", "All passages were embedded anew: there was no index before."),
        (
            21,
            with_fix(REINDEX, "The snapshot {id} has no readable manifest", id="5eed"),
            "All passages were embedded anew: The snapshot 5eed has no readable manifest.",
        ),
    ],
)
async def test_the_report_says_how_much_was_embedded_and_why(
    library: FakeLibrary, wire: Wire, embedded: int, anew: str, said: str
) -> None:
    library.report = make_report(embedded=embedded, rebuild_reason=anew)
    assert said in await reported(wire)


async def test_a_reindex_is_written_to_the_audit_with_who_and_where(library: FakeLibrary, wire: Wire) -> None:
    library.report = make_report(diff=DIFF)
    await wire.command("reindex", user=OWNER, guild=None).answer(has_ended)
    outcome = (
        "snapshot 20250405T120000000000Z-1a2b3c4d is live; sources added: 1; sources changed: 1; sources removed: 1; "
        "sources renamed: 1; sources skipped: 1; passages added: 7; passages removed: 1"
    )
    assert lines(library) == [("reindex", outcome, "direct message", int(OWNER.id))]


async def test_an_error_that_may_quote_somebody_is_not_written_to_the_audit(library: FakeLibrary, wire: Wire) -> None:
    library.report = ValueError("my very private question")
    await wire.command("reindex", user=OWNER).answer(has_ended)
    assert lines(library)[0][1] == "failed: ValueError"
