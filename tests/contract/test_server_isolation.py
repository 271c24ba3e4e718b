"""No word of one server shows in anything that another server's people, or visitors of its pages, can reach.

All that the secretive server has holds the same word: its sources and their names, questions, votes with reasons, the
audit, snapshots, suggestions. The people of another server, of direct messages and of no server press everything.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from discord import app_commands

from bot.cogs._component import handlers_of
from bot.policy.moderators import Moderators
from bot.policy.rate_limits import RateLimiter
from bot.services.answering import Answering
from bot.services.worker import LibraryWorker
from bot.settings import PageAccess
from bot.web.evidence_pages import EvidencePages
from bot.web.home_page import HomePages, Search
from bot.web.links import HomeLink, OriginalLink, PageLink, PageLinks
from bot.web.server import WebServer
from index import Corpora
from index.domain.activity import Scope
from index.domain.generation import WritingRequest
from tests.support.corpora_fakes import add, corpora, secret_text
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, NOT_JOINED, UNLISTED, Guild, Json, User
from tests.support.discord.wire import NO_LIMITS, Wire, connected
from tests.support.generation_fakes import FakeGenerator
from tests.support.moderators_page import moderators_page

SECRET = "quartz"
"""Is in every word that the secretive server has."""

THEIRS, OURS = int(LISTED.id), int(UNLISTED.id)
"""The secretive server, and the other one."""

ASKED = "What is the light of the harbour called?"
LACKING = "What does the quartzwarden eat?"
SOURCE = "quartzlight.md"


class Secrets:
    """What the secretive server has, by the ids that a forger would have to know."""

    def __init__(self, libraries: Corpora) -> None:
        add(libraries, THEIRS, SOURCE, secret_text("Quartzblink", "light"))
        add(libraries, OURS, "bell.md", secret_text("Velvetgong", "bell"))
        library, where = libraries.of(THEIRS), {"user": 5, "guild": THEIRS, "channel": 6}
        known = library.conversation.reply("What is the light called, Quartzblink?", **where)
        assert not known.answer.abstained
        lacking = library.conversation.reply(LACKING, **where)
        assert lacking.answer.abstained
        library.journal.vote(known.id, user=5, helpful=True)
        library.journal.vote(lacking.id, user=5, helpful=False)
        library.journal.explain(lacking.id, user=5, reason="The quartzwarden is hungry.")
        library.journal.report(lacking.id, user=5)
        with library.audited("source add quartzlight.md", origin=str(THEIRS), user=5) as line:
            line.outcome = "added"
        self.answers = (known.id, lacking.id)
        live = library.status().snapshot
        assert live
        self.snapshot = live.id
        self.preview = library.preview().id

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.answers, self.snapshot, self.preview)


COMMANDS: dict[str, list[dict[str, Any]]] = {
    "ask": [{"question": ASKED}, {"question": "Which quarz is there?"}],
    "audit": [{}],
    "forget-me": [{}],
    "gaps": [{}],
    "help": [{}],
    "privacy": [{}],
    "reindex": [{}, {"preview": True}],
    "rollback": [{"id": "SNAPSHOT"}, {"id": "PREVIEW"}],
    "settings channels": [{}],
    "settings cooldown": [{}],
    "settings digest": [{}],
    "settings private": [{"on": False}],
    "settings show": [{}],
    "settings threads": [{"on": True}],
    "snapshots": [{}],
    "source delete-all": [{}],
    "source export": [{}],
    "source list": [{}],
    "source remove": [{"name": "SOURCE"}],
    "sources": [{}],
    "stats": [{}],
    "status": [{}],
    "summary": [{}, {"source": "light"}, {"since": "SNAPSHOT"}, {"since": "the last reindex"}],
}
"""All commands, with what is typed."""
OTHERWISE = {"source add": "needs a file; what it writes is its server's own, as tests of /source say"}
TYPING = [
    ("ask", {"question": ""}),
    ("ask", {"question": "What is the light"}),
    ("rollback", {"id": ""}),
    ("source remove", {"name": ""}),
    ("summary", {"source": ""}),
    ("summary", {"source": "", "since": ""}),
]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[tuple[Wire, Corpora, Secrets]]:
    libraries = corpora(tmp_path)
    secrets = Secrets(libraries)
    everywhere = Moderators(everywhere=True)
    async with connected(libraries, tmp_path, moderators=everywhere, limits=NO_LIMITS, links=links()) as wire:
        wire.receive("GUILD_CREATE", wire.state.guild_create(UNLISTED))
        yield wire, libraries, secrets


def links(access: PageAccess = PageAccess.SIGNED) -> PageLinks:
    return PageLinks("https://footnote.example", secret=b"s" * 32, access=access)


def filled(options: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    values = {"SNAPSHOT": secrets.snapshot, "PREVIEW": secrets.preview, "SOURCE": SOURCE}
    return {name: values.get(value, value) if isinstance(value, str) else value for name, value in options.items()}


def leaks(wire: Wire) -> list[str]:
    """Return the places of the secret in all that the bot sent, with what is in its files."""
    parts = []
    for sent in wire.sent:
        parts.append(json.dumps([sent.path, sent.body, sent.message], default=str))
        for name, data in sent.files.items():
            parts.append(f"{name} {data!r}")
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    parts += [f"{member} {archive.read(member)!r}" for member in archive.namelist()]
    text = "\n".join(parts).lower()
    return [text[max(0, found.start() - 200) : found.end() + 100] for found in re.finditer(SECRET, text)]


def names_of(wire: Wire) -> set[str]:
    commands = wire.bot.tree.walk_commands()
    return {command.qualified_name for command in commands if isinstance(command, app_commands.Command)}


async def test_every_command_is_pressed_here(scene: tuple[Wire, Corpora, Secrets]) -> None:
    wire, _, _ = scene
    assert names_of(wire) == COMMANDS.keys() | OTHERWISE.keys()


@pytest.mark.parametrize(
    ("guild", "rights"),
    [(UNLISTED, MEMBER), (UNLISTED, MEMBER | MANAGE_GUILD), (None, MEMBER), (NOT_JOINED, MEMBER | MANAGE_GUILD)],
    ids=["member", "moderator", "direct message", "elsewhere"],
)
async def test_no_command_shows_what_another_server_has(
    scene: tuple[Wire, Corpora, Secrets], guild: Guild | None, rights: int, caplog: pytest.LogCaptureFixture
) -> None:
    wire, libraries, secrets = scene
    user = User.new()
    with caplog.at_level(logging.DEBUG):
        for name, typed in COMMANDS.items():
            for options in typed:
                exchange = wire.command(name, filled(options, secrets), user=user, guild=guild, permissions=rights)
                await exchange.answer()
        for name, options in TYPING:
            exchange = wire.autocomplete(name, options, user=user, guild=guild, permissions=rights)
            await exchange.acknowledged()
            assert SECRET not in json.dumps(exchange.choices).lower()
    assert leaks(wire) == []
    assert SECRET not in caplog.text.lower()
    assert SECRET not in wire.bot.services.metrics.text().decode().lower()
    assert libraries.of(THEIRS).source_names() == ("a.md", SOURCE)


@pytest.mark.parametrize("guild", [UNLISTED, None], ids=["moderator", "direct message"])
async def test_no_forged_button_reaches_what_another_server_has(
    scene: tuple[Wire, Corpora, Secrets], guild: Guild | None
) -> None:
    wire, libraries, secrets = scene
    user, rights = User.new(), MEMBER | MANAGE_GUILD
    before = state_of(libraries)
    message = await wire.command("help", user=user, guild=guild, permissions=rights).answer()
    actions = sorted(action for cog in wire.bot.cogs.values() for action in handlers_of(cog))
    assert len(actions) > 30
    for action in actions:
        for id_ in (*secrets.ids, hashlib.sha256(SOURCE.encode()).hexdigest()[:32]):
            forge(wire, message, f"footnote:{action}:{id_}:1:1", user, rights)
    await settled(wire)
    assert leaks(wire) == []
    assert state_of(libraries) == before


@pytest.mark.parametrize("guild", [UNLISTED, None], ids=["server", "direct message"])
async def test_a_follow_up_of_another_servers_answer_follows_nothing(
    scene: tuple[Wire, Corpora, Secrets], guild: Guild | None
) -> None:
    wire, _, secrets = scene
    user = User.new()
    message = await wire.command("help", user=user, guild=guild).answer()
    for answer in secrets.answers:
        exchange = forge(wire, message, f"footnote:ask:{answer}:0:0", user, MEMBER)
        await exchange.acknowledged()
        submitted = wire.submit(exchange, "And what is it called?")
        await submitted.answer()
    assert leaks(wire) == []


async def test_the_digest_of_a_server_counts_its_own_alone(scene: tuple[Wire, Corpora, Secrets]) -> None:
    wire, libraries, _ = scene
    digest = wire.bot.background.weekly_digest
    now = datetime.now(UTC)
    libraries.of(OURS).conversation.reply("What is the bell called?", user=5, guild=OURS, channel=6)
    collected = digest._collect(OURS, now - timedelta(days=7), now + timedelta(days=1))
    assert collected[0].questions == 1
    assert SECRET not in repr(collected).lower()


async def test_members_of_the_server_itself_see_all_of_it(scene: tuple[Wire, Corpora, Secrets]) -> None:
    wire, _, _ = scene
    answer = await wire.command("ask", {"question": ASKED}, guild=LISTED).answer()
    assert SECRET in json.dumps(answer).lower()
    for name in ("gaps", "audit", "source list", "sources"):
        shown = await wire.command(name, {}, guild=LISTED, permissions=MEMBER | MANAGE_GUILD).answer()
        assert SECRET in json.dumps(shown).lower(), name


@asynccontextmanager
async def site(libraries: Corpora, access: PageAccess) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    worker = LibraryWorker()
    search = Search(Answering(libraries.shared, worker), RateLimiter(NO_LIMITS))
    parts: dict[str, Any] = {"libraries": libraries, "worker": worker, "links": links(access)}
    routes = [*EvidencePages(**parts, downloads=True).routes(), *HomePages(**parts, search=search).routes()]
    server = WebServer(host="127.0.0.1", port=0, routes=routes, hosts=["127.0.0.1"])
    await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield session, f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


def addresses(secrets: Secrets, access: PageAccess) -> Iterator[str]:
    """The addresses that a visitor may try who has every link but those of the secretive server."""
    make = links(access)
    for server in (None, OURS):
        yield make.address(HomeLink(server))
        yield make.address(HomeLink(server)).replace("/?", f"/search?question={ASKED.replace(' ', '+')}&")
        yield make.address(PageLink(secrets.snapshot, SOURCE, server=server))
        yield make.address(OriginalLink(SOURCE, server))
        signature = make.address(HomeLink(server)).partition("?")[2]
        for path in ("/", "/search", f"/s/{secrets.snapshot}/{SOURCE}", f"/f/{SOURCE}"):
            yield f"/g/{THEIRS}{path}"
            yield f"/g/{THEIRS}{path}?{signature}"
            yield f"/g/{THEIRS}{path}?question=light&{signature}"
            yield f"/g/{OURS}/../{THEIRS}{path}?{signature}"


@pytest.mark.parametrize("access", list(PageAccess))
async def test_no_page_shows_what_another_server_has(tmp_path: Path, access: PageAccess) -> None:
    libraries = corpora(tmp_path)
    secrets = Secrets(libraries)
    async with site(libraries, access) as (session, base):
        for address in addresses(secrets, access):
            async with session.get(base + address) as response:
                body = (await response.read()).decode("utf-8", "replace").lower()
                assert SECRET not in body.replace(SOURCE, "").replace(ASKED.lower(), ""), address
                assert response.status in (200, 400, 403, 404), address
        own = links(access).address(PageLink(secrets.snapshot, SOURCE, server=THEIRS))
        async with session.get(base + own) as response:
            assert "quartzblink" in (await response.text()).lower()


FORMS: dict[str, list[dict[str, str]]] = {
    "/moderate/gaps/solve": [{"answer": "ANSWER"}],
    "/moderate/answer": [{"question": "Why?", "answer": "Because."}],
    "/moderate/answer/save": [{"question": "Why?", "answer": "Because.", "digest": ""}],
    "/moderate/place": [{"place": str(THEIRS)}, {"place": "0"}],
    "/moderate/reindex": [{}],
    "/moderate/reindex/preview": [{}],
    "/moderate/reindex/cancel": [{"run": "RUN"}],
    "/moderate/reindex/publish": [{"preview": "PREVIEW"}],
    "/moderate/reindex/discard": [{"preview": "PREVIEW", "undo": "yes"}],
    "/moderate/snapshots/{id}/rollback": [{}],
}
"""The moderators' forms, with what is sent."""


