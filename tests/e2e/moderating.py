"""Moderators of the real bot: their commands, forged presses, and the traces of both."""

from __future__ import annotations

import itertools
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.e2e.rights_table import Speaker
from tests.e2e.world import World
from tests.support.discord.components import BUTTON, all_components
from tests.support.discord.driver import Discord, Reply, has_ended
from tests.support.discord.exchange import Exchange, Scene
from tests.support.discord.payloads import Channel, Json, User
from tests.support.discord.rules import COMPONENTS_V2, text_of
from tests.support.site import Site, SiteRequest, page, served
from tests.support.waiting import eventually

__all__ = ["SHOWN_TO_ALL", "Acting", "Slow", "custom_id", "lines", "live", "slow_page", "state_of", "words"]

_numbers = itertools.count(1)
SHOWN_TO_ALL = "An answer that all see."


def words() -> str:
    """A sentence that was in no source before."""
    return f"The gauge at Ford showed {next(_numbers) + 1000} millimetres on that day.\n"


@dataclass(frozen=True, slots=True)
class Slow:
    """A page on the web that comes once `gate` is open."""

    site: Site
    gate: threading.Event

    @asynccontextmanager
    async def waited_for(self, seeds: Path, discord: Discord, **who: Any) -> AsyncIterator[tuple[Exchange, Reply]]:
        """A reindex that waits for it, and its message with a button that cancels; afterwards it goes on."""
        listed = seeds / "sources.toml"
        listed.write_text(f'[[source]]\nurl = "{self.site.url("/slow")}"\nname = "Slow"\n', encoding="utf-8")
        self.gate.clear()
        requests_before = len(self.site.asked)
        try:
            exchange = await discord.send_command("reindex", **who)
            reply = await discord.reply(exchange, until=lambda message: "Cancel" in text_of(message))
            await eventually(lambda: len(self.site.asked) > requests_before)
            yield exchange, reply
        finally:
            self.gate.set()
            listed.unlink()


@contextmanager
def slow_page() -> Iterator[Slow]:
    gate = threading.Event()

    def answer(asked: SiteRequest, handler: Any) -> None:
        gate.wait(20)
        page("The weir at Ford was mended.\n", content_type="text/plain")(asked, handler)

    with served(slow=answer) as site:
        yield Slow(site, gate)
        gate.set()


def live(world: World) -> str:
    """The id of the snapshot that answers."""
    return (_index(world) / "LIVE").read_text().split()[0]


def lines(world: World) -> list[tuple[Any, ...]]:
    """Return the audit, oldest first: user, place, action, outcome."""
    return world.rows("SELECT who, place, what, outcome FROM audit ORDER BY number")


def state_of(world: World) -> dict[str, Any]:
    """All that a moderator's act changes."""
    return {
        "live": live(world),
        "snapshots": sorted(path.name for path in (_index(world) / "snapshots").iterdir()),
        "sources": {path.name: path.read_bytes() for path in world.seeds.iterdir()},
        "audit": lines(world),
        "solved": world.rows("SELECT * FROM solved"),
        "settings": world.rows("SELECT * FROM settings"),
    }


def _index(world: World) -> Path:
    return Path(str(world.settings["INDEX_DIR"]))


def custom_id(reply: Reply, label: str) -> str:
    """What the first button that reads so says of itself."""
    components = [component for component in all_components(reply.message["components"]) if component["type"] == BUTTON]
    return next(str(component["custom_id"]) for component in components if component.get("label") == label)


@dataclass
class Acting:
    """Somebody at the keyboard, in a place, with rights or without; `kept` are messages for the buttons on them."""

    world: World
    who: Speaker
    slow: Slow
    kept: dict[str, Reply] = field(default_factory=dict)

    @cached_property
    def user(self) -> User:
        return self.who.user or self.discord.somebody()

    @cached_property
    def channel(self) -> Channel | None:
        """The group, where they are in one."""
        return self.world.server.state.group(self.user, self.discord.somebody()) if self.who.group else None

    @property
    def discord(self) -> Discord:
        return self.world.discord

    @property
    def rights(self) -> Json:
        who = self.who
        return {"permissions": who.permissions, "roles": who.roles, "personal": who.personal, "user": self.user}

    @property
    def how(self) -> Json:
        return {"guild": self.who.guild, "channel": self.channel, **self.rights}

    @property
    def place(self) -> str:
        """As the audit names it."""
        return self.who.guild.id if self.who.guild else "direct message"

    @property
    def scene(self) -> Scene:
        return self.world.server.state.scene(**self.how)

    async def command(self, name: str, /, **options: Any) -> Reply:
        """A command's last message."""
        reply = await self.discord.command(name, until=has_ended, **self.how, **options)
        assert reply.ephemeral
        return reply

    async def press(self, on: Reply, label: str, number: int | None = None) -> Reply:
        """What comes of a press, once it ended."""
        reply = await self.discord.press(on, label, number=number, until=_ended, **self.rights)
        assert isinstance(reply, Reply)
        assert reply.ephemeral
        return reply

    async def forge(self, on: Reply, button: str) -> Reply:
        """What comes of the press of a button that is not on their own message."""
        exchange = self.world.server.people.forged(self.scene, button, on.message)
        return await self.discord.reply(await self.world.server.forge(exchange), until=_ended)

    def seen_by_all(self) -> Json:
        """A message of the bot in the channel."""
        body = {"flags": COMPONENTS_V2, "components": [{"type": 10, "content": SHOWN_TO_ALL}]}
        return self.world.server.state.by_bot(self.scene.channel, body)

    async def typed(self, command: str, option: str, text: str = "") -> list[str]:
        """What is offered to them while they type."""
        offered = await self.discord.complete(command, **self.how, **{option: text})
        return [str(component["value"]) for component in offered]

    def wrote(self, what: str, outcome: str) -> None:
        """The last line of the audit is theirs, and says so."""
        actor, where, line, came = lines(self.world)[-1]
        assert (actor, where) == (int(self.user.id), self.place)
        assert what in line, line
        assert outcome in came, came

    def change(self) -> str:
        """A source comes in from outside, or has other words than before; its words."""
        text = words()
        (self.world.seeds / "gauge.txt").write_text(text, encoding="utf-8")
        return text


def _ended(message: Json) -> bool:
    return has_ended(message) and bool(text_of(message))
