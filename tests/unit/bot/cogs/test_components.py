"""Presses of buttons and forms that come back: acknowledged at once, whatever their custom id says, and never lost."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from index.domain.activity import Scope
from index.domain.documents import Document
from tests.support.asking import QUESTION, asked, busy_journal, damage, id_in, pressed, settled
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, Json, User
from tests.support.discord.responses import DEFERRED, DEFERRED_UPDATE, MODAL
from tests.support.discord.rules import EPHEMERAL, all_components, text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators
from tests.support.makers import SCOUT, make_abstention, make_citation

SOURCE = "llama-4-release.md"
OLDER = "This button is of another version of me"
FORGOTTEN = "no longer kept"
ZAPHOD = User("4242424242424242", "zaphod")


@pytest.fixture
def library(tmp_path: Path) -> JournalLibrary:
    library = JournalLibrary(tmp_path)
    text = "\n\n".join([SCOUT, *("Words that fill it up. " * 40 for _ in range(20))])
    library.documents = {SOURCE: Document(SOURCE, SOURCE, "The Llama 4 release", None, text, ())}
    return library


def forged(wire: Wire, message: Json, custom_id: str) -> Json:
    """The message with a button that says something else."""
    button = next(
        component
        for component in all_components(wire.people.current(message)["components"])
        if "custom_id" in component
    )
    button["custom_id"] = custom_id
    return message


@pytest.mark.parametrize(
    ("button", "kind"),
    [
        ("Show in source", DEFERRED),
        ("Helpful", DEFERRED),
        ("Not helpful", MODAL),
        ("Ask a follow-up", MODAL),
        ("More passages", DEFERRED),
        ("Continue in a thread", DEFERRED),
    ],
)
async def test_a_press_is_acknowledged_before_the_journal_is_asked(
    library: JournalLibrary, wire: Wire, button: str, kind: int
) -> None:
    message = await asked(wire)
    with busy_journal(library):
        assert await wire.press(message, button).acknowledged() == kind


@pytest.mark.parametrize("button", ["Report the gap", "Nearest passages", "Sources"])
async def test_a_press_below_an_abstention_is_acknowledged_before_the_journal_is_asked(
    library: JournalLibrary, wire: Wire, button: str
) -> None:
    library.answer = make_abstention(make_citation())
    message = await asked(wire)
    with busy_journal(library):
        assert await wire.press(message, button).acknowledged() == DEFERRED


@pytest.mark.parametrize("command", ["gaps", "stats", "forget-me"])
async def test_a_press_below_a_private_message_is_acknowledged_before_the_journal_is_asked(
    library: JournalLibrary, wire: Wire, command: str
) -> None:
    """A private message is a moderator's or the user's own."""
    library.silent("Who founded it?", user=ZAPHOD)
    button = {"gaps": "Mark as solved", "stats": "90 days", "forget-me": "Delete"}[command]
    message = await wire.command(command, user=ZAPHOD, permissions=MEMBER | MANAGE_GUILD).answer()
    with busy_journal(library):
        press = wire.press(message, button, user=ZAPHOD, permissions=MEMBER | MANAGE_GUILD)
        assert await press.acknowledged() == DEFERRED_UPDATE


async def test_a_page_turned_is_acknowledged_before_the_journal_is_asked(library: JournalLibrary, wire: Wire) -> None:
    first = await pressed(wire, await asked(wire), "Show in source")
    with busy_journal(library):
        assert await wire.press(first, "Next").acknowledged() == DEFERRED_UPDATE


@pytest.mark.parametrize("button", ["Not helpful", "Ask a follow-up"])
async def test_a_form_that_comes_back_is_acknowledged_in_time_though_the_journal_is_slow(
    library: JournalLibrary, wire: Wire, button: str
) -> None:
    """A server's settings are waited for a third of the time at most."""
    form = await Form.opened(wire.press(await asked(wire), button))
    await settled(wire)
    wire.bot.services.guild_settings.invalidate(int(LISTED.id))
    with busy_journal(library):
        assert await wire.submit(form, "And Maverick?").acknowledged() == DEFERRED


