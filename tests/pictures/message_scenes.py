"""What members see, as pages by name: the real client on the real article, each message as it goes out on the wire.

The clock stands at a fixed moment, and what differs from run to run (ids of snapshots, seconds) is replaced, so that a
later run gives the same pages unless the bot says something else.
"""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.views.snapshot_names import snapshot_name
from index import Library, Settings, open_library
from index.indexing.own_questions import FILE_NAME
from tests.pictures.message_html import Json, Scene, choices_page, form_page, message_page
from tests.support.article import ARTICLE, WINDOW
from tests.support.discord.exchange import Exchange, is_final
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire, connected

__all__ = ["NOW", "pages"]

NOW = datetime(2025, 4, 12, 12, 0, tzinfo=UTC)
ADA = User("1200000000000000001", "ada")
MODERATOR: dict[str, Any] = {"user": User("1200000000000000002", "grace"), "permissions": MEMBER | MANAGE_GUILD}

FIRST, SECOND = "How many experts does Scout have?", "And Maverick?"
ABSENT = "How much does Maverick cost per month?"
ANSWERED = (WINDOW, "When is LlamaCon?", "How many experts does Maverick have?", "Where can I download the models?")
GAPS = (
    (52, "How much does Scout cost?"),
    (30, "Which languages does Behemoth support?"),
    (28, "When will Behemoth be released?"),
    (26, "What is the release date of Behemoth?"),
    (5, "How much does Maverick cost?"),
    (4, "What does Maverick cost per month?"),
)
"""Questions that the article does not answer, and how many hours ago they were asked."""
SOLVED = ("Who founded OpenAI?", "What is the license of Behemoth?")
"""As well, but they are no gaps any more."""
PRICES = """# Prices

Meta estimates that Maverick costs $0.19 to $0.49 per million tokens.

Scout fits on a single H100 GPU, so that it costs what that does.
"""
OWN_QUESTION = '{"question": "When is LlamaCon?", "answer": "April 29"}\n'
VOTED_DOWN = (9, "Who wrote the article?", "I meant who made the models.")

SNAPSHOT = re.compile(r"\d{8}T\d{12}Z-([0-9a-f]{8})")
SECONDS = re.compile(r"\d+\.\d s\b")
NAMED = re.compile(r"<t:\d+:f> \(([0-9a-f]{4,8})\)")
TIME = re.compile(r"<t:(\d+):R>")


@dataclass
class Clock:
    """A clock with a set time, a little later at every look, so that events differ in time."""

    now: datetime = NOW - timedelta(minutes=1)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass(frozen=True)
class Placeholders:
    """What is shown in the place of ids and times that differ from run to run, by what they really are."""

    ids: dict[str, str]
    times: dict[str, int]

    def snapshot(self, letters: str) -> str:
        number = len(self.ids)
        name = f"20250412T{10 + number}0000000000Z-{0x5EED5EED + number * 0x1020304:08x}"
        return self.ids.setdefault(letters[:4], name)

    def time(self, at: str) -> int:
        before = timedelta(hours=max(2 - len(self.times), 1))
        return self.times.setdefault(at, int((NOW - before).timestamp()))


@dataclass
class Camera:
    """Takes pages of what comes over the wire. `told` is what ids of snapshots and times are on them, by
    what they really are."""

    wire: Wire
    scene: Scene
    told: Placeholders = field(default_factory=lambda: Placeholders({}, {}))
    pages: dict[str, str] = field(default_factory=dict)

    async def message(self, name: str, exchange: Exchange, used: str = "", until: str = "") -> Json:
        """The answer to an interaction, taken; as it is, to press its buttons. `used` is the command that gave it, with
        `until` it is the first answer that says that."""
        message = await exchange.answer(lambda message: is_final(message) and until in text_of(message))
        scene = replace(
            self.scene,
            did=(exchange.user.name.title(), f"used {used}") if used else None,
            files=self.wire.state.files_of(message),
        )
        self.pages[name] = message_page(_settled(message, self.told), scene)
        return message

    async def form(self, name: str, exchange: Exchange) -> Form:
        form = await Form.opened(exchange)
        self.pages[name] = form_page(form.data, self.scene)
        return form

    async def choices(self, name: str, command: str, option: str, typed: str) -> None:
        exchange = self.wire.autocomplete(command, {option: typed}, user=ADA)
        await exchange.acknowledged()
        self.pages[name] = choices_page(command, option, typed, exchange.choices or [], self.scene)


async def pages(folder: Path, *, light: bool = False) -> dict[str, str]:
    """HTML by name; `folder` is an empty one, for the index."""
    seeds = folder / "seeds"
    seeds.mkdir()
    _write(seeds / ARTICLE.name, ARTICLE.read_bytes(), days=7)
    settings = Settings(
        _env_file=None,
        seeds_dir=seeds,
        index_dir=folder / "index",
        journal_file=folder / "journal.sqlite3",
    )
    library, clock = open_library(settings), Clock()
    library.journal._clock = clock
    async with connected(library, folder) as wire:
        channels, grace = {LISTED.channel_id: LISTED.channel.name}, MODERATOR["user"]
        camera = Camera(wire, Scene(NOW, channels=channels, users={grace.id: grace.name.title()}, light=light))
        clock.now = NOW - timedelta(hours=2)
        await wire.command("reindex", **MODERATOR).answer(lambda message: "rebuilt" in text_of(message))
        await asyncio.to_thread(_fill, library, clock)
        await _moderators(camera)
        await _members(camera)
        await _editors(camera, seeds, clock)
    return camera.pages


