"""Many users who talk with the bot at the same time, each about a thing of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median

from tests.e2e.world import read_as
from tests.support.discord.driver import Discord, Form, Reacted, Reply
from tests.support.discord.exchange import Exchange
from tests.support.discord.payloads import LISTED, UNLISTED
from tests.support.discord.state import ANSWER_WITHIN_S

__all__ = ["NAMES", "STATIONS", "Talk", "Turn", "talk"]

NAMES = (
    "Albatross", "Avocet", "Bittern", "Bluebird", "Bullfinch", "Buzzard", "Canary", "Cardinal", "Chickadee",
    "Condor", "Cormorant", "Cuckoo", "Dove", "Eagle", "Falcon", "Flamingo", "Goldfinch", "Goose", "Grouse",
    "Hawk", "Heron", "Hummingbird", "Ibis", "Jackdaw", "Kestrel", "Kingfisher", "Lapwing", "Lark", "Linnet",
    "Magpie", "Mallard", "Nightingale", "Oriole", "Osprey", "Ostrich", "Owl", "Parrot", "Peacock", "Pelican",
    "Penguin", "Pheasant", "Plover", "Puffin", "Quail", "Raven", "Robin", "Sparrow", "Starling", "Stork",
    "Swallow",
)  # fmt: skip

FACTS = [(name, 20 + number, 1900 + number) for number, name in enumerate(NAMES)]
STATIONS = "# Weather stations\n\n" + "\n\n".join(
    f"## {name}\n\nThe {name} station has {sensors} sensors. The {name} station was built in {year}."
    for name, sensors, year in FACTS
)
"""A source with a fact for everybody."""

STAY = 4
"""Of those who were told to wait one in so many asks on when they have their answer; the others leave with it."""

FOLLOW_UP = "and when was it built?"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of somebody, who has a `number`, and its reply, None where none came. `name` is the asker's own thing,
    `follows` says that the question does not name it, `again` that it was put off before, `put_off` that the bot only
    reacted to the message; times are in seconds."""

    number: int
    name: str
    way: str
    follows: bool
    again: bool
    reply: Reply | None
    asked_at: float
    answered_after: float
    put_off: bool = False

    @property
    def answered(self) -> bool:
        return self.reply is not None and self.reply.answered

    @property
    def refused(self) -> bool:
        """Told why not now, which is a reply too."""
        return self.put_off or (self.reply is not None and not self.reply.quotations)

    @property
    def in_context(self) -> bool:
        """Whether it was read after a question about the asker's own thing."""
        return self.reply is not None and self.name in read_as(self.reply)

    @property
    def mixed(self) -> bool:
        """Whether it was read after a question about another thing."""
        return self.reply is not None and read_as(self.reply) != "" and not self.in_context

    @property
    def astray(self) -> bool:
        """Whether it was answered of other things alone; a follow-up that was read alone may be of anything."""
        if self.reply is None or not self.answered or (self.follows and not self.in_context):
            return False
        return not any(self.name in quotation for quotation in self.reply.quotations)


@dataclass
class Talk:
    """All questions, and every interaction, which Discord wants acknowledged within three seconds."""

    turns: list[Turn] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    began_at: float = 0.0

    @property
    def at_once(self) -> list[Turn]:
        """What was asked at its time; the others were put off before."""
        return [turn for turn in self.turns if not turn.again]

    @property
    def follow_ups(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.follows]

    @property
    def lost(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.reply is None and not turn.put_off]

    @property
    def late(self) -> int:
        return sum(exchange.acknowledged_after > ANSWER_WITHIN_S for exchange in self.exchanges)

    @property
    def asked_within_s(self) -> float:
        return max(turn.asked_at for turn in self.at_once) - self.began_at

    def __str__(self) -> str:
        delays = [exchange.acknowledged_after for exchange in self.exchanges]
        waits = [turn.answered_after for turn in self.turns if turn.answered]
        ended = max(turn.asked_at + turn.answered_after for turn in self.turns) - self.began_at
        ways = ", ".join(f"{sum(turn.way == way for turn in self.at_once)} by {way}" for way in WAYS)
        return (
            f"{len(self.at_once)} questions within {self.asked_within_s:.1f} s ({ways}): "
            f"{sum(turn.answered for turn in self.at_once)} answered, {sum(turn.refused for turn in self.at_once)} "
            f"told to wait, {sum(turn.again for turn in self.turns)} asked again later; of all {len(self.turns)} in "
            f"{ended:.1f} s, {len(self.lost)} lost and {sum(turn.mixed for turn in self.turns)} mixed; answered "
            f"after {median(waits):.2f} s (median), {max(waits):.2f} s (slowest); {len(delays)} interactions "
            f"acknowledged after {median(delays):.2f} s (median), {max(delays):.2f} s (slowest), {self.late} later "
            f"than {ANSWER_WITHIN_S:.0f} s"
        )


