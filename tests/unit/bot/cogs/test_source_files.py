"""/source at payload level: real files, and a real server in the place of Discord's for what is attached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.policy.moderators import Moderators
from bot.services.attachments import AttachmentDownloader, DownloadFailed
from tests.support.discord.commands import AttachedFile
from tests.support.discord.exchange import Exchange
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
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_source, make_status

TEXT = b"# Scout\n\nScout has a context window of 10 million tokens.\n"
MODERATORS = Moderators(guilds=frozenset({int(LISTED.id)}), roles=frozenset({int(MODERATOR_ROLE)}))


class Cdn:
    """Where attachments lie: `files` by name. `asked` counts what was fetched."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked = 0
        self.base = ""

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/v10"

    def holds(self, filename: str, data: bytes, size: int | None = None) -> AttachedFile:
        """A file as Discord tells of it; `size` is what it says where that is not so."""
        self.files[filename] = data
        return AttachedFile(filename, len(data) if size is None else size, f"{self.base}/{len(self.files) - 1}")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.path == "/slow":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b"x")
                await asyncio.sleep(0.05)
            return response
        if request.path == "/elsewhere":
            raise web.HTTPFound("/0")
        number = int(request.path[1:])
        if number >= len(self.files):
            raise web.HTTPNotFound
        return web.Response(body=list(self.files.values())[number])


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    """A server that stands in for Discord's, which bots are told of by its address."""
    held = Cdn()
    app = web.Application()
    app.router.add_get("/{any}", held.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    held.base = f"http://{host}:{port}"
    yield held
    await runner.cleanup()


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    return FakeLibrary(folder=tmp_path)


@pytest.fixture
async def wire(library: FakeLibrary, tmp_path: Path, cdn: Cdn) -> AsyncIterator[Wire]:
    async with connected(library, tmp_path, moderators=MODERATORS, api_url=cdn.api_url) as wire:
        yield wire


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return tmp_path / "seeds"


def below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


async def add(wire: Wire, file: AttachedFile, user: User = OWNER) -> Json:
    message = await wire.command("source add", {"file": file}, user=user).answer()
    assert message["flags"] & EPHEMERAL
    return message


async def pressed(exchange: Exchange) -> str:
    return text_of(await exchange.answer())


def audited(library: FakeLibrary) -> list[tuple[int | None, str, str, str]]:
    return [(entry.user, entry.origin, entry.action, entry.outcome) for entry in library.journal.audit_entries(9)]


async def test_a_file_is_added_whole_and_written_down(wire: Wire, cdn: Cdn, library: FakeLibrary, seeds: Path) -> None:
    message = await add(wire, cdn.holds("scout.md", TEXT))
    assert "**Added**: scout.md, 1 kB" in text_of(message)
    assert (seeds / "scout.md").read_bytes() == TEXT
    assert audited(library) == [(int(OWNER.id), LISTED.id, "source add scout.md", "added")]


async def test_remarks_on_a_file_are_told_before_and_after_it_is_taken(wire: Wire, cdn: Cdn) -> None:
    broken = b"---\ntitle: 'Oven\n---\n\nThe oven holds four loaves.\n"
    message = await add(wire, cdn.holds("oven.md", broken))
    assert "**Read with remarks**\nfront matter is broken at line 3" in text_of(message)
    asked = await add(wire, cdn.holds("oven.md", broken + b"More.\n"))
    assert "front matter is broken at line 3" in text_of(asked)
    assert "front matter is broken at line 3" in await pressed(wire.press(asked, "Replace", user=OWNER))


async def test_the_button_below_reindexes_as_the_command_does(wire: Wire, cdn: Cdn, library: FakeLibrary) -> None:
    message = await add(wire, cdn.holds("scout.md", TEXT))
    wire.press(message, "Reindex now", user=OWNER)
    await wire.sent.wait_for(lambda sent: "The index is rebuilt" in sent.text)
    assert library.reindexes == 1


async def test_a_file_that_is_there_is_replaced_once_that_is_confirmed(wire: Wire, cdn: Cdn, seeds: Path) -> None:
    await add(wire, cdn.holds("scout.md", b"Before."))
    message = await add(wire, cdn.holds("scout.md", TEXT))
    assert "scout.md is there already" in text_of(message)
    assert (seeds / "scout.md").read_bytes() == b"Before."
    assert "**Replaced**: scout.md" in await pressed(wire.press(message, "Replace", user=OWNER))
    assert (seeds / "scout.md").read_bytes() == TEXT


async def test_a_file_is_left_where_replacing_is_not_confirmed(wire: Wire, cdn: Cdn, seeds: Path) -> None:
    await add(wire, cdn.holds("scout.md", b"Before."))
    message = await add(wire, cdn.holds("scout.md", TEXT))
    assert await pressed(wire.press(message, "Leave it", user=OWNER)) == "Nothing changed."
    assert (seeds / "scout.md").read_bytes() == b"Before."


async def test_after_a_restart_a_replacing_is_to_be_given_again(
    library: FakeLibrary, cdn: Cdn, seeds: Path, tmp_path: Path
) -> None:
    async with connected(library, tmp_path, moderators=MODERATORS, api_url=cdn.api_url) as wire:
        await add(wire, cdn.holds("scout.md", b"Before."))
        message = await add(wire, cdn.holds("scout.md", TEXT))
    async with connected(library, tmp_path, moderators=MODERATORS, api_url=cdn.api_url, wire=wire):
        assert "no longer waits" in await pressed(wire.press(message, "Replace", user=OWNER))
    assert (seeds / "scout.md").read_bytes() == b"Before."


async def test_a_file_is_removed_once_that_is_confirmed_also_after_a_restart(
    library: FakeLibrary, seeds: Path, tmp_path: Path
) -> None:
    library.sources.add("scout.md", TEXT)
    async with connected(library, tmp_path, moderators=MODERATORS) as wire:
        message = await wire.command("source remove", {"name": "scout.md"}, user=OWNER).answer()
        assert "**Remove scout.md?**" in text_of(message)
        assert (seeds / "scout.md").exists()
    async with connected(library, tmp_path, moderators=MODERATORS, wire=wire):
        assert "**Removed**: scout.md" in await pressed(wire.press(message, "Remove", user=OWNER))
        assert "There is no such file" in await pressed(wire.command("source remove", {"name": "scout.md"}, user=OWNER))
    assert not (seeds / "scout.md").exists()
    assert audited(library) == [(int(OWNER.id), LISTED.id, "source remove scout.md", "removed")]


@pytest.mark.parametrize("name", ["../journal.sqlite3", "/etc/passwd", "..", "none.md"])
async def test_what_is_no_source_is_not_removed(wire: Wire, tmp_path: Path, name: str) -> None:
    assert "There is no such file" in await pressed(wire.command("source remove", {"name": name}, user=OWNER))


@pytest.mark.parametrize("name", ["../up.md", "..", ".hidden.md", "con.md", "sources.toml", "a.exe", "a" * 98 + ".md"])
async def test_a_file_with_an_unfit_name_is_not_even_fetched(
    wire: Wire, cdn: Cdn, seeds: Path, tmp_path: Path, name: str
) -> None:
    before = below(tmp_path)
    await add(wire, cdn.holds(name, TEXT))
    assert cdn.asked == 0
    written = below(tmp_path) - before
    assert [file for file in written if not file.startswith(("journal", "commands.json"))] == []


async def test_a_file_that_is_too_large_is_not_fetched(wire: Wire, cdn: Cdn) -> None:
    message = await add(wire, cdn.holds("a.md", TEXT, size=1_000_001))
    assert "is larger than 1 MB" in text_of(message)
    assert cdn.asked == 0


async def test_no_more_is_fetched_than_may_be_whatever_discord_says(wire: Wire, cdn: Cdn, seeds: Path) -> None:
    message = await add(wire, cdn.holds("a.md", b"x" * 5_000_000, size=10))
    assert "could not be taken from Discord" in text_of(message)
    assert below(seeds) == set()


async def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    wire: Wire, cdn: Cdn, library: FakeLibrary, seeds: Path
) -> None:
    assert "is damaged" in text_of(await add(wire, cdn.holds("a.pdf", b"%PDF-1.7 no more")))
    assert below(seeds) == set()
    assert audited(library)[0][3].startswith("failed: a.pdf is damaged")


