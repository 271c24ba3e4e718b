"""Members who ask a bot of several processes all the time, one of which is killed: what is lost, and how late it is.

    python -m tests.bench.scale.measure_processes [--members N] [--rate N] [--seconds N] [--kill NAME]

Four processes run three shards on the local Discord, one of them standing by. First it is measured how many questions
a second the machine answers; if that is less than the rate asked for, four fifths of it are asked. Instead of a process
the server that keeps the journal (postgresql) or searches (milvus) may be killed; it is back ten seconds later.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.figures import quantile, rounded
from tests.bench.scale.runs import Row, Run
from tests.e2e.processes import Processes, running_processes
from tests.support.article import OTHER_QUESTIONS, WINDOW
from tests.support.discord.driver import Discord
from tests.support.discord.payloads import BOT, Guild, Json, User
from tests.support.discord.rules import text_of
from tests.support.discord.shards import SHARDS, guild_of
from tests.support.milvus import MilvusProcess, milvus_process
from tests.support.pgvector import pgvector_server
from tests.support.postgres import PostgresServer

__all__ = ["measure", "measure_processes", "rows"]

MEMBERS, RATE, SECONDS = 5_000, 100.0, 120.0
SERVERS_OF_A_SHARD = 20
WARM_SECONDS, AT_ONCE = 8.0, 24
SHARE = 0.8
"""How much of what the machine answers is asked for, so that no queue grows."""
PATIENCE_SECONDS = 180.0
AWAY_SECONDS = 10.0
"""How long a server is away that was killed."""
PROCESSES = {f"shard {shard}": str(shard) for shard in range(SHARDS)}
POSTGRESQL, MILVUS, NONE = "postgresql", "milvus", "none"
KILLED = (*PROCESSES, POSTGRESQL, MILVUS, NONE)
LATE_SECONDS = 3.0
QUESTIONS = (WINDOW, *OTHER_QUESTIONS)
WAYS = ("command",) * 6 + ("mention",) * 3 + ("direct",)
LATENCY_TARGET = "under 1 s"
AWAY = "cannot be reached just now"


@dataclass
class Question:
    """A question and what became of it; times are of `time.perf_counter`."""

    way: str
    user: User
    asked_at: float
    acknowledged_after: float | None = None
    answered_after: float | None = None
    answers: int = 0
    told: bool = False
    """Whether the answer was that there is none just now."""


@dataclass
class Crowd:
    """Members of many servers, of whom nobody asks before the last answer came."""

    run: Processes
    members: int
    questions: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(7)  # noqa: S311 - for repeatable runs
        self._discord = Discord(self.run.server)
        guilds: Sequence[Guild] = self.run.server.gateway.guilds
        self._people = [(User.new(f"member{number}"), guilds[number % len(guilds)]) for number in range(self.members)]
        self._busy: set[str] = set()
        self._replied: dict[str, Question] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self) -> asyncio.Task[None]:
        """Have a member ask who waits for nothing."""
        while True:
            user, guild = self._random.choice(self._people)
            if user.id not in self._busy:
                break
        self._busy.add(user.id)
        question = Question(self._random.choice(WAYS), user, time.perf_counter())
        self.questions.append(question)
        task = asyncio.create_task(self._follow(question, guild))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _follow(self, question: Question, guild: Guild) -> None:
        text = self._random.choice(QUESTIONS)
        with contextlib.suppress(AssertionError, TimeoutError):
            if question.way == "command":
                await self._command(question, guild, text)
            else:
                await self._message(question, guild, text)
        self._busy.discard(question.user.id)

    async def _command(self, question: Question, guild: Guild, text: str) -> None:
        exchange = await self._discord.send_command("ask", question=text, user=question.user, guild=guild)
        try:
            answer = await asyncio.wait_for(exchange.answer(), PATIENCE_SECONDS)
            question.told = AWAY in text_of(answer)
            question.answered_after = time.perf_counter() - question.asked_at
            question.answers = len(exchange.callbacks.items)
        finally:
            if exchange.acknowledged_at is not None:
                question.acknowledged_after = exchange.acknowledged_after

    async def _message(self, question: Question, guild: Guild, text: str) -> None:
        server, in_private = self.run.server, question.way == "direct"
        since = len(server.state.posts)
        content = text if in_private else f"{BOT.mention} {text}"
        message = await server.say(question.user, content, guild=None if in_private else guild)

        def answers(post: Json) -> bool:
            return bool((post.get("message_reference") or {}).get("message_id") == message["id"])

        post = await server.state.posts.wait_for(answers, since=since, within=PATIENCE_SECONDS)
        question.told = AWAY in text_of(post)
        question.answered_after = time.perf_counter() - question.asked_at
        self._replied[message["id"]] = question

    async def capacity(self, seconds: float) -> float:
        """Return how many questions a second are answered if so many members ask without a pause."""
        until, answered = time.perf_counter() + seconds, 0

        async def ask_on() -> None:
            nonlocal answered
            while time.perf_counter() < until:
                await self.ask()
                answered += 1

        started = time.perf_counter()
        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
        self.questions.clear()
        return answered / (time.perf_counter() - started)

    async def ask_for(self, seconds: float, rate: float) -> None:
        """Ask so many questions a second, then wait for all answers."""
        started = time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            for _ in range(int(passed * rate) - len(self.questions) + 1):
                self.ask()
            await asyncio.sleep(0.5 / rate)
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        for post in self.run.server.state.posts:
            question = self._replied.get((post.get("message_reference") or {}).get("message_id", ""))
            if question is not None:
                question.answers += 1


@contextlib.contextmanager
def _server(name: str, folder: Path) -> Iterator[tuple[PostgresServer | MilvusProcess | None, dict[str, str]]]:
    """Yield the server of a name and the setting of the bots that names it; None and nothing for a process."""
    if name == POSTGRESQL:
        database = pgvector_server()
        yield database, {"DATABASE_URL": database.new_database()}
    elif name == MILVUS:
        with milvus_process(folder / "milvus") as search:
            yield search, {"STORE_URL": search.url}
    else:
        yield None, {}


async def measure_processes(members: int, rate: float, seconds: float, *, kill: str = "shard 1") -> dict[str, Any]:
    """Have members ask for so long, one of KILLED being killed halfway, and count what became of their questions."""
    guilds = [guild_of(shard, number=number) for number in range(SERVERS_OF_A_SHARD) for shard in range(SHARDS)]
    with tempfile.TemporaryDirectory() as folder, _server(kill, Path(folder)) as (server, setting):
        async with running_processes(Path(folder), PROCESSES, guilds=guilds, **setting) as run:
            spare = await run.start("spare", f"0-{SHARDS - 1}")
            try:
                await run.logged("spare", "Ready for questions")
                crowd = Crowd(run, members)
                capacity = await crowd.capacity(min(WARM_SECONDS, seconds))
                asked = min(rate, capacity * SHARE)
                asking = asyncio.create_task(crowd.ask_for(seconds, asked))
                await asyncio.sleep(seconds / 2)
                if server:
                    await asyncio.to_thread(server.stop)
                    await asyncio.sleep(AWAY_SECONDS)
                    await asyncio.to_thread(server.start)
                elif kill in PROCESSES:
                    await run.kill(kill)
                await asking
                refused = len([request for request in run.refused() if request.route.endswith("/callback")])
                return _counted(crowd.questions, refused) | {
                    "members": members,
                    "wanted_a_second": rate,
                    "asked_a_second": rounded(asked),
                    "answered_at_most_a_second": rounded(capacity),
                    "seconds": seconds,
                    "killed": kill,
                }
            finally:
                await spare.make_sure_it_ended()


def _counted(questions: Sequence[Question], refused: int) -> dict[str, Any]:
    commands = [question for question in questions if question.way == "command"]
    acknowledged = [question.acknowledged_after for question in commands if question.acknowledged_after is not None]
    answered = [question.answered_after for question in questions if question.answered_after is not None]
    return {
        "asked": len(questions),
        "commands": len(commands),
        "unanswered": len(questions) - len(answered),
        "told": sum(question.told for question in questions),
        "twice": sum(question.answers > 1 for question in questions) + refused,
        "late": len(commands) - sum(after <= LATE_SECONDS for after in acknowledged),
        "acknowledged_p50_s": rounded(quantile(acknowledged, 50)),
        "acknowledged_p99_s": rounded(quantile(acknowledged, 99)),
        "answered_p50_s": rounded(quantile(answered, 50)),
        "answered_p99_s": rounded(quantile(answered, 99)),
    }


def measure(run: Run) -> dict[str, Any]:
    """Measure the whole crowd, as a part of the bench; it asks about the article."""
    run.say(f"{MEMBERS:,} members ask {SHARDS + 1} processes for {SECONDS:.0f} s")
    return asyncio.run(measure_processes(MEMBERS, RATE, SECONDS))


def rows(result: dict[str, Any]) -> list[Row]:
    """Return the lines of the table."""
    most = f"this machine answers {result['answered_at_most_a_second']}"
    limit = f"{result['asked_a_second']} of {result['wanted_a_second']:g} ({most})"
    acknowledged = f"{result['acknowledged_p50_s']}, {result['acknowledged_p99_s']}"
    return [
        Row("processes: questions a second asked", limit, f"{RATE:g}, or as many as the cores allow"),
        Row("  asked, of them commands", f"{result['asked']}, {result['commands']}"),
        Row("  killed", result["killed"]),
        Row("  unanswered", str(result["unanswered"]), "0"),
        Row("  told that there is no answer just now", str(result["told"])),
        Row("  answered twice", str(result["twice"]), "0"),
        Row("  acknowledged after 3 s or not at all", str(result["late"]), "0"),
        Row("  acknowledged p50, p99, s", acknowledged, LATENCY_TARGET),
        Row("  answered p50, p99, s", f"{result['answered_p50_s']}, {result['answered_p99_s']}"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--rate", type=float, default=RATE, help="questions a second")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--kill", choices=KILLED, default="shard 1", help="what is killed halfway")
    chosen = parser.parse_args()
    measured = asyncio.run(measure_processes(chosen.members, chosen.rate, chosen.seconds, kill=chosen.kill))
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
