"""Who may do what, cell by cell, and what moderators do to the sources and the index, with the real bot.

One local Discord and one bot serve all of it; the application has a team.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.e2e.moderating import Acting, Slow, custom_id, lines, live, slow_page, state_of
from tests.e2e.rights_done import DONE
from tests.e2e.rights_refused import prepared, tried
from tests.e2e.rights_table import FORGED, PEOPLE, TABLE, Speaker, cells, refusal
from tests.e2e.world import NO_LIMITS, World, built, opened_world
from tests.support.article import ARTICLE
from tests.support.changing_sources import BEFORE
from tests.support.discord.driver import Discord, has_ended
from tests.support.discord.malformed import MALFORMED, Change
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, OWNER, UNLISTED
from tests.support.discord.rules import EPHEMERAL, text_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bots_log")]

MEGABYTE = 1_000_000
ASKED = "How many visitors does the kingfisher hide at Bourton seat?"
SIX, TEN, TWENTY = (f"The kingfisher hide at Bourton seats {count} visitors." for count in ("six", "ten", "twenty"))
HIDE = "kingfishers.txt"
SNAPSHOT = re.compile(r"\d{8}T\d+Z-[0-9a-f]{8}")
"""Its id is typed to go back to it."""

Wrong = tuple[str, str, str, str]
"""The row, the command and the name of a cell, and what is wrong there."""

MAY = [row for row in TABLE if any(cells(row, "x"))]
MAY_NOT = [row for row in TABLE if any(cells(row, "."))]


@pytest.fixture(scope="module")
def slow() -> Iterator[Slow]:
    with slow_page() as slow:
        yield slow


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("moderators")
    settings = built(folder, BEFORE) | NO_LIMITS
    settings |= {"MODERATOR_ROLES": MODERATOR_ROLE, "FETCH_ALLOW_HOSTS": "127.0.0.1", "MAX_SOURCE_MB": 1}
    async with opened_world(settings, folder, team=True) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def moderator(world: World, slow: Slow) -> Acting:
    """By a role in the listed server; there is a snapshot to go back to. Only short sources are left, for each reindex
    asks what they suggest."""
    acting = Acting(world, Speaker(roles=(MODERATOR_ROLE,)), slow)
    for name in (ARTICLE.name, "herons.md"):
        (world.seeds / name).unlink()
    acting.change()
    await acting.command("reindex")
    return acting


async def test_the_table_names_everybody_and_everything_that_is_forged() -> None:
    assert list(TABLE) == list(PEOPLE)
    assert list(TABLE)[-len(FORGED) :] == list(FORGED)


async def test_who_may_not_is_told_alone_who_may_and_changes_nothing(
    world: World, slow: Slow, moderator: Acting
) -> None:
    async with slow.waited_for(world.seeds, world.discord, **moderator.how) as (exchange, shown):
        attempts = await prepared(moderator, custom_id(shown, "Cancel"))
        before, wrong = state_of(world), list[Wrong]()
        for row in MAY_NOT:
            who, change = Acting(world, PEOPLE[row], slow), FORGED.get(row, dict)
            tries = list(cells(row, "."))
            come = await asyncio.gather(
                *(tried(who, attempts[attempt][name], refusal(attempt, name), change) for attempt, name in tries)
            )
            wrong += [(row, *attempt, text) for attempt, text in zip(tries, come, strict=True) if text]
        assert not wrong, named(wrong)
        assert state_of(world) == before
    assert "**The index is rebuilt**" in (await world.discord.reply(exchange, has_ended)).text
    assert world.server.cdn.asked == ["wagtails.txt"]


@pytest.mark.parametrize("row", MAY)
async def test_who_may_does_it_and_is_written_down(world: World, slow: Slow, moderator: Acting, row: str) -> None:
    me, wrong = Acting(world, PEOPLE[row], slow), list[Wrong]()
    for command, name in cells(row, "x"):
        try:
            await DONE[command][name](me)
        except AssertionError as error:
            wrong.append((row, command, name, str(error)))
    assert not wrong, named(wrong)


def named(wrong: list[Wrong]) -> str:
    """Every cell that is not as the table says, each in a line."""
    return "\n".join(f"{row}, {command}, {name}: {text[:200]}" for row, command, name, text in wrong)


async def quoted(discord: Discord) -> list[str]:
    """What the sources say of the hide now."""
    return [quotation for quotation in (await discord.ask(ASKED)).quotations if "kingfisher hide" in quotation]


@pytest_asyncio.fixture(loop_scope="module")
async def hide(world: World, moderator: Acting) -> AsyncIterator[str]:
    """A source that says six, which answers come from; afterwards it is gone."""
    file = world.seeds / HIDE
    file.write_text(SIX + "\n", encoding="utf-8")
    await moderator.command("reindex")
    assert await quoted(world.discord) == [SIX]
    yield HIDE
    file.unlink(missing_ok=True)


async def test_an_attached_file_answers_from_its_reindex_until_its_removal(
    world: World, discord: Discord, moderator: Acting
) -> None:
    """An attached file answers once the index is rebuilt, and no more once it is removed."""
    name, data = "Bourton's hides.md", f"# Hides\n\n{TWENTY}\n".encode()
    added = await moderator.command("source add", file=world.server.cdn.hold(name, data))
    assert "**Added**: Bourton's hides.md, 1 kB" in added.text.replace("\\", "")
    assert (world.seeds / name).read_bytes() == data
    assert await quoted(discord) == []
    assert f"Added: {name}" in (await moderator.press(added, "Reindex now")).text.replace("\\", "")
    assert await quoted(discord) == [TWENTY]
    listed = (await moderator.command("source list")).text.replace("\\", "")
    assert re.search(rf"\*\*{name}\*\*: 1 kB, changed <t:\d+:R>", listed), listed

    removed = await moderator.press(await moderator.command("source remove", name=name), "Remove")
    assert not (world.seeds / name).exists()
    assert await quoted(discord) == [TWENTY], "until the index is rebuilt"
    assert f"Removed: {name}" in (await moderator.press(removed, "Reindex now")).text.replace("\\", "")
    assert await quoted(discord) == []


FILES: list[tuple[str, bytes, int | None, str, bool]] = [
    ("large.txt", b"x" * (MEGABYTE + 1), None, "is larger than 1 MB", False),
    ("larger than said.txt", b"x" * (MEGABYTE + 1), 10, "could not be taken from Discord", True),
    ("empty.txt", b"", None, "is empty", False),
    ("program.exe", b"MZ", None, "is of a kind that is not read", False),
    ("../up.txt", b"Up.", None, "has a path", False),
    ("..", b"Up.", None, "has a path", False),
    ("sources.toml", b"", 1, "is of a kind that is not read", False),
    (".hidden.txt", b"Hidden.", None, "is a hidden file", False),
    ("torn.pdf", b"%PDF-1.7 no more", None, "is damaged", True),
    ("no text.txt", b"\xff\xfe\x00", None, "is a binary file", True),
]


async def test_a_preview_changes_no_answer_until_it_is_made_live(
    world: World, discord: Discord, moderator: Acting, hide: str
) -> None:
    (world.seeds / hide).write_text(TEN + "\n", encoding="utf-8")
    preview = await moderator.command("reindex", preview=True)
    assert f"Changed: {hide}" in preview.text.replace("\\", "")
    assert f"**−** {SIX}" in preview.text.replace("\\", "")
    assert f"**+** {TEN}" in preview.text.replace("\\", "")
    assert await quoted(discord) == [SIX]
    await moderator.press(preview, "Make it live")
    assert await quoted(discord) == [TEN]


async def test_questions_are_answered_during_a_reindex_and_after_its_cancellation(
    world: World, discord: Discord, moderator: Acting, slow: Slow, hide: str
) -> None:
    """Another moderator than the one who began it cancels it."""
    (world.seeds / hide).write_text(TEN + "\n", encoding="utf-8")
    owner = Acting(world, Speaker(UNLISTED, user=OWNER), slow)
    async with slow.waited_for(world.seeds, world.discord, **moderator.how) as (exchange, shown):
        assert await quoted(discord) == [SIX]
        assert "already running" in (await owner.command("reindex")).text
        await world.server.forge(
            world.server.people.forged(owner.scene, custom_id(shown, "Cancel"), owner.seen_by_all())
        )
        await discord.reply(exchange, lambda message: "Cancelling" in text_of(message))
    assert "was cancelled" in (await discord.reply(exchange, has_ended)).text
    assert await quoted(discord) == [SIX]


async def test_a_roll_back_brings_the_answers_of_before(
    world: World, discord: Discord, moderator: Acting, hide: str
) -> None:
    before = live(world)
    (world.seeds / hide).write_text(TEN + "\n", encoding="utf-8")
    await moderator.command("reindex")
    assert await quoted(discord) == [TEN]
    (choice,) = await moderator.typed("rollback", "id", before)
    reply = await moderator.command("rollback", id=choice)
    assert await quoted(discord) == [TEN], "only asked so far"
    done = await moderator.press(reply, "Roll back")
    assert f"**+** {SIX}" in done.text.replace("\\", "")
    assert await quoted(discord) == [SIX]
    assert live(world) == before


async def test_the_audit_names_a_servers_actions_and_in_direct_messages_all(
    world: World, moderator: Acting, slow: Slow
) -> None:
    """In a server it lists what was done there, in direct messages what was done everywhere."""
    owner = Acting(world, Speaker(None, user=OWNER), slow)
    foreign_owner = Acting(world, Speaker(UNLISTED, user=OWNER), slow)
    await moderator.command("source add", file=world.server.cdn.hold("audited.txt", b"Audited.\n"))
    for actor in (foreign_owner, owner):
        discarded = await actor.command("reindex", preview=True)
        await actor.press(discarded, "Discard")
    (world.seeds / "audited.txt").unlink()
    here, audits, everywhere = [(await one.command("audit")).text for one in (moderator, foreign_owner, owner)]
    assert f"<@{moderator.user.id}>" in here.split("\n")[1]
    assert "**source add audited.txt**: added" in here.replace("\\", "")
    assert str(OWNER.id) not in here.split("source add audited.txt")[0]
    assert "audited.txt" not in audits
    assert audits.count(f"<@{OWNER.id}>") >= 2
    assert "in a direct message" in everywhere
    assert f"in the server {UNLISTED.name}" in everywhere
    assert f"in the server {LISTED.name}" in everywhere
    assert [line[2] for line in lines(world)][-5:-4] == ["source add audited.txt"]


async def test_an_interaction_that_lacks_anything_is_answered_and_changes_nothing(
    world: World, slow: Slow, moderator: Acting
) -> None:
    """Whatever it lacks, it is acknowledged within the three seconds after which the local Discord refuses that."""
    before, member = state_of(world), Acting(world, Speaker(), slow)

    async def answered(change: Change) -> bool:
        exchange = world.server.people.command(member.scene, "reindex", {"preview": True}, None)
        await world.server.forge(exchange, change)
        message = await exchange.answer(lambda message: has_ended(message) and bool(text_of(message)))
        return bool(message["flags"] & EPHEMERAL)

    assert all(await asyncio.gather(*map(answered, MALFORMED.values())))
    assert state_of(world) == before
    assert world.bot.running
    assert "**live**" in (await moderator.command("snapshots")).text


async def test_every_body_sent_fits_discords_description(world: World, moderator: Acting) -> None:
    assert world.unfit_bodies(every=7) == []


async def test_discord_refused_nothing_and_nobody_was_pinged(world: World, moderator: Acting) -> None:
    assert [(refusal.method, refusal.path, refusal.status) for refusal in world.refused()] == []
    assert set().union(*world.server.state.notified.values()) == set()


async def test_logs_hold_no_question_no_person_and_no_token(world: World, moderator: Acting) -> None:
    assert await world.bot.end() == 0
    assert [secret for secret in world.secrets_in(world.log) if not SNAPSHOT.fullmatch(secret)] == []
