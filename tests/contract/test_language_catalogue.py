"""The catalogues hold every text that the bot says, no other, and none that Discord or a reader would stumble over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message

from bot.text.command_translator import accepted_by_discord
from bot.text.i18n import KINDS, NUMBER, PLACEHOLDER, Language, language_codes, load_catalogue
from tests.support.catalogue import (
    Key,
    all_keys,
    catalogue_files,
    message_uses,
    message_uses_in,
    read_catalogue,
    update_catalogue,
    write_test_catalogue,
)
from tests.support.untranslated import untranslated_in, untranslated_texts

REACHING_OUT = re.compile(r"@|<[@#:]|\w+://|\bdiscord\.gg\b|\bwww\.", re.IGNORECASE)
"""What mentions somebody or leads elsewhere."""

MARKS = ("**", "__", "~~", "||", "`", "-# ", "\n", "[", "]", "_", "\\")

every_catalogue = pytest.mark.parametrize("file", catalogue_files(), ids=lambda file: file.stem)


def names(text: str) -> set[str]:
    return {match[1] for match in PLACEHOLDER.finditer(text)}


def counted(key: Key) -> set[str]:
    """The number of a plural is put in by itself, and a language may leave it out."""
    return {NUMBER} if key.plural else set()


def key_of(message: Message) -> Key:
    message_id, many = (message.id, "") if isinstance(message.id, str) else message.id
    return Key(message_id, many, message.context or "")


def forms(message: Message) -> Sequence[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def wrong_with(key: Key, text: str) -> Iterator[str]:
    """What is wrong with a translation."""
    english = key.plural or key.singular
    if not names(english) - counted(key) <= names(text) <= names(english):
        yield "placeholders"
    plain, plain_english = PLACEHOLDER.sub("", text), PLACEHOLDER.sub("", english)
    if set("{}") & set(plain) != set("{}") & set(plain_english):
        yield "braces"
    if any(plain.count(mark) != plain_english.count(mark) for mark in MARKS):
        yield "marks"
    if sorted(REACHING_OUT.findall(plain)) != sorted(REACHING_OUT.findall(plain_english)):
        yield "reaches out"
    if (text[:1].isspace(), text[-1:].isspace()) != (english[:1].isspace(), english[-1:].isspace()):
        yield "white space at an end"
    if key.kind and not accepted_by_discord(key.kind, text):
        yield "not fit for its kind"


def defects(read_in: Catalog, wanted: set[Key]) -> list[str]:
    """Everything that is wrong with a catalogue."""
    catalogue_messages = {key_of(message): message for message in read_in if message.id}
    problems = [f"missing: {key.singular}" for key in wanted - catalogue_messages.keys()]
    problems += [f"unused: {key.singular}" for key in catalogue_messages.keys() - wanted]
    for key, message in catalogue_messages.items():
        texts = forms(message)
        if message.fuzzy:
            problems.append(f"fuzzy: {key.singular}")
        if len(texts) != (read_in.num_plurals if key.plural else 1) or not all(text.strip() for text in texts):
            problems.append(f"untranslated: {key.singular}")
        else:
            problems += [f"{wrong}: {key.singular}" for text in texts for wrong in wrong_with(key, text)]
    return sorted(problems)


@pytest.fixture(scope="module")
def wanted() -> set[Key]:
    return set(asyncio.run(all_keys()))


def test_five_languages_are_spoken_beside_english() -> None:
    assert language_codes() == ("en", "de", "es", "fr", "ja", "pt")


@every_catalogue
def test_a_catalogue_holds_just_what_the_bot_says_and_nothing_broken(file: Path, wanted: set[Key]) -> None:
    assert defects(read_catalogue(file), wanted) == []


@every_catalogue
def test_commands_are_told_apart_in_every_language(file: Path) -> None:
    called = [str(message.string) for message in read_catalogue(file) if message.context == "command"]
    assert called
    assert len(set(called)) == len(called)


TYPED = {
    "command": re.compile(r"(?<!\w)/([\w-]+)"),
    "option": re.compile(r"([\w-]+):(?=True|False|\{)"),
}
"""Commands and options where a text names them."""


def misnamed(read_in: Catalog) -> list[str]:
    """Texts that name a command or an option otherwise than it is called in the language."""
    catalogue_messages = {key_of(message): message for message in read_in if message.id}
    problems = []
    for key, message in catalogue_messages.items():
        for kind, names in TYPED.items():
            wanted = [
                str(catalogue_messages[Key(name, kind=kind)].string)
                for name in names.findall(key.plural or key.singular)
            ]
            problems += [key.singular for text in forms(message) if sorted(names.findall(text)) != sorted(wanted)]
    return problems


@every_catalogue
def test_texts_name_commands_and_options_as_they_are_called_in_the_language(file: Path) -> None:
    assert misnamed(read_catalogue(file)) == []


@pytest.mark.parametrize(
    "said", ["/ask nimmt frage:True.", "/fragen nimmt question:True.", "/fragen.", "/fragen nimmt frage:True, /neu."]
)
def test_a_command_that_is_named_otherwise_is_found(tmp_path: Path, said: str) -> None:
    names = 'msgctxt "option"\nmsgid "question"\nmsgstr "frage"\n\n'
    body = f'{SOUND}\n{names}msgid "/ask takes question:True."\nmsgstr "/fragen nimmt frage:True."\n'
    assert misnamed(read_catalogue(write_test_catalogue(tmp_path, "de", body))) == []
    body = body.replace("/fragen nimmt frage:True.", said)
    assert misnamed(read_catalogue(write_test_catalogue(tmp_path, "de", body))) == ["/ask takes question:True."]


def test_english_texts_keep_the_limits_of_their_kinds(wanted: set[Key]) -> None:
    assert {key.kind for key in wanted} <= {"", *KINDS}
    assert [key.singular for key in wanted if key.kind and not accepted_by_discord(key.kind, key.singular)] == []


def test_what_is_said_is_a_literal_or_a_phrase_by_its_name() -> None:
    assert [(use.place, use.wrong) for use in message_uses() if use.wrong] == []


def test_nothing_is_shown_that_is_not_said() -> None:
    assert untranslated_texts() == []


def test_every_value_that_a_text_names_is_given_with_it() -> None:
    uses = [(use.place, use.key, use.values) for use in message_uses() if use.key and use.values is not None]
    assert [place for place, key, values in uses if names(key.plural or key.singular) - counted(key) != values] == []


@every_catalogue
def test_plural_forms_are_those_of_the_language(file: Path, tmp_path: Path) -> None:
    tags = ["one", "other"] if read_catalogue(file).num_plurals == 2 else ["other"]
    body = "".join(f'msgstr[{place}] "{tag}"\n' for place, tag in enumerate(tags))
    trial = write_test_catalogue(tmp_path, file.stem, f'msgid "1"\nmsgid_plural "2"\n{body}')
    speaker = Language(Locale(file.stem), load_catalogue(trial))
    rule = Locale(file.stem).plural_form
    assert [speaker.ngettext("1", "2", number) for number in range(200)] == [rule(number) for number in range(200)]


SOUND = """
msgid "Page {page} of {pages}."
msgstr "Seite {page} von {pages}."