class Person:
    """Asks of one thing in one way; what comes next goes on from the reply before."""

    def __init__(self, discord: Discord, number: int, exchanges: list[Exchange]) -> None:
        name, way = NAMES[number % len(NAMES)], list(WAYS)[number // 7 % len(WAYS)]
        self.number = number
        self.name = name
        self.way = way
        self._discord = discord
        self._user = discord.somebody()
        self._ask = WAYS[way]
        self._exchanges = exchanges
        self.before: Reply | None = None

    async def ask(self, question: str) -> Reply:
        reply = await self._ask(self, question)
        self.before = reply if reply.answered else self.before
        return reply

    async def insist(self, question: str) -> Reply:
        """Ask while the answer before is still awaited."""
        return await self._ask(self, question)

    async def vote(self) -> None:
        assert self.before is not None
        await self._noted(await self._discord.send_press(self.before, "Helpful", user=self._user))

    async def by_command_and_form(self, question: str) -> Reply:
        if self.before is None:
            return await self._command(question, LISTED)
        opened = await self._discord.send_press(self.before, "Ask a follow-up", user=self._user)
        self._exchanges.append(opened)
        return await self._noted(await self._discord.send_submit(await Form.opened(opened), question))

    async def by_direct_message(self, question: str) -> Reply:
        return await self._discord.dm(question, user=self._user)

    async def by_mention_and_reply(self, question: str) -> Reply:
        if self.before is None:
            return await self._discord.mention(question, user=self._user, guild=UNLISTED)
        return await self._discord.reply_to(self.before, question, user=self._user)

    async def by_command_in_private(self, question: str) -> Reply:
        return await self._command(question, None)

    async def _command(self, question: str, guild: object) -> Reply:
        return await self._noted(
            await self._discord.send_command("ask", question=question, user=self._user, guild=guild)  # type: ignore[arg-type]
        )

    async def _noted(self, exchange: Exchange) -> Reply:
        self._exchanges.append(exchange)
        return await self._discord.reply(exchange)


Ask = Callable[[str], Awaitable[Reply]]

WAYS: dict[str, Callable[[Person, str], Awaitable[Reply]]] = {
    "command and form": Person.by_command_and_form,
    "direct message": Person.by_direct_message,
    "mention and reply": Person.by_mention_and_reply,
    "command in private": Person.by_command_in_private,
}


async def talk(discord: Discord, how_many: int, *, users: int, within_s: float) -> Talk:
    """So many questions, evenly over so many seconds, whether or not the bot keeps up: everybody asks of a thing of
    their own, then what only makes sense in its light, then anew. Half of the people vote between.

    Whose last answer has not come by then asks in full and is told to wait; some go on once that answer is there.
    """
    loop, conversations = asyncio.get_running_loop(), Talk()
    started, conversations.began_at = loop.time(), discord.server.clock()

    async def take_turn(person: Person, ask: Ask, question: str, *, follows: bool = False, again: bool = False) -> None:
        asked_at, reply, put_off = discord.server.clock(), None, False
        try:
            reply = await ask(question)
        except Reacted:
            put_off = True
        except AssertionError:  # nothing came
            pass
        answered_after = discord.server.clock() - asked_at
        conversations.turns.append(
            Turn(person.number, person.name, person.way, follows, again, reply, asked_at, answered_after, put_off)
        )

    async def converse(number: int) -> None:
        person = Person(discord, number, conversations.exchanges)
        in_full = f"How many sensors does the {person.name} station have?"
        tasks: list[asyncio.Task[None]] = []
        owed = False
        for nth, place in enumerate(range(number, how_many, users)):
            await asyncio.sleep(started + place * within_s / how_many - loop.time())
            if tasks and not tasks[-1].done():
                await take_turn(person, person.insist, in_full)
                owed = True
                continue
            question = FOLLOW_UP if nth == 1 else in_full
            tasks.append(asyncio.ensure_future(take_turn(person, person.ask, question, follows=nth == 1)))
        await asyncio.gather(*tasks)
        if owed and number % STAY == 0 and person.before is not None:
            await take_turn(person, person.ask, FOLLOW_UP, follows=True, again=True)
        if number % 2 and person.before is not None:
            await person.vote()

    await asyncio.gather(*(converse(number) for number in range(users)))
    return conversations
