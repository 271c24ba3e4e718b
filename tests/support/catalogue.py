"""The keys that the code says, and the catalogues of languages brought up to date with them.

    python -m tests.support.catalogue

adds to every file of `bot/text/locales` what the code says and the file lacks, untranslated, and drops the rest.
Babel keeps the files; the keys are found here, by the syntax tree and by what discord.py asks to have translated, since
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
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from discord.app_commands import CommandTree


__all__ = [
    "BOT",
    "Key",
    "Said",
    "asked_by_discord",
    "files",
    "keys",
    "of_index",
    "read",
    "said",
    "said_in",
    "update",
    "write",
    "written",
]

BOT = ROOT / "bot"
INDEX = ROOT / "index"

PHRASING = {"Message": 0, "template": 0, "with_fix": 1}
"""What makes a phrase of the index, and which argument its template is."""
SAYING = {"gettext": 0, "gettext_noop": 0, "pgettext": 1, "ngettext": 0, **PHRASING}
"""The functions that say a text, and which argument it is."""

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Footnote\\n"
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
"""Of a catalogue, without what differs from day to day."""


@dataclass(frozen=True, slots=True)
class Key:
    """A text of the catalogue: `kind` is one of the KINDS or empty for prose, `many` the plural or empty."""

    one: str
    many: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A text where it is said; `values` are the names given with it, None where they are not plain. `wrong` says why
    it has no key."""

    place: str
    key: Key | None
    values: frozenset[str] | None = None
    wrong: str = ""


def said() -> list[Said]:
    """Whatever the bot's code says, and the index in phrases."""
    of_bot = [text for path in sorted(BOT.rglob("*.py")) for text in said_in(path.read_text("utf-8"), path.name)]
    return of_bot + of_index()


def of_index() -> list[Said]:
    """The phrases of the index."""
    return [
        text for path in sorted(INDEX.rglob("*.py")) for text in said_in(path.read_text("utf-8"), path.name, PHRASING)
    ]


def said_in(code: str, file: str, saying: Collection[str] = SAYING) -> Iterator[Said]:
    """The calls of `gettext` and its kin, or of some of them. A constant may be said by its name, where it
    was marked by `phrase` or `template`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in saying:
            yield _said(node, node.func.id, f"{file}:{node.lineno}")


def _said(call: ast.Call, name: str, place: str) -> Said:
    first = SAYING[name]
    given = {keyword.arg for keyword in call.keywords}
    values = None if None in given or name in ("gettext_noop", "template") else frozenset(map(str, given))
    texts = [_text(argument) for argument in call.args[first : first + (2 if name == "ngettext" else 1)]]
    kind = _text(call.args[0]) if name == "pgettext" else ""
    if name == "gettext_noop":
        kinds = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "kind")]
        kind = _text(kinds[0]) if kinds else ""
    if kind is None:
        return Said(place, None, values, "the kind is no literal")
    if None in texts:
        by_name = all(isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) for argument in call.args[first:])
        wrong = (
            ""
            if by_name and name in ("gettext", "pgettext", "Message", "with_fix")
            else "the text is neither a literal nor a name"
        )
        return Said(place, None, values, wrong)
    return Said(place, Key(str(texts[0]), str(texts[1]) if name == "ngettext" else "", kind), values)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


class Asked(Translator):
    """Notes what discord.py asks to have translated."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        self.keys.add(Key(string.message, kind=text_kind(context)))
        return None


async def asked_by_discord(tree: CommandTree[Any]) -> set[Key]:
    """The names and descriptions of the commands."""
    asked = Asked()
    for command in tree.get_commands():
        await command.get_translated_payload(tree, asked)
    return asked.keys


async def keys() -> dict[Key, list[str]]:
    """Every key, with the files that say it; a command's is in the tree."""
    from tests.support.discord.wire import connected
    from tests.support.fakes import FakeLibrary

    with tempfile.TemporaryDirectory() as folder:
        async with connected(FakeLibrary(), Path(folder)) as wire:
            found = {key: ["commands"] for key in await asked_by_discord(wire.bot.tree)}
    for text in said():
        if text.key is not None:
            found[text.key] = sorted({*found.get(text.key, []), text.place.partition(":")[0]})
    return found


def read(file: Path) -> Catalog:
    """A catalogue as it is written."""
    with file.open("rb") as written:
        return read_po(written, locale=file.stem, abort_invalid=True)


def update(file: Path, found: dict[Key, list[str]]) -> None:
    """Write the catalogue anew with just these keys; translations are kept, none is guessed."""
    template = Catalog(fuzzy=False)
    for key in sorted(found, key=lambda key: (key.kind, found[key], key.one)):
        places = [(place, None) for place in found[key]]
        template.add((key.one, key.many) if key.many else key.one, context=key.kind or None, locations=places)
    catalogue = read(file)
    catalogue.update(template, no_fuzzy_matching=True)
    body = BytesIO()
    write_po(body, catalogue, width=120, omit_header=True, ignore_obsolete=True, include_lineno=False)
    write(file, catalogue.plural_forms, body.getvalue().decode("utf-8"))


def write(file: Path, plural: str, body: str) -> None:
    """Write a catalogue whose language is the file's name."""
    file.write_text(f"{HEADER.format(code=file.stem, plural=plural)}\n{body.strip()}\n", encoding="utf-8")


def files() -> Iterable[Path]:
    """The catalogues."""
    return sorted(LOCALES.glob("*.po"))


def written(folder: Path, code: str, body: str) -> Path:
    """Write a catalogue with the head of the language's real one; return its path."""
    file = folder / f"{code}.po"
    write(file, str(next(read(path).plural_forms for path in files() if path.stem == code)), body)
    return file


if __name__ == "__main__":
    current = asyncio.run(keys())
    for file in files():
        update(file, current)
        missing = sum(not (message.string and all(message.string)) for message in read(file) if message.id)
        sys.stdout.write(f"{file.name}: {len(current)} texts, {missing} untranslated\n")
