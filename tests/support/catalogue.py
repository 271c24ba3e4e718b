"""The texts that the code translates, and an update of the catalogues with them.

    python -m tests.support.catalogue

adds to every file of `bot/text/locales` the texts that it lacks, untranslated, and drops those that the code no longer
uses. Babel keeps the files; the keys are found here, in the syntax tree and in what discord.py asks to translate, since
`pybabel extract` joins the two texts of a condition to one key and knows no commands.
"""

from __future__ import annotations

import ast
import asyncio
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str

from bot.text.command_translator import text_kind
from bot.text.i18n import LOCALES
from index import Corpora
from tests.support.paths import ROOT
from tests.support.template_texts import template_calls

if TYPE_CHECKING:
    from discord.app_commands import CommandTree


__all__ = [
    "BOT",
    "Key",
    "MessageUse",
    "all_keys",
    "catalogue_files",
    "command_keys",
    "index_message_uses",
    "message_uses",
    "message_uses_in",
    "read_catalogue",
    "update_catalogue",
    "write_catalogue",
    "write_test_catalogue",
]

BOT = ROOT / "bot"
INDEX = ROOT / "index"

INDEX_MESSAGE_FUNCTIONS = {"Message": 0, "template": 0, "with_fix": 1}
"""The functions that make a message of the index, and which argument is the template."""
MESSAGE_FUNCTIONS = {"gettext": 0, "gettext_noop": 0, "pgettext": 1, "ngettext": 0, **INDEX_MESSAGE_FUNCTIONS}
"""The functions that take a text to translate, and which argument it is."""

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Footnote\\n"
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
"""The header of a catalogue, without dates."""


@dataclass(frozen=True, slots=True)
class Key:
    """A text of the catalogue; `kind` is one of the KINDS, empty for prose."""

    singular: str
    plural: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MessageUse:
    """A call that translates a text, with the names of its values if they can be told from the code.

    `wrong` says why there is no key.
    """

    place: str
    key: Key | None
    values: frozenset[str] | None = None
    wrong: str = ""


def message_uses() -> list[MessageUse]:
    """Return all texts that the bot translates, those of the index included."""
    of_bot = [
        text
        for path in sorted(BOT.rglob("*.py"))
        for text in message_uses_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    ]
    in_templates = [use for path in sorted(BOT.rglob("*.html")) for use in template_message_uses(path)]
    return of_bot + in_templates + index_message_uses()


def template_message_uses(path: Path) -> Iterator[MessageUse]:
    """Return the calls of `gettext` and the like in a template; each takes literals."""
    for call in template_calls(path, frozenset({"gettext", "ngettext", "pgettext"})):
        first = MESSAGE_FUNCTIONS[call.function]
        texts = [text or "" for text in call.texts[first : first + (2 if call.function == "ngettext" else 1)]]
        kind = (call.texts[0] or "") if call.function == "pgettext" else ""
        place = f"{path.relative_to(ROOT).as_posix()}:{call.line}"
        wrong = "" if all(texts) else "the text is no literal"
        key = None if wrong else Key(texts[0], texts[1] if len(texts) > 1 else "", kind)
        yield MessageUse(place, key, call.values, wrong)


def index_message_uses() -> list[MessageUse]:
    """Return the messages of the index."""
    return [
        text
        for path in sorted(INDEX.rglob("*.py"))
        for text in message_uses_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix(), INDEX_MESSAGE_FUNCTIONS)
    ]


