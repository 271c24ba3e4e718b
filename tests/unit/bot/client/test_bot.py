"""The client: what it asks Discord for, what it tells it, and how it lives with a slow or broken library."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import discord
import pytest

from index import LibraryError
from tests.support.discord.payloads import MANAGE_GUILD, OWNER
from tests.support.discord.wire import Sent, Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually

QUESTION = "What is the context window of Scout?"
SERVERS, SERVER_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12


def is_sync(sent: Sent) -> bool:
    return sent.method == "PUT" and sent.path.endswith("/commands")


async def synced(library: FakeLibrary, folder: Path, wire: Wire | None = None) -> list[Sent]:
    """The syncs of one start."""
    async with connected(library, folder, wire=wire) as wire:
        await asyncio.gather(*wire.bot.background.tasks[:1])
    return [sent for sent in wire.sent if is_sync(sent)]


async def test_no_intent_is_privileged_and_only_messages_and_servers_are_heard(
    library: FakeLibrary, tmp_path: Path
) -> None:
    async with connected(library, tmp_path) as wire:
        assert wire.bot.intents.value == SERVERS | SERVER_MESSAGES | DIRECT_MESSAGES


EVERYWHERE = [
    *(
        "Answer this",
        "ask",
        "audit",
        "forget-me",
        "gaps",
        "help",
        "privacy",
        "reindex",
        "rollback",
        "snapshots",
        "sources",
    ),
    *("source", "stats", "status", "summary"),
]
MODERATORS = {"audit", "gaps", "reindex", "rollback", "settings", "snapshots", "source", "stats"}


async def test_discord_is_told_of_commands_that_work_everywhere_but_for_a_servers_settings(
    library: FakeLibrary, tmp_path: Path
) -> None:
    (sync,) = await synced(library, tmp_path)
    assert sorted(command["name"] for command in sync.body) == sorted([*EVERYWHERE, "settings"])
    for command in sync.body:
        if command["name"] in EVERYWHERE:
            assert command["contexts"] == [0, 1, 2]
            assert command["integration_types"] == [0, 1]
        else:
            assert (command["contexts"], command["integration_types"]) == ([0], [0])
    hidden = {command["name"]: command["default_member_permissions"] for command in sync.body}
    assert hidden == {name: MANAGE_GUILD if name in MODERATORS else None for name in [*EVERYWHERE, "settings"]}
    (ask,) = [command for command in sync.body if command["name"] == "ask"]
    assert [(option["name"], option["required"]) for option in ask["options"]] == [
        ("question", True),
        ("private", False),
        ("picture", False),
    ]
    assert ask["options"][0]["max_length"] == 500
    assert ask["options"][0]["autocomplete"]


async def test_names_of_commands_are_sent_in_every_language_of_the_catalogues(
    library: FakeLibrary, tmp_path: Path
) -> None:
    (sync,) = await synced(library, tmp_path)
    (ask,) = [command for command in sync.body if command["name"] == "ask"]
    assert ask["name_localizations"]["de"] == "fragen"
    assert {"de", "es-ES", "fr", "pt-BR", "ja"} <= set(ask["description_localizations"])


async def test_commands_are_not_synced_again_while_their_definition_is_the_same(
    library: FakeLibrary, tmp_path: Path
) -> None:
    assert len(await synced(library, tmp_path)) == 1
    assert len(await synced(library, tmp_path)) == 0


async def test_commands_are_synced_when_their_definition_changed(library: FakeLibrary, tmp_path: Path) -> None:
    await synced(library, tmp_path)
    file = tmp_path / "commands.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(dict.fromkeys(known, "of an older program")), encoding="utf-8")
    assert len(await synced(library, tmp_path)) == 1
    assert json.loads(file.read_text(encoding="utf-8")) == known


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"77": "another application"}'])
async def test_commands_are_synced_when_nothing_is_known_of_the_last_time(
    library: FakeLibrary, tmp_path: Path, content: str
) -> None:
    (tmp_path / "commands.json").write_text(content, encoding="utf-8")
    assert len(await synced(library, tmp_path)) == 1


async def test_a_sync_that_failed_is_tried_again_at_the_next_start_and_the_bot_serves_on(
    library: FakeLibrary, tmp_path: Path
) -> None:
    wire = Wire()
    wire.fail("/commands$", 403, 50001)
    async with connected(library, tmp_path, wire=wire):
        await wire.sent.wait_for(is_sync)
        wire.command("ask", {"question": QUESTION})
        await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert len(await synced(library, tmp_path)) == 1


async def test_the_library_is_loaded_once_the_gateway_is_up_and_not_before(
    library: FakeLibrary, tmp_path: Path
) -> None:
    async with connected(library, tmp_path) as wire:
        await wire.sent.wait_for(is_sync)
        assert library.loads == 0
        wire.ready()
        await asyncio.gather(*wire.bot.background.tasks)
    assert library.loads == 1
    assert threading.get_ident() not in library.threads


async def test_a_question_that_comes_while_the_model_loads_is_acknowledged_and_waits(
    library: FakeLibrary, tmp_path: Path
) -> None:
    library.gate.clear()
    async with connected(library, tmp_path) as wire:
        wire.ready()
        wire.command("ask", {"question": QUESTION})
        await wire.sent.wait_for(lambda sent: sent.is_callback)
        library.gate.set()
        edit = await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert "10 million tokens" in edit.text


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (LibraryError("There is no index yet: run python -m index reindex"), "There is no index yet: run"),
        (MemoryError("secret"), "MemoryError at"),
    ],
)
async def test_the_bot_serves_on_when_the_library_cannot_be_loaded(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, logged: str
) -> None:
    library.load_error = error
    library.answer = LibraryError("There is no index yet.")
    async with connected(library, tmp_path) as wire:
        wire.ready()
        await asyncio.gather(*wire.bot.background.tasks)
        wire.command("ask", {"question": QUESTION})
        notice = await wire.sent.wait_for(lambda sent: sent.text == "There is no index yet.")
    assert notice.ephemeral
    assert logged in caplog.text
    assert "secret" not in caplog.text


async def test_two_questions_at_most_are_in_threads_at_once_and_all_are_answered(
    library: FakeLibrary, tmp_path: Path
) -> None:
    library.seconds = 0.02
    async with connected(library, tmp_path) as wire:
        for _ in range(20):
            wire.command("ask", {"question": QUESTION})
        await wire.sent.wait_for(lambda _: len([sent for sent in wire.sent if sent.is_edit]) == 20)
    assert library.most_at_once == 2


async def test_the_status_is_shown_while_questions_wait_for_the_model(library: FakeLibrary, tmp_path: Path) -> None:
    library.gate.clear()
    async with connected(library, tmp_path) as wire:
        wire.ready()
        for _ in range(5):
            wire.command("ask", {"question": QUESTION})
        wire.command("status", user=OWNER)
        await wire.sent.wait_for(lambda sent: sent.is_edit and "1 source, 21 passages" in sent.text)
        assert not any("10 million tokens" in sent.text for sent in wire.sent)
        library.gate.set()


async def test_what_a_listener_raises_is_logged_without_the_event(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    called = asyncio.Event()

    async def on_message(message: discord.Message) -> None:
        called.set()
        raise RuntimeError(message.content)

    async with connected(library, tmp_path) as wire:
        wire.bot.add_listener(on_message)
        wire.message("my very private question")
        await called.wait()
        await wire.sent.wait_for(lambda sent: sent.is_post)
    assert "while handling on_message: RuntimeError at" in caplog.text
    assert "private" not in caplog.text


async def test_another_process_switch_is_looked_for_twice_a_second(library: FakeLibrary, tmp_path: Path) -> None:
    """It is looked for once the index is loaded, and not before."""
    async with connected(library, tmp_path) as wire:
        assert library.follows == 0
        wire.ready()
        await asyncio.gather(*wire.bot.background.tasks)
        await eventually(lambda: library.follows >= 3)
        assert wire.bot.background.follow.seconds == 0.5


async def test_a_switch_that_cannot_be_followed_is_logged_once_and_looked_for_again(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library.follow_error = RuntimeError("my very private question")
    async with connected(library, tmp_path) as wire:
        wire.bot.background.follow.change_interval(seconds=0.01)
        wire.ready()
        await asyncio.gather(*wire.bot.background.tasks)
        await eventually(lambda: library.follows >= 5)
    assert caplog.text.count("The index is not followed") == 1
    assert "private" not in caplog.text