async def test_a_folder_that_cannot_be_written_is_told_without_its_path(wire: Wire, cdn: Cdn, tmp_path: Path) -> None:
    (tmp_path / "seeds").write_bytes(b"no folder")
    for locale, refusal in (
        ("en-US", "a.md can't be written (File exists): nothing changed."),
        ("de", "a.md lässt sich nicht schreiben (Datei existiert bereits)"),
    ):
        file = cdn.holds("a.md", TEXT)
        text = await pressed(wire.command("source add", {"file": file}, user=OWNER, locale=locale))
        assert refusal in text
        assert str(tmp_path) not in text


async def test_a_file_that_lies_elsewhere_is_not_asked_for(
    library: FakeLibrary, cdn: Cdn, seeds: Path, tmp_path: Path
) -> None:
    async with connected(library, tmp_path, moderators=MODERATORS) as wire:
        assert "could not be taken from Discord" in text_of(await add(wire, cdn.holds("scout.md", TEXT)))
    assert cdn.asked == 0
    assert below(seeds) == set()


@pytest.mark.parametrize("path", ["99", "slow", "elsewhere"])
async def test_a_file_that_does_not_come_is_not_taken(cdn: Cdn, path: str) -> None:
    cdn.holds("a.md", TEXT)
    with pytest.raises(DownloadFailed):
        await AttachmentDownloader(api_url=cdn.api_url).download(f"{cdn.base}/{path}", 1000, seconds=0.3)


