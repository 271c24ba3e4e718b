"""/snapshots, /rollback and /audit at payload level, over a real journal."""

from __future__ import annotations

import pytest

from index import LibraryError, Message
from index.domain.errors import Damaged, IndexMismatch, NoSuchSnapshot, ReindexRunning
from index.domain.snapshots import Diff, PassageText
from tests.support.discord.payloads import (
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    MODERATOR_ROLE,
    OWNER,
    UNLISTED,
    Guild,
    Json,
    User,
)
from tests.support.discord.rules import EPHEMERAL, all_components, text_of
from tests.support.discord.wire import Wire
from tests.support.fakes import FakeLibrary
from tests.support.makers import OLDER, SNAPSHOT, make_info

MANAGER = {"permissions": MEMBER | MANAGE_GUILD}
REFUSED = "Only a moderator may rebuild the index"
COMMANDS = [("snapshots", {}), ("rollback", {"id": OLDER}), ("audit", {})]


async def shown(wire: Wire, name: str = "snapshots", options: Json | None = None, **who: object) -> Json:
    return await wire.command(name, options, **(MANAGER | who)).answer()  # type: ignore[arg-type]


async def pressed(wire: Wire, message: Json, label: str, until: str = "", **who: object) -> Json:
    number = who.pop("number", None)
    exchange = wire.press(message, label, number=number, **(MANAGER | who))  # type: ignore[arg-type]
    return await exchange.answer(lambda message: until in text_of(message) and not message["flags"] & 128)


def buttons(message: Json) -> list[tuple[str, bool]]:
    return [
        (component["label"], component.get("disabled", False))
        for component in all_components(message["components"])
        if component["type"] == 2
    ]


@pytest.mark.parametrize(("name", "options"), COMMANDS)
@pytest.mark.parametrize(
    ("guild", "permissions", "roles", "user", "may"),
    [
        (LISTED, MEMBER | MANAGE_GUILD, (), None, True),
        (LISTED, MEMBER, (MODERATOR_ROLE,), None, True),
        (LISTED, MEMBER, (), None, False),
        (LISTED, MEMBER, (), OWNER, True),
        (UNLISTED, MEMBER | MANAGE_GUILD, (MODERATOR_ROLE,), None, False),
        (UNLISTED, MEMBER, (), OWNER, True),
        (None, 0, (), OWNER, True),
        (None, 0, (), None, False),
    ],
)
async def test_only_moderators_see_snapshots_and_audit_and_may_roll_back(
    wire: Wire,
    name: str,
    options: Json,
    guild: Guild | None,
    permissions: int,
    roles: tuple[str, ...],
    user: User | None,
    may: bool,
) -> None:
    message = await shown(wire, name, options, guild=guild, permissions=permissions, roles=roles, user=user)
    assert message["flags"] & EPHEMERAL
    assert (REFUSED in text_of(message)) == (not may)


async def test_snapshots_are_listed_newest_first_with_time_size_and_which_is_live(wire: Wire) -> None:
    message = await shown(wire)
    text = text_of(message)
    assert "**2 snapshots**" in text
    assert "**<t:1743768000:R>** · **live**\n21 passages · 1 source · 2.5 MB\n-# <t:1743854400:f> (1a2b)" in text
    assert text.index("(1a2b)") < text.index("<t:1743768000:f> (0bad)")
    assert SNAPSHOT not in text
    assert buttons(message) == [("What changed", False), ("Roll back", False)]


async def test_many_snapshots_come_in_pages(library: FakeLibrary, wire: Wire) -> None:
    library.kept = tuple(make_info(f"20250404T12000000000{n}Z-0badcafe") for n in range(9, -1, -1)) * 2
    message = await shown(wire)
    assert "page 1 of 4" in text_of(message)
    message = await pressed(wire, message, "Next", "page 2 of 4")
    assert "page 1 of 4" in text_of(await pressed(wire, message, "Back", "page 1 of 4"))


async def test_a_damaged_snapshot_says_so_and_is_not_offered(library: FakeLibrary, wire: Wire) -> None:
    library.kept = (make_info(damage="passages.jsonl of *it* is missing."),)
    message = await shown(wire)
    assert "Damaged: passages.jsonl of \\*it\\* is missing." in text_of(message)
    assert buttons(message) == [("What changed", False), ("Roll back", True)]