@pytest.mark.parametrize(
    "custom_id",
    [
        "footnote:source",
        "footnote:source:{id}:1",
        "footnote:source:{id}:1:1:1",
        "footnote:source:{id}:-1:1",
        "footnote:source:{id}:1:9999999",
        "footnote:source:{id}'; DROP TABLE answers; --:1:0",
        "footnote:source:../../etc/passwd:1:0",
        "footnote:unknown:{id}:1:0",
        "footnote:actions:{id}:1:0",
        "otherbot:source:{id}:1:0",
        "footnote:source:{id}:1:0\n",
        "x" * 100,
        "footnote:source:" + "x" * 80,
        "\u0663\u0663",
    ],
)
async def test_a_forged_button_or_one_of_another_version_changes_nothing(
    library: JournalLibrary, wire: Wire, custom_id: str
) -> None:
    """The user is told so in private."""
    message = await asked(wire)
    answer_id = id_in(message)
    custom_id = custom_id.replace("{id}", answer_id)
    reply = await pressed(wire, forged(wire, message, custom_id), custom_id)
    assert OLDER in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert library.journal.entry(answer_id) is not None


@pytest.mark.parametrize("action", ["source", "page", "good", "more", "gap", "thread"])
@pytest.mark.parametrize("answer_id", ["", "AAAAAAAAAAAA", "-" * 32])
async def test_an_answer_that_never_was_is_said_to_be_forgotten(wire: Wire, action: str, answer_id: str) -> None:
    custom_id = f"footnote:{action}:{answer_id}:1:0"
    reply = await pressed(wire, forged(wire, await asked(wire), custom_id), custom_id)
    assert FORGOTTEN in text_of(reply)


@pytest.mark.parametrize("number", [0, 2, 999])
async def test_a_quotation_that_an_answer_has_not_is_said_to_be_forgotten(wire: Wire, number: int) -> None:
    message = await asked(wire)
    custom_id = f"footnote:source:{id_in(message)}:{number}:0"
    assert FORGOTTEN in text_of(await pressed(wire, forged(wire, message, custom_id), custom_id))


async def test_a_page_beyond_the_last_is_the_last(wire: Wire) -> None:
    message = await asked(wire)
    custom_id = f"footnote:source:{id_in(message)}:1:999999"
    reply = await pressed(wire, forged(wire, message, custom_id), custom_id)
    page, pages = text_of(reply).split("Page ")[1].split(" · ")[0].split(" of ")
    assert page == pages


async def test_a_forged_page_never_takes_the_place_of_an_answer_that_all_see(wire: Wire) -> None:
    message = await asked(wire)
    custom_id = f"footnote:page:{id_in(message)}:1:2"
    reply = await pressed(wire, forged(wire, message, custom_id), custom_id)
    assert reply["flags"] & EPHEMERAL
    assert reply["id"] != message["id"]
    assert SCOUT in text_of(wire.people.current(message))


@pytest.mark.parametrize("custom_id", ["footnote:asked", "footnote:unknown:AAAAAAAAAAAA:0:0", "x" * 100, "gapsolve"])
async def test_a_form_of_another_version_says_so_in_private(
    library: JournalLibrary, wire: Wire, custom_id: str
) -> None:
    form = await Form.opened(wire.press(await asked(wire), "Ask a follow-up"))
    form.data["custom_id"] = custom_id
    reply = await wire.submit(form, "And Maverick?").answer()
    assert OLDER in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert library.asked == [QUESTION]


@pytest.mark.parametrize("action", ["gaps", "gapsolve", "gapscsv", "stats"])
async def test_a_member_sees_nothing_of_the_moderators_by_a_forged_button(
    library: JournalLibrary, wire: Wire, action: str
) -> None:
    gap = library.silent("Who founded it?")
    custom_id = f"footnote:{action}:{gap}:0:30"
    reply = await pressed(wire, forged(wire, await asked(wire, private=True, user=ZAPHOD), custom_id), custom_id)
    assert "Only moderators" in text_of(reply)
    assert [gap.question for gap in library.journal.gaps(Scope(int(LISTED.id)))] == ["Who founded it?"]


@pytest.mark.parametrize("button", ["Show in source", "Helpful", "More passages", "Continue in a thread"])
async def test_a_press_while_the_journal_is_damaged_is_told_so_without_where_it_is(
    library: JournalLibrary, wire: Wire, tmp_path: Path, caplog: pytest.LogCaptureFixture, button: str
) -> None:
    message = await asked(wire)
    damage(library)
    text = text_of(await pressed(wire, message, button))
    assert "can't be read or written just now" in text
    assert "journal.sqlite3" not in text
    assert "journal.sqlite3 is no database" in caplog.text