async def _moderators(camera: Camera) -> None:
    wire = camera.wire
    await camera.message("gaps", wire.command("gaps", **MODERATOR), "/gaps")
    await camera.message("stats", wire.command("stats", **MODERATOR), "/stats")
    chosen = wire.command("settings channels", {"add": LISTED.channel}, **MODERATOR)
    await camera.message("settings", chosen, "/settings channels")


async def _members(camera: Camera) -> None:
    wire = camera.wire
    await camera.choices("suggestions", "ask", "question", "how many")
    answer = await camera.message("answer", wire.command("ask", {"question": WINDOW}, user=ADA), "/ask")
    await camera.message("source", wire.press(answer, "Show in source", number=1, user=ADA))
    await camera.message("more", wire.press(answer, "More passages", user=ADA))
    await camera.form("not-helpful", wire.press(answer, "Not helpful", user=ADA))
    first = await wire.command("ask", {"question": FIRST}, user=ADA).answer()
    form = await camera.form("ask-on", wire.press(first, "Ask a follow-up", user=ADA))
    await camera.message("follow-up", wire.submit(form, SECOND))
    silence = await camera.message("abstention", wire.command("ask", {"question": ABSENT}, user=ADA), "/ask")
    await camera.message("nearest", wire.press(silence, "Nearest passages", user=ADA))
    await camera.message("status", wire.command("status", user=ADA), "/status")
    await camera.message("sources", wire.command("sources", user=ADA), "/sources")
    await camera.message("help", wire.command("help", user=ADA), "/help")
    await camera.message("privacy", wire.command("privacy", user=ADA), "/privacy")


async def _editors(camera: Camera, seeds: Path, clock: Clock) -> None:
    """An edit with a slip in it, seen in a preview before members see it; then without the slip."""
    wire, article = camera.wire, ARTICLE.read_bytes()
    _write(seeds / ARTICLE.name, article.replace(b"on April 29", b"in spring"), days=0)
    _write(seeds / "prices.md", PRICES.encode(), days=0)
    _write(seeds / "notes.txt", b"\0" * 100, days=3)
    _write(seeds / FILE_NAME, OWN_QUESTION.encode(), days=30)
    clock.now = NOW - timedelta(minutes=70)
    exchange = wire.command("reindex", {"preview": True}, **MODERATOR)
    preview = await camera.message("preview", exchange, "/reindex", until="preview")
    await wire.press(preview, "Discard", **MODERATOR).answer(lambda message: "is discarded" in text_of(message))
    _write(seeds / ARTICLE.name, article.replace(b"on April 29", b"on April 29, online,"), days=0)
    await camera.message("report", wire.command("reindex", **MODERATOR), "/reindex", until="rebuilt")
    clock.now = NOW - timedelta(minutes=1)
    listed = await camera.message("snapshots", wire.command("snapshots", **MODERATOR), "/snapshots")
    await camera.message("rollback", wire.press(listed, "Roll back", **MODERATOR), until="Roll back to")
    await camera.message("source-list", wire.command("source list", **MODERATOR), "/source list")
    exchange = wire.command("source remove", {"name": "notes.txt"}, **MODERATOR)
    wanted = await exchange.answer(lambda message: "Remove" in text_of(message))
    await wire.press(wanted, "Remove", **MODERATOR).answer(lambda message: "Removed" in text_of(message))
    await camera.message("audit", wire.command("audit", **MODERATOR), "/audit")


def _write(path: Path, data: bytes, *, days: int) -> None:
    """A source that was changed some days and an hour before the fixed moment."""
    path.write_bytes(data)
    when = (NOW - timedelta(days=days, hours=1)).timestamp()
    os.utime(path, (when, when))


def _fill(library: Library, clock: Clock) -> None:
    """Questions of a month with their votes, in the order in which they were asked."""
    journal = library.journal
    gaps, solved = [*GAPS, VOTED_DOWN[:2]], []
    for day in range(2, 30):
        gaps += [(24 * day + 1 + number, ANSWERED[number % len(ANSWERED)]) for number in range(2 + day * 7 % 5)]
        gaps += [(24 * day, SOLVED[number]) for number in range(day % 3)]
    answers = {question: library.ask(question) for _, question in gaps}
    for number, (hours, question) in enumerate(sorted(gaps, reverse=True)):
        clock.now = NOW - timedelta(hours=hours)
        answer = replace(answers[question], latency_ms=180.0 + number * 7 % 90)
        answer_id = journal.record(answer, user=number % 11, guild=int(LISTED.id), channel=1)
        if question == VOTED_DOWN[1]:
            journal.vote(answer_id, user=0, helpful=False)
            journal.explain(answer_id, user=0, reason=VOTED_DOWN[2])
        elif not answer.abstained and number % 3:
            journal.vote(answer_id, user=0, helpful=number % 5 > 0)
        if question in (*ANSWERED, *SOLVED):
            solved.append(answer_id)
    journal.solve(solved, user=0)
    clock.now = NOW - timedelta(minutes=1)


def _settled(part: Any, told: Placeholders) -> Any:
    """A payload without what differs from run to run: the first time after the fixed moment becomes two hours before it
    and the next one hour, and snapshots are called by the order in which they are seen."""
    if isinstance(part, dict):
        return {key: _settled(value, told) for key, value in part.items()}
    if isinstance(part, list):
        return [_settled(item, told) for item in part]
    if not isinstance(part, str):
        return part
    text = TIME.sub(
        lambda match: match[0] if int(match[1]) <= NOW.timestamp() else f"<t:{told.time(match[1])}:R>", part
    )
    text = SNAPSHOT.sub(lambda match: told.snapshot(match[1]), text)
    return SECONDS.sub("1.3 s", NAMED.sub(lambda match: snapshot_name(told.snapshot(match[1])), text))