async def test_a_comparison_says_what_a_roll_back_would_change(library: FakeLibrary, wire: Wire) -> None:
    passage = PassageText("a.md", "", "Scout has *10* million.")
    library.changes = Diff(
        SNAPSHOT, OLDER, renamed=(("a.md", "b.md"),), passages_added=1, passages_removed=2, first_removed=(passage,)
    )
    message = await pressed(wire, await shown(wire), "What changed", "From the live snapshot")
    text = text_of(message)
    assert library.compared == [(SNAPSHOT, OLDER)]
    assert message["flags"] & EPHEMERAL
    assert "Renamed: a.md → b.md" in text
    assert "**Passages**: 1 added, 2 removed\n**−** Scout has \\*10\\* million. (a.md)\nand 2 more" in text
    assert buttons(message) == [("Roll back", False)]


async def test_a_comparison_with_the_same_says_so_and_one_that_fails_says_why(library: FakeLibrary, wire: Wire) -> None:
    message = await shown(wire)
    assert "Both say the same." in text_of(await pressed(wire, message, "What changed", "From the live"))
    library.changes = LibraryError("Its texts are damaged: compare others.")
    assert await pressed(wire, message, "What changed", "Its texts are damaged: compare others.")


async def test_a_roll_back_is_confirmed_then_reported_and_written_down(library: FakeLibrary, wire: Wire) -> None:
    user = User.new()
    question = await pressed(wire, await shown(wire, user=user), "Roll back", "Roll back to this snapshot?", user=user)
    assert library.rolled_back == []
    assert buttons(question) == [("Roll back", False), ("Cancel", False)]
    styles = [component["style"] for component in all_components(question["components"]) if component["type"] == 2]
    assert styles[0] == 4
    reply = await pressed(wire, question, "Roll back", "**Rolled back**", user=user)
    assert library.rolled_back == [OLDER]
    assert buttons(reply) == []
    (line,) = library.journal.audit_entries(9)
    assert (line.action, line.origin, line.user) == (f"rollback {OLDER}", LISTED.id, int(user.id))
    assert line.outcome.startswith(f"snapshot {OLDER} is live")


async def test_a_roll_back_shows_how_far_it_is_and_nothing_of_that_after_its_report(
    library: FakeLibrary, wire: Wire
) -> None:
    library.reindex_gate.clear()
    wire.bot.services.progress.edit_every = 0.01
    question = await shown(wire, "rollback", {"id": OLDER})
    exchange = wire.press(question, "Roll back", **MANAGER)  # type: ignore[arg-type]
    await exchange.answer(lambda message: "Embedding passages: 21 of 21" in text_of(message))
    library.reindex_gate.set()
    reply = await exchange.answer(lambda message: "**Rolled back**" in text_of(message))
    edits = [sent for sent in wire.sent if sent.is_edit]
    assert "**Rolled back**" in edits[-1].text
    assert buttons(reply) == []


async def test_a_roll_back_that_is_not_confirmed_changes_nothing(library: FakeLibrary, wire: Wire) -> None:
    question = await shown(wire, "rollback", {"id": OLDER})
    assert await pressed(wire, question, "Cancel", "Nothing was changed.")
    assert library.rolled_back == []


@pytest.mark.parametrize("label", ["Roll back", "Cancel"])
async def test_who_confirms_is_checked_anew(library: FakeLibrary, wire: Wire, label: str) -> None:
    user = User.new()
    question = await shown(wire, "rollback", {"id": OLDER}, user=user)
    refused = await wire.press(question, label, user=user, permissions=MEMBER).answer()
    assert REFUSED in text_of(refused)
    assert library.rolled_back == []


@pytest.mark.parametrize("label", ["What changed", "Roll back"])
async def test_who_presses_in_the_list_is_checked_anew(library: FakeLibrary, wire: Wire, label: str) -> None:
    user = User.new()
    message = await shown(wire, user=user)
    assert REFUSED in text_of(await wire.press(message, label, user=user, permissions=MEMBER).answer())
    assert library.compared == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Damaged("passages.jsonl is damaged."), "This snapshot is damaged, so it was not made live"),
        (IndexMismatch("It is of another model."), "does not fit this program or its model"),
        (NoSuchSnapshot("There is none."), "There is no such snapshot any more"),
        (ReindexRunning("A reindex is already running, since 12:00:00 UTC."), "A reindex is already running"),
        (RuntimeError("secret"), "Something went wrong on my side"),
    ],
)
async def test_a_roll_back_that_fails_says_why_and_what_mends_it(
    library: FakeLibrary, wire: Wire, error: Exception, said: str
) -> None:
    library.rollback_error = error
    reply = await pressed(wire, await shown(wire, "rollback", {"id": OLDER}), "Roll back", said)
    assert "secret" not in text_of(reply)
    (line,) = library.journal.audit_entries(9)
    assert line.outcome == f"failed: {error if isinstance(error, LibraryError) else 'RuntimeError'}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("0bad", "Roll back to this snapshot?"),
        ("0badcafe", "Roll back to this snapshot?"),
        (OLDER, "Roll back to this snapshot?"),
        (SNAPSHOT, "This snapshot is live already."),
        ("2025", "There is no such snapshot any more"),
        ("nothing", "There is no such snapshot any more"),
    ],
)
async def test_a_part_of_an_id_is_enough_where_only_one_has_it(wire: Wire, given: str, said: str) -> None:
    assert said in text_of(await shown(wire, "rollback", {"id": given}))