def message_uses_in(code: str, file: str, functions: Collection[str] = MESSAGE_FUNCTIONS) -> Iterator[MessageUse]:
    """Return the calls of `gettext` and the like in some code; a constant marked by `gettext_noop` may go by name."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            yield _message_use(node, node.func.id, f"{file}:{node.lineno}")


def _message_use(call: ast.Call, name: str, place: str) -> MessageUse:
    first = MESSAGE_FUNCTIONS[name]
    keywords = {keyword.arg for keyword in call.keywords}
    values = None if None in keywords or name in ("gettext_noop", "template") else frozenset(map(str, keywords))
    texts = [_literal_text(argument) for argument in call.args[first : first + (2 if name == "ngettext" else 1)]]
    kind = _literal_text(call.args[0]) if name == "pgettext" else ""
    if name == "gettext_noop":
        kinds = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "kind")]
        kind = _literal_text(kinds[0]) if kinds else ""
    if kind is None:
        return MessageUse(place, None, values, "the kind is no literal")
    if None in texts:
        by_name = all(isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) for argument in call.args[first:])
        wrong = (
            ""
            if by_name and name in ("gettext", "pgettext", "Message", "with_fix")
            else "the text is neither a literal nor a name"
        )
        return MessageUse(place, None, values, wrong)
    return MessageUse(place, Key(str(texts[0]), str(texts[1]) if name == "ngettext" else "", kind), values)


def _literal_text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


class KeyCollector(Translator):
    """Collects what discord.py asks to translate."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        self.keys.add(Key(string.message, kind=text_kind(context)))
        return None


async def command_keys(tree: CommandTree[Any]) -> set[Key]:
    """Return the keys of names and descriptions of the commands."""
    collector = KeyCollector()
    for command in tree.get_commands():
        await command.get_translated_payload(tree, collector)
    return collector.keys


class _EveryServer(Corpora):
    """One library, with the commands of servers that have their own."""

    enabled = True  # type: ignore[assignment]


async def all_keys() -> dict[Key, list[str]]:
    """Return every key with the files that use it; those of commands are in the tree."""
    from tests.support.discord.wire import connected
    from tests.support.fakes import FakeLibrary

    with tempfile.TemporaryDirectory() as folder:
        async with connected(_EveryServer(FakeLibrary()), Path(folder)) as wire:
            places_of = {key: ["commands"] for key in await command_keys(wire.bot.tree)}
    for text in message_uses():
        if text.key is not None:
            places_of[text.key] = sorted({*places_of.get(text.key, []), text.place.partition(":")[0]})
    return places_of


def read_catalogue(file: Path) -> Catalog:
    """Return a catalogue as it is on disk."""
    with file.open("rb") as written:
        return read_po(written, locale=file.stem, abort_invalid=True)


def update_catalogue(file: Path, places_of: dict[Key, list[str]]) -> None:
    """Rewrite a catalogue with just these keys; translations are kept, none is guessed."""
    template = Catalog(fuzzy=False)
    for key in sorted(places_of, key=lambda key: (key.kind, places_of[key], key.singular)):
        places = [(place, None) for place in places_of[key]]
        template.add(
            (key.singular, key.plural) if key.plural else key.singular, context=key.kind or None, locations=places
        )
    catalogue = read_catalogue(file)
    catalogue.update(template, no_fuzzy_matching=True)
    body = BytesIO()
    write_po(body, catalogue, width=120, omit_header=True, ignore_obsolete=True, include_lineno=False)
    write_catalogue(file, catalogue.plural_forms, body.getvalue().decode("utf-8"))


def write_catalogue(file: Path, plural: str, body: str) -> None:
    """Write a catalogue; the file's name is the language."""
    file.write_text(f"{HEADER.format(code=file.stem, plural=plural)}\n{body.strip()}\n", encoding="utf-8")


def catalogue_files() -> Iterable[Path]:
    """Return the catalogues."""
    return sorted(LOCALES.glob("*.po"))


def write_test_catalogue(folder: Path, code: str, body: str) -> Path:
    """Write a catalogue with the header of the language's real one, and return its path."""
    file = folder / f"{code}.po"
    write_catalogue(
        file, str(next(read_catalogue(path).plural_forms for path in catalogue_files() if path.stem == code)), body
    )
    return file


if __name__ == "__main__":
    current = asyncio.run(all_keys())
    for file in catalogue_files():
        update_catalogue(file, current)
        missing = sum(not (message.string and all(message.string)) for message in read_catalogue(file) if message.id)
        sys.stdout.write(f"{file.name}: {len(current)} texts, {missing} untranslated\n")