msgctxt "command"
msgid "ask"
msgstr "fragen"

msgid "{number} source"
msgid_plural "{number} sources"
msgstr[0] "eine Quelle"
msgstr[1] "{number} Quellen"
"""
PAGE, SOURCE = "Page {page} of {pages}.", "{number} source"
WANTED = {Key(PAGE), Key("ask", kind="command"), Key(SOURCE, plural="{number} sources")}


def test_a_sound_catalogue_has_no_defects(tmp_path: Path) -> None:
    assert defects(read_catalogue(write_test_catalogue(tmp_path, "de", SOUND)), WANTED) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ('msgstr "fragen"', 'msgstr ""', ["untranslated: ask"]),
        ('msgstr "fragen"', 'msgstr "Fragen"', ["not fit for its kind: ask"]),
        ('msgstr "fragen"', 'msgstr "etwas fragen"', ["not fit for its kind: ask"]),
        ('msgstr "fragen"', f'msgstr "{"f" * 33}"', ["not fit for its kind: ask"]),
        ('msgctxt "command"', '#, fuzzy\nmsgctxt "command"', ["fuzzy: ask"]),
        ('msgid "ask"', 'msgid "asks"', ["missing: ask", "unused: asks"]),
        ('msgctxt "command"', 'msgctxt "option"', ["missing: ask", "unused: ask"]),
        ("{number} Quellen", "", [f"untranslated: {SOURCE}"]),
        ("{number} Quellen", "{zahl} Quellen", [f"placeholders: {SOURCE}"]),
        ("Seite {page}", "Seite", [f"placeholders: {PAGE}"]),
        ("Seite {page}", "Seite {page} {seite}", [f"placeholders: {PAGE}"]),
        ("Seite {page}", "Seite {page} {page!r}", [f"braces: {PAGE}"]),
        ("Seite {page}", "**Seite {page}", [f"marks: {PAGE}"]),
        ("Seite {page}", "`Seite` {page}", [f"marks: {PAGE}"]),
        ("Seite {page}", "@everyone {page}", [f"reaches out: {PAGE}"]),
        ("Seite {page}", "Seite <#1> {page}", [f"reaches out: {PAGE}"]),
        ("Seite {page}", "https://a.example {page}", [f"reaches out: {PAGE}"]),
        ("von {pages}.", "von {pages}. ", [f"white space at an end: {PAGE}"]),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_found(tmp_path: Path, before: str, after: str, found: list[str]) -> None:
    assert SOUND.count(before) == 1
    assert defects(read_catalogue(write_test_catalogue(tmp_path, "de", SOUND.replace(before, after))), WANTED) == found


def test_update_keeps_translations_adds_what_is_new_and_drops_what_is_said_no_more(tmp_path: Path) -> None:
    file = write_test_catalogue(tmp_path, "de", SOUND)
    current = {Key("ask", kind="command"): ["commands"], Key("Sources", kind="button"): ["render.py"]}
    update_catalogue(file, current)
    catalogue_messages = {key_of(message): message.string for message in read_catalogue(file) if message.id}
    assert catalogue_messages == {Key("ask", kind="command"): "fragen", Key("Sources", kind="button"): ""}
    once = file.read_bytes()
    update_catalogue(file, current)
    assert file.read_bytes() == once


SAYING = """
gettext("One" " text of {a}.", a=1)
ngettext("{number} cat", "{number} cats", len(cats))
pgettext("button", "Press")
LATER = gettext_noop("Later.")
TITLE = gettext_noop("Title", "title")
gettext(LATER)
gettext("yes" if sure else "no")
gettext(f"{a} text")
pgettext(kind, "Text")
"""


def test_keys_are_found_where_they_are_said() -> None:
    assert {use.key for use in message_uses_in(SAYING, "room.py") if use.key} == {
        Key("One text of {a}."),
        Key("{number} cat", plural="{number} cats"),
        Key("Press", kind="button"),
        Key("Later."),
        Key("Title", kind="title"),
    }


def test_a_text_that_is_made_up_where_it_is_said_has_no_key() -> None:
    assert [use.place for use in message_uses_in(SAYING, "room.py") if use.wrong] == [
        "room.py:8",
        "room.py:9",
        "room.py:10",
    ]


UNSAID = '''
"""A room."""
HELLO = "Hello there."
LATER = gettext_noop("Said later.")
def show(found: "An annotation here") -> None:
    """Shows it."""
    log.info("Shown to somebody")
    view = button(Press("source", found.id), "Sources", style=quiet)
    words = f"{found.pages} pages, " + gettext("said already")
    ready = "loaded" if found.ready else gettext("still loading")
    return message([words, f"<#{found.channel}>"], {"key of it": 1})
'''


def test_texts_that_are_shown_and_not_said_are_found() -> None:
    assert [text for _, text in untranslated_in(UNSAID)] == ["Hello there.", "Sources", "{} pages, ", "loaded"]