@pytest.mark.parametrize("typed", ["2025", "2025-04-04 12", "0bad", OLDER])
async def test_snapshots_are_offered_to_moderators_alone_by_date_and_letters(wire: Wire, typed: str) -> None:
    for permissions, wanted in ((MEMBER | MANAGE_GUILD, [("2025-04-04 12:00 UTC · 0bad", OLDER)]), (MEMBER, [])):
        typing = wire.autocomplete("rollback", {"id": typed}, permissions=permissions)
        await typing.acknowledged()
        assert [(choice["name"], choice["value"]) for choice in typing.choices or []] == wanted


async def test_letters_are_as_many_as_tell_snapshots_apart(library: FakeLibrary, wire: Wire) -> None:
    library.kept = tuple(
        make_info(f"20250404T12000000000{n}Z-0bad{end}") for n, end in enumerate(("cafe", "beef", "c0de"))
    )
    text = text_of(await shown(wire))
    assert all(f"({letters})" in text for letters in ("0badca", "0badb", "0badc0"))
    assert "Roll back to this snapshot?" in text_of(await shown(wire, "rollback", {"id": "0badc0"}))
    assert "There is no such snapshot any more" in text_of(await shown(wire, "rollback", {"id": "0badc"}))


async def test_the_audit_of_a_server_is_its_own_and_that_of_all_the_owners(library: FakeLibrary, wire: Wire) -> None:
    library.journal.add_audit_entry(user=42, origin=LISTED.id, action="reindex", outcome="listed *done*")
    library.journal.add_audit_entry(user=43, origin=UNLISTED.id, action="reindex", outcome="unlisted")
    library.journal.add_audit_entry(user=None, origin="command line", action="reindex", outcome="by hand")
    here = text_of(await shown(wire, "audit"))
    assert "**reindex**: listed \\*done\\*" in here
    assert "<@42>" in here
    assert "unlisted" not in here
    assert "by hand" not in here
    everywhere = text_of(await shown(wire, "audit", guild=None, user=OWNER, permissions=0))
    assert everywhere.index("by hand") < everywhere.index("unlisted") < everywhere.index("listed \\*done")
    assert "on the command line" in everywhere
    assert f"in the server {UNLISTED.name}" in everywhere
    assert f"in the server {LISTED.name}" in everywhere


async def test_who_is_mentioned_in_the_audit_is_not_pinged(library: FakeLibrary, wire: Wire) -> None:
    action = Message("rollback {id}", id=OLDER)
    library.journal.add_audit_entry(user=int(OWNER.id), origin=LISTED.id, action=action, outcome=f"{OLDER} <@43>")
    message = await shown(wire, "audit")
    assert f"<@{OWNER.id}>\n**rollback <t:1743768000:f> (0bad)**: <t:1743768000:f> (0bad) \\<\\@43\\>" in text_of(
        message
    )
    bodies = [sent.body for sent in wire.sent if sent.is_edit]
    assert [body["allowed_mentions"]["parse"] for body in bodies] == [[]]
    assert wire.state.notified[message["id"]] == set()


async def test_the_audit_comes_in_pages_and_says_where_there_is_nothing(library: FakeLibrary, wire: Wire) -> None:
    assert "Nothing is written in the audit yet." in text_of(await shown(wire, "audit"))
    for number in range(12):
        library.journal.add_audit_entry(
            user=42, origin=LISTED.id, action="reindex", outcome=f"no. {number} {'long ' * 200}"
        )
    message = await shown(wire, "audit")
    assert "no. 11" in text_of(message)
    assert "no. 1 " not in text_of(message)
    older = await pressed(wire, message, "Next", "page 2")
    assert "no. 1 " in text_of(older)
    assert "no. 2 " not in text_of(older)
    assert REFUSED in text_of(await wire.press(older, "Back", permissions=MEMBER).answer())
