"""What each cell of the table of rights means to who may not: the same commands, and the buttons of a moderator's
messages pressed where all see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.moderating import SHOWN_TO_ALL, Acting, custom_id
from tests.support.discord.driver import has_ended
from tests.support.discord.exchange import Exchange
from tests.support.discord.malformed import Change
from tests.support.discord.payloads import LISTED, Json
from tests.support.discord.rules import EPHEMERAL, text_of

__all__ = ["Prepared", "prepared", "tried"]

TAKEN = "wagtails.txt"
REFUSED_WITHIN_S = 20.0  # it needs no thought, but the machine may be busy with other things


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """An option is being typed."""

    command: str
    option: str


@dataclass(frozen=True, slots=True)
class Press:
    button: str


Try = Command | Typed | Press
Prepared = Mapping[str, Mapping[str, Try]]
"""By command and column."""


async def prepared(moderator: Acting, run: str) -> Prepared:
    """Commands with options that fit, and the custom ids of buttons that a moderator has; `run` is that of a button
    that cancels."""
    cdn = moderator.world.server.cdn
    older = (await moderator.typed("rollback", "id"))[0]
    replacing = await moderator.command("source add", file=cdn.hold(TAKEN, b"Nobody may replace it by this."))
    removing = await moderator.command("source remove", name=TAKEN)
    gap = await moderator.discord.ask("Who painted the portraits of Ford?", guild=LISTED)
    await moderator.discord.press(gap, "Report the gap")
    listed, reply = await moderator.command("snapshots"), await moderator.command("rollback", id=older)
    gaps, stats = await moderator.command("gaps"), await moderator.command("stats")
    return {
        "/reindex": {
            "/reindex": Command("reindex"),
            "preview": Command("reindex", {"preview": True}),
            "Make it live": Press(f"footnote:golive:{older}:0:0"),
            "Discard": Press(f"footnote:discard:{older}:0:0"),
            "Cancel": Press(run),
        },
        "/source": {
            "add": Command("source add", {"file": cdn.hold("unwanted.txt", b"Nobody may add this.")}),
            "list": Command("source list"),
            "remove": Command("source remove", {"name": TAKEN}),
            "choices": Typed("source remove", "name"),
            "Replace": Press(custom_id(replacing, "Replace")),
            "Leave it": Press(custom_id(replacing, "Leave it")),
            "Reindex now": Press("footnote:srcreindex::0:0"),
            "Remove": Press(custom_id(removing, "Remove")),
        },
        "/snapshots": {
            "/snapshots": Command("snapshots"),
            "page": Press("footnote:snapshots::0:1"),
            "What changed": Press(custom_id(listed, "What changed")),
            "/rollback": Command("rollback", {"id": older}),
            "choices": Typed("rollback", "id"),
            "ask": Press(custom_id(listed, "Roll back")),
            "Cancel": Press(custom_id(reply, "Cancel")),
            "Roll back": Press(custom_id(reply, "Roll back")),
        },
        "/audit": {"/audit": Command("audit"), "page": Press("footnote:audit::0:1")},
        "/gaps": {
            "/gaps": Command("gaps"),
            "page": Press("footnote:gaps::0:1"),
            "Export CSV": Press(custom_id(gaps, "Export CSV")),
            "Mark as solved": Press(custom_id(gaps, "Mark as solved")),
        },
        "/stats": {"/stats": Command("stats"), "7 days": Press(custom_id(stats, "7 days"))},
        "/settings": {
            "show": Command("settings show"),
            "private": Command("settings private", {"on": True}),
            "threads": Command("settings threads", {"on": False}),
            "cooldown": Command("settings cooldown", {"seconds": 3600}),
            "channels": Command("settings channels", {"add": LISTED.channel}),
        },
    }


async def tried(me: Acting, what: Try, told: str, change: Change) -> str:
    """Return what is wrong with a refusal that should have the words `told`, or empty."""
    reply = me.seen_by_all()
    exchange = await me.world.server.forge(_made(me, what, reply), change)
    try:
        await exchange.acknowledged()
        if isinstance(what, Typed):
            return "" if exchange.choices == [] else f"offered {exchange.choices}"
        said = exchange.updates.wait_for(
            lambda message: has_ended(message) and bool(text_of(message)), within=REFUSED_WITHIN_S
        )
        message = await said
    except AssertionError as error:
        return f"not answered: {error}"
    if not message["flags"] & EPHEMERAL:
        return f"told to all: {text_of(message)}"
    if told not in text_of(message) or message["attachments"]:
        return f"not refused: {text_of(message)}"
    text = text_of(me.world.server.people.current(reply))
    return "" if text == SHOWN_TO_ALL else f"what all see became: {text}"


def _made(me: Acting, what: Try, shown: Json) -> Exchange:
    people = me.world.server.people
    if isinstance(what, Press):
        return people.forged(me.scene, what.button, shown)
    if isinstance(what, Typed):
        return people.complete(me.scene, what.command, {what.option: ""}, None)
    return people.command(me.scene, what.name, what.options, None)