WHO = [
    (None, 0, (), OWNER, True),
    (UNLISTED, MEMBER, (), OWNER, True),
    (LISTED, MEMBER | MANAGE_GUILD, (), None, True),
    (LISTED, MEMBER, (MODERATOR_ROLE,), None, True),
    (LISTED, MEMBER, (), None, False),
    (UNLISTED, MEMBER | MANAGE_GUILD, (MODERATOR_ROLE,), None, False),
    (None, 0, (), None, False),
]


@pytest.mark.parametrize(("guild", "permissions", "roles", "user", "may"), WHO)
async def test_files_are_added_removed_and_listed_by_those_who_may_and_nobody_else(
    wire: Wire,
    cdn: Cdn,
    library: FakeLibrary,
    seeds: Path,
    guild: Guild | None,
    permissions: int,
    roles: tuple[str, ...],
    user: User | None,
    may: bool,
) -> None:
    library.sources.add("old.md", b"Old.")
    who = {"user": user or User.new(), "guild": guild, "permissions": permissions, "roles": roles}
    file = cdn.holds("scout.md", TEXT)
    for name, options in (("add", {"file": file}), ("remove", {"name": "old.md"}), ("list", {})):
        message = await wire.command(f"source {name}", options, **who).answer()
        assert message["flags"] & EPHEMERAL
        assert ("Only a moderator may" in text_of(message)) is not may
    exchange = wire.autocomplete("source remove", {"name": "old"}, **who)
    await exchange.callbacks.wait_for(lambda _: True)
    assert [choice["value"] for choice in exchange.choices or []] == (["old.md"] if may else [])
    assert (seeds / "scout.md").exists() is may
    assert cdn.asked == int(may)


async def test_who_is_no_longer_a_moderator_confirms_nothing(
    wire: Wire, cdn: Cdn, library: FakeLibrary, seeds: Path
) -> None:
    library.sources.add("scout.md", b"Before.")
    user = User.new()
    role = {"user": user, "roles": (MODERATOR_ROLE,)}
    replace = await wire.command("source add", {"file": cdn.holds("scout.md", TEXT)}, **role).answer()
    remove = await wire.command("source remove", {"name": "scout.md"}, **role).answer()
    for message, button in ((replace, "Replace"), (remove, "Remove")):
        assert "Only a moderator may" in await pressed(wire.press(message, button, user=user))
    assert (seeds / "scout.md").read_bytes() == b"Before."


async def test_the_list_tells_size_age_and_what_is_the_matter(wire: Wire, library: FakeLibrary) -> None:
    library.sources.add("scout.md", TEXT)
    since = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)
    page = make_source("page", problem="last fetch failed: 404", since=since)
    library.current = make_status(sources=(make_source("scout.md", state="changed"), page))
    text = await pressed(wire.command("source list", user=OWNER))
    assert "**scout.md**: 1 kB, changed <t:" in text
    assert ":R>, changed since" in text
    assert "**page**: from <t:1743508800:R>, last fetch failed: 404" in text


async def test_a_long_list_comes_in_pages_that_fit(wire: Wire, library: FakeLibrary) -> None:
    library.current = make_status(
        sources=tuple(make_source("*" * 300 + f"{n:02}", problem="*" * 300) for n in range(40))
    )
    text = await pressed(wire.command("source list", {"page": 9}, user=OWNER))
    assert "page 4 of 4" in text
    assert len(text) <= 4000