async def test_a_vote_that_is_lost_behind_its_form_is_told_in_private(library: JournalLibrary, wire: Wire) -> None:
    message = await asked(wire)
    damage(library)
    press = wire.press(message, "Not helpful")
    reply = await press.updates.wait_for(lambda _: True)
    assert press.form is not None
    assert "can't be read or written just now" in text_of(reply)
    assert reply["flags"] & EPHEMERAL


async def test_an_unexpected_error_shows_an_incident_that_the_log_names_and_nothing_else(
    library: JournalLibrary, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    form = await Form.opened(wire.press(await asked(wire), "Ask a follow-up", user=ZAPHOD))
    library.answer = ZeroDivisionError("my very private question")
    text = text_of(await wire.submit(form, "my very private question").answer())
    incident = text.rsplit(maxsplit=1)[-1].rstrip(".")
    assert f"Incident {incident}" in caplog.text
    for hidden in ("private question", "zaphod", ZAPHOD.id, "interaction-token"):
        assert hidden not in caplog.text + text


AT_ONCE = [("/callback$", 404, 10062), ("/callback$", 403, 50001), ("/callback$", 400, 40060)]
LATER = [
    ("/@original$", 403, 50001),
    ("/@original$", 404, 10008),
    ("/@original$", 404, 10015),
    ("/@original$", 401, 50027),
]
"""What Discord may say to a response: of which path, the status, its own code."""


@pytest.mark.parametrize(
    ("how", "path", "status", "code"),
    [
        *(("another version", *failure) for failure in AT_ONCE),
        *(("press", *failure) for failure in [*AT_ONCE, *LATER]),
        *(("form", *failure) for failure in [*AT_ONCE, *LATER]),
    ],
)
async def test_a_response_that_does_not_arrive_is_counted_once_and_logged(
    library: JournalLibrary, wire: Wire, caplog: pytest.LogCaptureFixture, how: str, path: str, status: int, code: int
) -> None:
    """The log does not name the user."""
    message = await asked(wire)
    form = await Form.opened(wire.press(message, "Ask a follow-up", user=ZAPHOD))
    wire.fail(path, status, code)
    if how == "form":
        wire.submit(form, "my very private question")
    elif how == "press":
        wire.press(message, "Helpful", user=ZAPHOD)
    else:
        wire.press(forged(wire, message, "x"), "x", user=ZAPHOD)
    await wire.sent.wait_for(lambda sent: sent.status == status)
    await settled(wire)
    assert wire.bot.services.replies.unsent == 1
    assert f"{status}/{code}" in caplog.text
    assert "Incident" not in caplog.text
    for hidden in ("private question", "zaphod", ZAPHOD.id, "interaction-token", "10 million"):
        assert hidden not in caplog.text


async def test_a_follow_up_that_does_not_arrive_is_counted_once(
    library: JournalLibrary, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    message = await asked(wire)
    damage(library)
    wire.fail(r"^/webhooks/\d+/[^/]+$", 404, 10015)
    wire.press(message, "Not helpful")
    await wire.sent.wait_for(lambda sent: sent.status == 404)
    await settled(wire)
    assert wire.bot.services.replies.unsent == 1
    assert "interaction-token" not in caplog.text


async def test_nothing_is_kept_of_messages_and_forms_for_their_buttons_to_work(wire: Wire) -> None:
    message = await asked(wire)
    for button in ("Ask a follow-up", "Not helpful"):
        await Form.opened(wire.press(message, button))
    await pressed(wire, message, "Show in source")
    view_store = wire.bot._connection._view_store
    assert (dict(view_store._views), view_store._modals) == ({}, {})


async def test_closing_waits_for_a_press_under_way(library: JournalLibrary, tmp_path: Path) -> None:
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS) as wire:
        message = await asked(wire)
        with contextlib.ExitStack() as busy:
            busy.enter_context(busy_journal(library))
            press = wire.press(message, "Helpful")
            await press.acknowledged()
            asyncio.get_running_loop().call_later(0.2, busy.pop_all().close)
    assert "Noted: helpful" in text_of(wire.people.current(press.message or {}))
