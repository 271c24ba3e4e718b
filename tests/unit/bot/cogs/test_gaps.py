"""/gaps at payload level, over a real journal."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from index.domain.activity import Scope
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
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators

MANAGER = MEMBER | MANAGE_GUILD
THEMES = ("When", "Where", "Who", "Why", "How", "Which")


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path) as wire:
        yield wire


async def shown(wire: Wire, **who: object) -> Json:
    """The message that /gaps brings."""
    return await wire.command("gaps", **({"permissions": MANAGER} | who)).answer()  # type: ignore[arg-type]


async def pressed(wire: Wire, message: Json, button: str, **who: object) -> Json:
    """The message that comes of a press."""
    return await wire.press(message, button, **({"permissions": MANAGER} | who)).answer()  # type: ignore[arg-type]


def rows(wire: Wire) -> list[dict[str, str]]:
    """The table that was exported last."""
    sent = next(sent for sent in reversed(wire.sent.items) if sent.files)
    return list(csv.DictReader(io.StringIO(sent.files["gaps.csv"].decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("guild", "permissions", "roles", "user", "seen"),
    [
        (LISTED, MANAGER, (), None, ["listed"]),
        (LISTED, MEMBER, (MODERATOR_ROLE,), None, ["listed"]),
        (LISTED, MEMBER, (), None, []),
        (LISTED, MEMBER, (), OWNER, ["listed"]),
        (UNLISTED, MANAGER, (), None, ["unlisted"]),
        (UNLISTED, MEMBER, (), None, []),
        (UNLISTED, MEMBER, (MODERATOR_ROLE,), None, []),
        (UNLISTED, MEMBER, (), OWNER, ["unlisted"]),
        (None, 0, (), OWNER, ["listed", "unlisted"]),
        (None, 0, (), None, []),
    ],
)
async def test_the_gaps_of_a_server_are_its_moderators_and_those_of_all_the_owners(
    library: JournalLibrary,
    wire: Wire,
    guild: Guild | None,
    permissions: int,
    roles: tuple[str, ...],
    user: User | None,
    seen: list[str],
) -> None:
    library.silent("What of the listed?", guild=LISTED)
    library.silent("Where of the unlisted?", guild=UNLISTED)
    message = await shown(wire, guild=guild, permissions=permissions, roles=roles, user=user)
    text = text_of(message)
    assert [name for name in ("listed", "unlisted") if f"of the {name}" in text] == seen
    assert ("Only moderators see the gaps" in text) == (not seen)
    assert message["flags"] & EPHEMERAL


async def test_a_server_without_gaps_is_told_so(library: JournalLibrary, wire: Wire) -> None:
    library.answered("What was answered?")
    assert "There are no open gaps" in text_of(await shown(wire))


async def test_themes_come_newest_first_five_a_page(library: JournalLibrary, wire: Wire) -> None:
    for word in THEMES:
        library.silent(f"{word} is it?")
    first = await shown(wire)
    assert "6 open gaps in 6 themes**, page 1 of 2" in text_of(first)
    assert [word for word in THEMES if f"{word} is it" in text_of(first)] == list(THEMES[1:])
    assert text_of(first).index("Which") < text_of(first).index("How") < text_of(first).index("Where")
    second = await pressed(wire, first, "Next")
    assert [word for word in THEMES if f"{word} is it" in text_of(second)] == ["When"]
    assert "**6. When is it?**" in text_of(second)
    assert second["id"] == first["id"]
    assert "**1. Which is it?**" in text_of(await pressed(wire, second, "Back"))


async def test_a_solved_theme_is_gone_with_all_its_questions_and_others_stay(
    library: JournalLibrary, wire: Wire
) -> None:
    for question in ("Where is it?", "When is it?", "When was that?", "When is it?"):
        library.silent(question)
    message = await shown(wire)
    assert "**1. When is it?**" in text_of(message)
    left = text_of(await pressed(wire, message, "Mark as solved", number=1))
    assert "Solved: 2 questions." in left
    assert "When" not in left
    assert "**1. Where is it?**" in left
    assert [gap.question for gap in library.journal.gaps(Scope(int(LISTED.id)))] == ["Where is it?"]


async def test_the_theme_that_holds_the_answer_now_is_solved(library: JournalLibrary, wire: Wire) -> None:
    library.silent("When is it?")
    message = await shown(wire)
    library.silent("When was that?")
    assert "Solved: 2 questions." in text_of(await pressed(wire, message, "Mark as solved"))
    assert library.journal.gaps(Scope(int(LISTED.id))) == ()


async def test_a_theme_that_somebody_else_solved_is_said_to_be_gone(library: JournalLibrary, wire: Wire) -> None:
    library.silent("When is it?")
    one, other = await shown(wire), await shown(wire)
    await pressed(wire, one, "Mark as solved")
    library.silent("Where is it?")
    text = text_of(await pressed(wire, other, "Mark as solved"))
    assert "That theme is no longer open" in text
    assert "**1. Where is it?**" in text


async def test_a_press_solves_nothing_for_who_lost_the_right(library: JournalLibrary, wire: Wire) -> None:
    library.silent("When is it?")
    message = await shown(wire)
    assert "Only moderators" in text_of(await pressed(wire, message, "Mark as solved", permissions=MEMBER))
    assert len(library.journal.gaps(Scope(int(LISTED.id)))) == 1


async def test_a_button_works_after_a_restart(library: JournalLibrary, tmp_path: Path) -> None:
    library.silent("When is it?")
    wire = Wire()
    async with connected_with_moderators(library, tmp_path, wire=wire):
        message = await shown(wire)
    async with connected_with_moderators(library, tmp_path, wire=wire):
        assert "Solved: 1 question." in text_of(await pressed(wire, message, "Mark as solved"))


async def test_the_export_holds_every_gap_of_every_page(library: JournalLibrary, wire: Wire) -> None:
    for word in THEMES:
        library.silent(f"{word} is it?")
    library.silent("=HYPERLINK is it?")
    down = library.answered("When was it, “really”, then?")
    library.journal.vote(down, user=1, helpful=False)
    library.journal.explain(down, user=1, reason="Wrong;\nand late")
    message = await shown(wire)
    answer = await pressed(wire, message, "Export CSV")
    assert answer["flags"] & EPHEMERAL
    assert [attachment["filename"] for attachment in answer["attachments"]] == ["gaps.csv"]
    table = rows(wire)
    assert [row["question"] for row in table] == [
        "When was it, “really”, then?",
        "When is it?",
        "'=HYPERLINK is it?",
        *(f"{word} is it?" for word in reversed(THEMES[1:])),
    ]
    assert table[0] | {"newest": "", "nearest passages": ""} == {
        "theme": "1",
        "question": "When was it, “really”, then?",
        "times": "1",
        "newest": "",
        "why": "unhelpful",
        "reasons": "Wrong; and late",
        "nearest passages": "",
    }
    assert table[0]["newest"].startswith("2025-04-05T12:00:")
    assert "context window of 10 million tokens.” (The Llama 4 release · Models" in table[0]["nearest passages"]


async def test_there_is_no_export_of_nothing_or_for_nobody(library: JournalLibrary, wire: Wire) -> None:
    library.silent("When is it?")
    message = await shown(wire)
    refused = await pressed(wire, message, "Export CSV", permissions=MEMBER)
    assert "Only moderators" in text_of(refused)
    library.journal.solve([gap.ids[0] for gap in library.journal.gaps(Scope(int(LISTED.id)))], user=1)
    assert "no open gaps to export" in text_of(await pressed(wire, message, "Export CSV"))
    assert not any(sent.files for sent in wire.sent)
