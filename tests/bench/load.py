"""Many questions against the running bot: how late they are acknowledged and answered, and whether any is lost.

python -m tests.bench.load [HOW_MANY]                 /ask, all at once, of the article
python -m tests.bench.load HOW_MANY --users USERS     conversations of so many people within ten seconds, by commands,
                                                    buttons, direct messages and mentions, each on a thing of their own
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.e2e.talking import STATIONS, Talk, talk
from tests.e2e.world import NO_LIMITS, World, built, opened_world
from tests.support.article import OTHER_QUESTIONS, WINDOW
from tests.support.discord.driver import Discord, Reply
from tests.support.discord.state import ANSWER_WITHIN_S, Exchange

__all__ = ["WITHIN_S", "Load", "ask_at_once"]

WITHIN_S = 10.0


class Load:
    """Exchanges that were dispatched together, and their replies."""

    def __init__(self, exchanges: Sequence[Exchange], replies: Sequence[Reply], took_s: float) -> None:
        self.exchanges = exchanges
        self.replies = replies
        self.took_s = took_s

    @property
    def slowest_acknowledgement_s(self) -> float:
        return max(exchange.acknowledged_after for exchange in self.exchanges)

    @property
    def late(self) -> int:
        return sum(exchange.acknowledged_after > ANSWER_WITHIN_S for exchange in self.exchanges)

    def __str__(self) -> str:
        delays = [exchange.acknowledged_after for exchange in self.exchanges]
        return (
            f"{len(self.exchanges)} questions at once: {len(self.replies)} answered in {self.took_s:.1f} s; "
            f"acknowledged after {median(delays):.2f} s (median), {max(delays):.2f} s (slowest); "
            f"{self.late} later than {ANSWER_WITHIN_S:.0f} s"
        )


async def ask_at_once(discord: Discord, questions: Sequence[str]) -> Load:
    """Dispatch all questions at once, each by another user, then wait for every reply."""
    started = discord.server.clock()
    exchanges = [await discord.send_command("ask", question=question) for question in questions]
    replies = await asyncio.gather(*(discord.reply(exchange) for exchange in exchanges))
    return Load(exchanges, replies, discord.server.clock() - started)


async def measure(how_many: int, users: int | None) -> Load | Talk:
    """Ask a fresh bot on a fresh index, warmed by one question."""

    async def measured(world: World) -> Load | Talk:
        if users is not None:
            return await talk(world.discord, how_many, users=users, within_s=WITHIN_S)
        questions = (WINDOW, *OTHER_QUESTIONS)
        return await ask_at_once(world.discord, [questions[number % len(questions)] for number in range(how_many)])

    with tempfile.TemporaryDirectory() as folder:
        settings = built(Path(folder), {"stations.md": STATIONS}) | NO_LIMITS | {"LOG_LEVEL": "INFO"}
        async with opened_world(settings, Path(folder)) as world:
            return await measured(world)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how_many", type=int, nargs="?", default=200)
    parser.add_argument("--users", type=int)
    chosen = parser.parse_args()
    print(asyncio.run(measure(chosen.how_many, chosen.users)))  # noqa: T201 - its result
