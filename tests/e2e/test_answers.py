"""What people do with answers, with the real bot on the real article: check them in the source, vote, ask on.

One local Discord serves all of it. The bot is stopped and started anew once, and the index is rebuilt once; what has
to be there before is in the fixtures that both depend on, so that each test may be run alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from discord import InteractionResponseType

from bot.text.i18n import language_for
from tests.e2e.world import NO_LIMITS, VOTED, World, answer_id, built, link_buttons, opened_world, read_as
from tests.support.article import WINDOW, WINDOW_EVIDENCE
from tests.support.changing_sources import (
    AFTERWARDS,
    BADGERS,
    BEFORE,
    HERONS,
    HERONS_URL,
    OTTERS,
    WAGTAILS,
    WAGTAILS_EVIDENCE,
)
from tests.support.discord.driver import Discord, Form, Reply
from tests.support.discord.payloads import LISTED, UNLISTED, Channel, User
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bots_log")]

EXPERTS, STRENGTHS = "How many experts does Scout have?", "What does Scout excel in?"
FOLLOW_UP = "and Maverick?"
"""Answered by 128 experts after the first of these questions, by 17 billion after the second."""
REASON = "It says nothing of how this was measured."
PAGES = re.compile(r"Page (\d+) of (\d+)")
TYPED = ("", "w", "wat is teh contxt windw of scot", "how many", "experts of maverik", "LlamaCon", "zzzz")


@dataclass
class Thread:
    """A thread begun from an answer, and whose."""

    channel: Channel
    user: User
    answer: Reply


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("desk")
    async with opened_world(built(folder, BEFORE) | NO_LIMITS, folder, guilds=(LISTED, UNLISTED, VOTED)) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voter(world: World) -> User:
    return world.discord.somebody()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voted(world: World, voter: User) -> Reply:
    """An answer with one vote, for it."""
    answer = await world.discord.ask(EXPERTS, user=voter)
    await world.discord.press(answer, "Helpful", user=voter)
    return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thread(world: World) -> Thread:
    """Begun from an answer, and not spoken in yet."""
    user = world.discord.somebody()
    answer = await world.discord.ask(EXPERTS, user=user)
    await world.discord.press(answer, "Continue in a thread", user=user)
    return Thread(await world.discord.thread(answer), user, answer)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quoted(world: World) -> dict[str, Reply]:
    """Answers from each of the sources, by question, while those were as they are in the index."""
    return {question: await world.discord.ask(question) for question in (HERONS, OTTERS, BADGERS, WAGTAILS)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restarted(world: World, voted: Reply, thread: Thread) -> World:
    """After another bot process took over."""
    await world.restart()
    return world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reindexed(world: World, quoted: dict[str, Reply]) -> World:
    """After some sources changed and the index was rebuilt."""
    for name, text in AFTERWARDS.items():
        path = world.seeds / name
        path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    report = await world.reindex()
    assert "Removed: badgers.txt" in report.text, report.text
    return world


def assert_follows(reply: Reply, question: str, words: str) -> None:
    """The follow-up was read after this question, and answered by a quotation with these words."""
    assert read_as(reply) == f"{question} {FOLLOW_UP}", reply.text
    assert reply.answered, reply.text
    assert words in reply.quotations[0]


async def told_in_source(discord: Discord, reply: Reply) -> Reply:
    page = await discord.press(reply, "Show in source", number=1)
    assert isinstance(page, Reply)
    return page


def shown_page(reply: Reply) -> tuple[int, int]:
    match = PAGES.search(reply.text)
    assert match, reply.text
    return int(match[1]), int(match[2])


async def test_vote_counts_once_and_the_last_one_counts(world: World, discord: Discord) -> None:
    fickle, steady = discord.somebody(), discord.somebody()
    answer = await discord.ask(WINDOW)
    for button, votes in (("Helpful", [(1, "")]), ("Helpful", [(1, "")]), ("Not helpful", [(0, "")])):
        await discord.press(answer, button, user=fickle)
        await eventually(lambda votes=votes: world.votes(answer_id(answer)) == votes)
    await discord.press(answer, "Helpful", user=steady)
    assert world.votes(answer_id(answer)) == [(0, ""), (1, "")]


async def test_reason_is_written_to_the_vote_that_opened_the_form(world: World, discord: Discord) -> None:
    user = discord.somebody()
    answer = await discord.ask(WINDOW, user=user)
    form = await discord.press(answer, "Not helpful", user=user)
    assert isinstance(form, Form)
    thanks = await discord.submit(form, REASON)
    assert "Noted: not helpful" in thanks.text
    assert thanks.ephemeral
    assert world.votes(answer_id(answer)) == [(0, REASON)]


async def test_follow_up_by_the_buttons_form_says_how_it_was_read(discord: Discord) -> None:
    answer = await discord.ask(EXPERTS)
    user = discord.somebody()
    form = await discord.press(answer, "Ask a follow-up", user=user)
    assert_follows(await discord.submit(form, FOLLOW_UP), EXPERTS, "128 experts")


async def test_conversation_in_direct_messages_goes_on(discord: Discord) -> None:
    """And a question that stands alone is answered in the middle of it."""
    user = discord.somebody()
    first = await discord.dm(EXPERTS, user=user)
    assert read_as(first) == ""
    assert_follows(await discord.dm(FOLLOW_UP, user=user), EXPERTS, "128 experts")
    assert_window(await discord.dm(WINDOW, user=user))


async def test_mention_goes_on_in_a_thread_and_others_there_have_their_own_conversation(
    discord: Discord, thread: Thread
) -> None:
    mine = await discord.say_in(thread.channel, FOLLOW_UP, user=thread.user)
    assert_follows(mine, EXPERTS, "128 experts")
    other = discord.somebody()
    await discord.say_in(thread.channel, STRENGTHS, user=other)
    of_other = await discord.say_in(thread.channel, FOLLOW_UP, user=other)
    assert read_as(of_other).endswith(f"{STRENGTHS} {FOLLOW_UP}"), of_other.text
    assert "excels in multimodal performance" in of_other.quotations[0]


async def test_thread_has_the_question_as_its_name_and_an_answer_has_one_only(discord: Discord, thread: Thread) -> None:
    assert thread.channel.name == EXPERTS
    again = await discord.press(thread.answer, "Continue in a thread", user=thread.user)
    assert "could not begin a thread" in again.text


async def test_conversations_of_two_people_and_of_two_places_are_never_mixed(discord: Discord) -> None:
    ann, ben = discord.somebody(), discord.somebody()
    await discord.dm(EXPERTS, user=ann)
    await discord.dm(STRENGTHS, user=ben)
    await discord.ask("How many experts does Behemoth have?", user=ann, guild=LISTED)
    of_ann, of_ben = await asyncio.gather(discord.dm(FOLLOW_UP, user=ann), discord.dm(FOLLOW_UP, user=ben))
    assert_follows(of_ann, EXPERTS, "128 experts")
    assert_follows(of_ben, STRENGTHS, "excels in multimodal performance")


async def test_menu_answers_what_somebody_else_wrote(discord: Discord) -> None:
    message = await discord.say(WINDOW, user=discord.somebody(), guild=UNLISTED)
    assert_window(await discord.menu("Answer this", message))


async def test_suggestions_come_from_the_sources_in_spite_of_slips(discord: Discord) -> None:
    choices = await discord.complete("ask", question="wat is teh contxt windw of scot")
    assert [choice for choice in choices if "context window" in choice["value"] and "Scout" in choice["value"]]


async def test_suggestions_come_while_one_types(discord: Discord) -> None:
    """The local Discord takes none that come after three seconds."""
    for typed in TYPED * 5:
        exchange = await discord.server.complete("ask", {"question": typed}, user=discord.somebody(), guild=LISTED)
        assert await exchange.acknowledged() == InteractionResponseType.autocomplete_result.value


async def test_reply_is_in_the_language_of_whoever_asks(discord: Discord) -> None:
    german, user = language_for("de"), discord.somebody()
    answer = await discord.ask(EXPERTS, user=user, locale="de")
    assert answer.answered, answer.text
    labels = [german.pgettext("button", label) for label in ("Helpful", "Not helpful", "Ask a follow-up")]
    assert "Helpful" not in labels
    assert set(labels) <= set(answer.buttons)
    thanks = await discord.press(answer, labels[0], user=user, locale="de")
    assert thanks.text == german.gettext("Noted: helpful. Thank you.")
    form = await discord.press(answer, labels[2], user=user, locale="de")
    assert form.title == german.pgettext("title", "Ask a follow-up")
    follow_up = await discord.submit(form, FOLLOW_UP)
    assert german.gettext("Read as: {question}", question=f"{EXPERTS} {FOLLOW_UP}") in follow_up.text


async def test_source_is_shown_with_the_quoted_words_in_bold_and_is_paged(
    discord: Discord, quoted: dict[str, Reply]
) -> None:
    reply = await told_in_source(discord, quoted[HERONS])
    assert reply.ephemeral
    assert "**The heronry of Upper Slaughter keeps forty-one grey herons.**" in reply.text
    assert "The heronry" in reply.text.splitlines()[1]
    page, pages = shown_page(reply)
    assert 1 < page < pages
    on = await discord.press(reply, "Next")
    assert on.message["id"] == reply.message["id"]
    assert shown_page(on) == (page + 1, pages)
    assert "forty-one" not in on.text
    assert shown_page(await discord.press(on, "Back")) == (page, pages)
    first = await discord.press(reply, "Back")
    while shown_page(first)[0] > 1:
        first = await discord.press(first, "Back")
    assert "Back" not in first.buttons


async def test_source_with_an_address_has_a_link_to_the_quoted_words(
    discord: Discord, quoted: dict[str, Reply]
) -> None:
    words = "The%20heronry%20of%20Upper%20Slaughter%20keeps%20forty%2Done%20grey%20herons."
    assert link_buttons(await told_in_source(discord, quoted[HERONS])) == [f"{HERONS_URL}#:~:text={words}"]
    assert link_buttons(await told_in_source(discord, quoted[WAGTAILS])) == []


async def test_source_whose_file_changed_or_went_says_so_before_a_reindex(
    world: World, discord: Discord, quoted: dict[str, Reply]
) -> None:
    """A file that is put back as it was counts as unchanged."""
    path, evidence = world.seeds / "wagtails.txt", f"**{WAGTAILS_EVIDENCE}**"
    content = path.read_bytes()
    try:
        path.write_bytes(b"Two wagtails nest under the bridge at Ford.\n")
        edited = await told_in_source(discord, quoted[WAGTAILS])
        path.unlink()
        deleted = await told_in_source(discord, quoted[WAGTAILS])
    finally:
        path.write_bytes(content)
    assert evidence in edited.text
    assert "This file has changed since" in edited.text
    assert evidence in deleted.text
    assert "This file has been deleted since" in deleted.text
    assert " since" not in (await told_in_source(discord, quoted[WAGTAILS])).text


async def test_vote_on_a_message_of_before_the_restart_replaces_the_one_before(
    restarted: World, voted: Reply, voter: User
) -> None:
    assert restarted.votes(answer_id(voted)) == [(1, "")]
    form = await restarted.discord.press(voted, "Not helpful", user=voter)
    await restarted.discord.submit(form, REASON)
    assert restarted.votes(answer_id(voted)) == [(0, REASON)]
    await restarted.discord.press(voted, "Helpful", user=restarted.discord.somebody())
    assert sorted(restarted.votes(answer_id(voted))) == [(0, REASON), (1, "")]


async def test_answer_of_before_the_restart_can_be_checked_and_asked_on(restarted: World, voted: Reply) -> None:
    discord = restarted.discord
    reply = await told_in_source(discord, voted)
    assert "16 experts" in reply.text.replace("**", "").replace("\\", "")
    form = await discord.press(voted, "Ask a follow-up")
    assert_follows(await discord.submit(form, FOLLOW_UP), EXPERTS, "128 experts")
    more = await discord.press(voted, "More passages")
    assert more.quotations
    assert set(more.quotations).isdisjoint(voted.quotations)


async def test_thread_of_before_the_restart_goes_on_from_its_answer(restarted: World, thread: Thread) -> None:
    newcomer = restarted.discord.somebody()
    reply = await restarted.discord.say_in(thread.channel, FOLLOW_UP, user=newcomer)
    assert_follows(reply, EXPERTS, "128 experts")


async def test_commands_that_did_not_change_are_told_of_once(restarted: World) -> None:
    synced = [
        request
        for request in restarted.server.requests
        if request.method == "PUT" and request.route.endswith("/commands")
    ]
    assert len(synced) == 1


async def test_quotation_that_is_gone_is_still_shown_as_it_stood(reindexed: World, quoted: dict[str, Reply]) -> None:
    reply = await told_in_source(reindexed.discord, quoted[HERONS])
    assert "**The heronry of Upper Slaughter keeps forty-one grey herons.**" in reply.text
    assert "the quoted words no longer stand in it" in reply.text
    page, pages = shown_page(reply)
    on = await reindexed.discord.press(reply, "Next")
    assert shown_page(on) == (page + 1, pages)
    assert "has changed since" in on.text


async def test_quotation_whose_source_changed_elsewhere_says_so(reindexed: World, quoted: dict[str, Reply]) -> None:
    reply = await told_in_source(reindexed.discord, quoted[OTTERS])
    assert "**The otter hide at Bibury seats nine visitors.**" in reply.text
    assert "the quoted words still stand in it" in reply.text
    assert "It rained all spring." not in reply.text


async def test_quotation_of_a_source_that_was_removed_is_still_shown(
    reindexed: World, quoted: dict[str, Reply]
) -> None:
    reply = await told_in_source(reindexed.discord, quoted[BADGERS])
    assert "**The badger sett near Naunton has seventeen entrances.**" in reply.text
    assert "has been removed since" in reply.text


async def test_quotation_of_a_source_that_did_not_change_says_nothing(
    reindexed: World, quoted: dict[str, Reply]
) -> None:
    reply = await told_in_source(reindexed.discord, quoted[WAGTAILS])
    assert f"**{WAGTAILS_EVIDENCE}**" in reply.text
    assert " since" not in reply.text


async def test_answer_after_the_reindex_is_of_the_sources_as_they_are_now(reindexed: World) -> None:
    quotations = (await reindexed.discord.ask(HERONS)).quotations
    assert [quotation for quotation in quotations if "forty-one" in quotation] == []


async def test_discord_refused_nothing_but_the_second_thread(world: World, thread: Thread) -> None:
    refused = [refusal for refusal in world.refused() if not refusal.route.endswith("/threads")]
    assert [(refusal.method, refusal.path, refusal.status) for refusal in refused] == []
    assert set().union(*world.server.state.notified.values()) == set()


async def test_every_body_sent_fits_discords_description(world: World, voted: Reply) -> None:
    assert {"PUT", "POST", "PATCH"} <= {request.method for request in world.server.requests}
    assert world.unfit_bodies() == []


async def test_logs_hold_no_question_no_person_and_no_token(world: World, voted: Reply) -> None:
    assert await world.bot.end() == 0
    assert world.secrets_in(world.log) == []


async def test_journal_holds_no_plain_id_of_a_person_or_of_a_private_channel(world: World, voted: Reply) -> None:
    journal = world.journal_bytes()
    assert WINDOW.encode() in journal
    people = [user.id.encode() for user in world.discord.people]
    private = [channel.id.encode() for channel in world.server.state.channels.values() if channel.guild is None]
    assert [channel for channel in [*people, *private] if channel in journal] == []


def assert_window(reply: Reply) -> None:
    assert reply.answered, reply.text
    assert [quotation for quotation in reply.quotations if WINDOW_EVIDENCE in quotation], reply.text
