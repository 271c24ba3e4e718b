"""Many /ask at once against the running bot: how late they are acknowledged and answered.

python -m tests.load_e2e [HOW_MANY]; the index is the one in data/index: run `make run` once before.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.article import OTHER_QUESTIONS, WINDOW
from tests.bot_process import ROOT, running_bot
from tests.discord_driver import Discord, Reply
from tests.discord_server import TOKEN
from tests.discord_state import ANSWER_WITHIN_S, Exchange

__all__ = ["Load", "ask_at_once"]


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
        delays = sorted(exchange.acknowledged_after for exchange in self.exchanges)
        return (
            f"{len(self.exchanges)} questions at once: {len(self.replies)} answered in {self.took_s:.1f} s; "
            f"acknowledged after {delays[len(delays) // 2]:.2f} s (median), {delays[-1]:.2f} s (slowest); "
            f"{self.late} later than {ANSWER_WITHIN_S:.0f} s"
        )


async def ask_at_once(discord: Discord, questions: Sequence[str]) -> Load:
    """Dispatch all questions without waiting, each from somebody else, then wait for every reply."""
    started = discord.server.clock()
    exchanges = [await discord.send_command("ask", question=question) for question in questions]
    replies = await asyncio.gather(*(discord.reply(exchange) for exchange in exchanges))
    return Load(exchanges, replies, discord.server.clock() - started)


async def measure(how_many: int) -> Load:
    """A fresh bot, warmed by one question, then all questions at once."""
    with tempfile.TemporaryDirectory() as folder:
        where = {"SEEDS_DIR": ROOT / "seeds", "INDEX_DIR": ROOT / "data" / "index", "STATE_DIR": folder}
        async with running_bot({"DISCORD_TOKEN": TOKEN, **where}, Path(folder)) as (server, _):
            await server.requests.wait_for(lambda request: request.route.endswith("/commands"))
            discord = Discord(server)
            await discord.ask(WINDOW)
            questions = (WINDOW, *OTHER_QUESTIONS)
            return await ask_at_once(discord, [questions[number % len(questions)] for number in range(how_many)])


if __name__ == "__main__":
    print(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)))  # noqa: T201 - its result
