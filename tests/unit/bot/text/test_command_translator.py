"""Commands are called by names of each language, and by none that Discord would refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import pytest
from babel import Locale
from discord import app_commands

from bot.text.command_translator import CommandTranslator, accepted_by_discord
from bot.text.i18n import KINDS, Language, load_catalogue
from tests.support.catalogue import Key, command_keys, write_test_catalogue
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import BOT
from tests.support.discord.wire import connected
from tests.support.fakes import FakeLibrary

TRANSLATED = {"de", "es-ES", "es-419", "fr", "ja", "pt-BR"}
Json = dict[str, Any]

GERMAN = """
msgctxt "command"
msgid "gaps"
msgstr "lücken"

msgctxt "command"
msgid "solve"
msgstr "Lücke schließen"

msgctxt "description"
msgid "Solved gaps."
msgstr "Geschlossene Lücken."

msgctxt "option"
msgid "shown"
msgstr "gezeigt"

msgctxt "description"
msgid "Which gaps."
msgstr "Welche Lücken."

msgctxt "choice"
msgid "All of them"
msgstr "Alle"

msgctxt "menu"
msgid "Answer this"
msgstr "Das beantworten"
"""


@app_commands.command(description="Solved gaps.")
@app_commands.describe(shown="Which gaps.")
@app_commands.choices(shown=[app_commands.Choice(name="All of them", value="all")])
async def solve(interaction: discord.Interaction, shown: str) -> None:
    """Nobody calls it."""


async def answer_this(interaction: discord.Interaction, message: discord.Message) -> None:
    """Nobody calls it."""


def a_tree() -> app_commands.CommandTree[discord.Client]:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    group = app_commands.Group(name="gaps", description="Solved gaps.")
    group.add_command(solve)
    tree.add_command(group)
    tree.add_command(app_commands.ContextMenu(name="Answer this", callback=answer_this))
    return tree


async def payloads(tree: app_commands.CommandTree[Any], translator: CommandTranslator) -> list[Json]:
    """What Discord would be told."""
    return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]


def germans(folder: Path) -> CommandTranslator:
    """A translator for whom everybody is German."""
    spoken = Language(Locale("de"), load_catalogue(write_test_catalogue(folder, "de", GERMAN)))
    return CommandTranslator(lambda _: spoken)


async def test_commands_options_choices_and_menus_are_asked_for_by_their_kind() -> None:
    assert await command_keys(a_tree()) == {
        Key("gaps", kind="command"),
        Key("solve", kind="command"),
        Key("Solved gaps.", kind="description"),
        Key("shown", kind="option"),
        Key("Which gaps.", kind="description"),
        Key("All of them", kind="choice"),
        Key("Answer this", kind="menu"),
    }


async def test_everything_of_a_command_is_translated_but_a_name_that_discord_would_refuse(tmp_path: Path) -> None:
    group, menu = await payloads(a_tree(), germans(tmp_path))
    (command,) = group["options"]
    (option,) = command["options"]
    assert group["name_localizations"]["de"] == "lücken"
    assert group["description_localizations"]["de"] == "Geschlossene Lücken."
    assert command["name_localizations"] == {}
    assert option["name_localizations"]["de"] == "gezeigt"
    assert option["description_localizations"]["de"] == "Welche Lücken."
    assert option["choices"][0]["name_localizations"]["de"] == "Alle"
    assert menu["name_localizations"]["de"] == "Das beantworten"


@pytest.fixture
async def commands(tmp_path: Path) -> list[Json]:
    """The bot's own, as Discord would be told of them."""
    async with connected(FakeLibrary(), tmp_path) as wire:
        assert wire.bot is not None
        return await payloads(wire.bot.tree, CommandTranslator())


def parts(commands: list[Json]) -> list[Json]:
    """The commands, their subcommands and options."""
    return [part for command in commands for part in (command, *parts(command.get("options", [])))]


async def test_every_description_of_the_bot_is_told_in_every_language(commands: list[Json]) -> None:
    described = [part for part in parts(commands) if part.get("description")]
    assert described
    assert [part["name"] for part in described if set(part["description_localizations"]) != TRANSLATED] == []


async def test_names_are_told_in_the_languages_that_are_spoken_and_no_other(commands: list[Json]) -> None:
    locales = {locale for part in parts(commands) for locale in part["name_localizations"]}
    assert locales == TRANSLATED


async def test_no_two_commands_or_options_have_a_name_in_common(commands: list[Json]) -> None:
    wrong = []
    for beside in [commands, *(part["options"] for part in parts(commands) if part.get("options"))]:
        for locale in TRANSLATED:
            called = [{part["name"], part["name_localizations"].get(locale, part["name"])} for part in beside]
            wrong += [locale for number, names in enumerate(called) for other in called[:number] if names & other]
    assert wrong == []


async def test_commands_in_all_languages_are_as_discord_describes_them(commands: list[Json]) -> None:
    assert OpenApi().wrong("PUT", f"/applications/{BOT.id}/commands", commands) == ""


@pytest.mark.parametrize("name", ["lücken", "neu-indexieren", "quellen_2", "質問", "データ", "état", "a" * 32])
def test_names_that_discord_takes(name: str) -> None:
    assert accepted_by_discord("command", name)
    assert accepted_by_discord("option", name)


@pytest.mark.parametrize("name", ["", " ", "Lücken", "zwei worte", "a" * 33, "a\n", "frage?", "État", "e\u0301tat"])
def test_names_that_discord_refuses(name: str) -> None:
    assert not accepted_by_discord("command", name)
    assert not accepted_by_discord("option", name)


@pytest.mark.parametrize(("kind", "most"), KINDS.items())
def test_a_text_is_as_long_as_its_kind_allows(kind: str, most: int) -> None:
    assert accepted_by_discord(kind, "a" * most)
    assert not accepted_by_discord(kind, "a" * (most + 1))
    assert not accepted_by_discord(kind, "🦙" * (most // 2 + 1))