async def test_no_moderators_page_shows_or_changes_what_another_server_has(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    secrets = Secrets(libraries)
    everywhere = {"moderators": Moderators(everywhere=True)}
    async with moderators_page(tmp_path, libraries=libraries, **everywhere) as page:
        for guild in (LISTED, UNLISTED):
            page.discord.oauth.join(guild.owner, guild)
        theirs, ours = await page.signed_in(LISTED.owner), await page.signed_in(UNLISTED.owner)
        await theirs.post("/moderate/reindex/preview")
        shown = await theirs.ended()
        run = shown.value("preview")
        before = state_of(libraries)
        paths = {route.path for route in page.routes if route.method == "GET"} - {
            "/moderate/login",
            "/moderate/callback",
        }
        forms = {route.path for route in page.routes if route.method == "POST"} - {"/moderate/logout"}
        assert forms == FORMS.keys()
        texts = []
        for path in sorted(paths):
            texts.append((await ours.get(path.replace("{id}", secrets.snapshot))).text)
            texts.append((await ours.get(f"{path.replace('{id}', secrets.preview)}?gap={secrets.answers[1]}")).text)
        for path, fields in FORMS.items():
            for form in fields:
                values = {"ANSWER": secrets.answers[1], "PREVIEW": run, "RUN": run}
                sent = {name: values.get(value, value) for name, value in form.items()}
                texts.append((await ours.post(path.replace("{id}", secrets.snapshot), **sent)).text)
                texts.append((await ours.ended()).text)
        assert [text for text in texts if SECRET in text.lower()] == []
        assert state_of(libraries) == before
        assert SECRET in (await theirs.get("/moderate/gaps")).text.lower()


async def test_no_prompt_of_a_language_model_holds_what_another_server_has(tmp_path: Path) -> None:
    generator = FakeGenerator(*[""] * 20)
    libraries = corpora(tmp_path, generator=generator)
    Secrets(libraries)
    for place in (OURS, None):
        conversation, where = libraries.of(place).conversation, {"user": 5, "guild": place, "channel": 7}
        for question in (ASKED, "What is the bell of the harbour called?", "What is the context window of Scout?"):
            conversation.reply(question, writing=WritingRequest(), **where)
    assert generator.asked
    assert SECRET not in repr(generator.asked).lower()


def forge(wire: Wire, message: Json, custom_id: str, user: User, rights: int) -> Any:
    scene = wire.people.scene_at(message, user, permissions=rights)
    return wire._arrives(wire.people.forged(scene, custom_id, message))


def state_of(libraries: Corpora) -> list[object]:
    """What another server's people must not change."""
    library, scope = libraries.of(THEIRS), Scope(THEIRS)
    return [
        library.source_names(),
        library.sources.names(),
        [info.id for info in library.snapshots()],
        library.journal.gaps(scope),
        library.journal.questions(scope, 100),
        library.journal.audit_entries(100),
        libraries.journal.settings(THEIRS),
    ]


async def settled(wire: Wire) -> None:
    """Wait until nothing was sent for a while."""
    count = -1
    while count != len(wire.sent):
        count = len(wire.sent)
        await asyncio.sleep(0.5)
