"""What is said is in the language of whoever is answered, and never broken by a value or a translation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import discord
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.text.i18n import (
    Language,
    format_number,
    format_percentage,
    gettext,
    gettext_noop,
    language_for,
    load_catalogue,
    ngettext,
    open_language,
    pgettext,
    set_language,
    using_language,
)
from tests.support.catalogue import write_test_catalogue
from tests.support.texts import any_text

TRIAL = {
    "de": ("Seite {page} von {pages}", "Seiten von {names:or}", "Knopf", ["{number} Quelle", "{number} Quellen"]),
    "es": ("Página {page} de {pages}", "Páginas de {names:or}", "Botón", ["{number} fuente", "{number} fuentes"]),
    "fr": ("Page {page} sur {pages}", "Pages de {names:or}", "Bouton", ["{number} source", "{number} sources"]),
    "ja": ("{pages}ページ中{page}ページ目", "{names:or}のページ", "ボタン", ["出典{number}件"]),
    "pt": ("Página {page} de {pages}", "Páginas de {names:or}", "Botão", ["{number} fonte", "{number} fontes"]),
}
FIGURES = {"ja": "1,234.5", "fr": "1\u202f234,5"}
ENGLISH = language_for("en-US")


@pytest.fixture
def speakers(tmp_path: Path) -> dict[str, Language]:
    return {code: speaker(tmp_path, code, *trial) for code, trial in TRIAL.items()}


def speaker(folder: Path, code: str, page: str, names: str, button: str, sources: list[str]) -> Language:
    plurals = "".join(f'msgstr[{place}] "{form}"\n' for place, form in enumerate(sources))
    body = f"""
msgid "Page {{page}} of {{pages}}"
msgstr "{page}"

msgid "Pages of {{names:or}}"
msgstr "{names}"

msgctxt "button"
msgid "Button"
msgstr "{button}"

msgid "{{number}} source"
msgid_plural "{{number}} sources"
{plurals}"""
    return Language(Locale(code), load_catalogue(write_test_catalogue(folder, code, body)))


def test_a_text_is_said_in_the_language_that_is_spoken(speakers: dict[str, Language]) -> None:
    texts = {}
    for code, spoken in speakers.items():
        with using_language(spoken):
            texts[code] = gettext("Page {page} of {pages}", page=1, pages=1234)
    assert texts == {
        "de": "Seite 1 von 1.234",
        "es": "Página 1 de 1.234",
        "fr": "Page 1 sur 1\u202f234",
        "ja": "1,234ページ中1ページ目",
        "pt": "Página 1 de 1.234",
    }
    assert gettext("Page {page} of {pages}", page=1, pages=1234) == "Page 1 of 1,234"


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("de", ["0 Quellen", "1 Quelle", "2 Quellen", "1.000 Quellen"]),
        ("es", ["0 fuentes", "1 fuente", "2 fuentes", "1.000 fuentes"]),
        ("fr", ["0 source", "1 source", "2 sources", "1\u202f000 sources"]),
        ("ja", ["出典0件", "出典1件", "出典2件", "出典1,000件"]),
        ("pt", ["0 fonte", "1 fonte", "2 fontes", "1.000 fontes"]),
    ],
)
def test_a_number_takes_the_form_that_its_language_has_for_it(
    speakers: dict[str, Language], code: str, counts: list[str]
) -> None:
    with using_language(speakers[code]):
        assert [ngettext("{number} source", "{number} sources", number) for number in (0, 1, 2, 1000)] == counts
    assert [ngettext("{number} source", "{number} sources", number) for number in (0, 1, 2)] == [
        "0 sources",
        "1 source",
        "2 sources",
    ]


def test_names_are_joined_as_the_language_does(speakers: dict[str, Language]) -> None:
    names = ("Scout", "Maverick", "Behemoth")
    texts = {code: spoken.gettext("Pages of {names:or}", names=names) for code, spoken in speakers.items()}
    assert texts["de"] == "Seiten von Scout, Maverick oder Behemoth"
    assert texts["ja"] == "Scout、Maverick、またはBehemothのページ"
    assert gettext("Pages of {names:or}", names=names) == "Pages of Scout, Maverick or Behemoth"
    assert gettext("Pages of {names}", names=names[:2]) == "Pages of Scout and Maverick"


def test_figures_are_written_as_the_region_does() -> None:
    assert format_number(1234.5) == "1,234.5"
    assert format_number(2.0, 1) == "2.0"
    assert (format_percentage(0.41), format_percentage(0.9994, 1)) == ("41 %", "99.9 %")
    with using_language("de"):
        assert (format_number(1234.5), format_number(2.0, 1), format_percentage(0.41)) == ("1.234,5", "2,0", "41\xa0%")
        assert format_percentage(0.41, 2) == "41,00\xa0%"
    with using_language("es-419"):
        assert format_number(1234.5) == "1,234.5"
    with using_language("es-ES"):
        assert format_number(1234.5) == "1.234,5"


def test_a_kind_has_texts_of_its_own(speakers: dict[str, Language]) -> None:
    with using_language(speakers["fr"]):
        assert pgettext("button", "Button") == "Bouton"
        assert gettext("Button") == "Button"
        assert pgettext("title", "Button") == "Button"


@pytest.mark.parametrize(
    ("locale", "private"),
    [
        (discord.Locale.german, "privat"),
        (discord.Locale.spain_spanish, "privado"),
        (discord.Locale.latin_american_spanish, "privado"),
        (discord.Locale.french, "privé"),
        (discord.Locale.japanese, "非公開"),
        (discord.Locale.brazil_portuguese, "privado"),
        ("pt-PT", "privado"),
        ("de-XX", "privat"),
        (discord.Locale.british_english, "private"),
        (discord.Locale.polish, "private"),
        ("", "private"),
        ("../de", "private"),
        (None, "private"),
    ],
    ids=str,
)
def test_a_locale_is_answered_in_its_language_or_in_english(locale: discord.Locale | str | None, private: str) -> None:
    with using_language(locale):
        assert pgettext("option", "private") == private


def test_a_language_without_a_catalogue_is_not_given_its_figures_either() -> None:
    with using_language("pl"):
        assert format_number(1234.5) == "1,234.5"


def test_the_language_before_is_spoken_again_after_it(speakers: dict[str, Language]) -> None:
    with using_language(speakers["de"]):
        with using_language(speakers["fr"]):
            pass
        assert pgettext("button", "Button") == "Knopf"
    assert pgettext("button", "Button") == "Button"


async def test_tasks_and_threads_speak_each_its_own_language(speakers: dict[str, Language]) -> None:
    async def answer(spoken: Language) -> tuple[str, str]:
        set_language(spoken)
        await asyncio.sleep(0)
        return pgettext("button", "Button"), await asyncio.to_thread(pgettext, "button", "Button")

    texts = await asyncio.gather(*map(answer, speakers.values()))
    assert texts == [(trial[2], trial[2]) for trial in TRIAL.values()]
    assert pgettext("button", "Button") == "Button"


@pytest.mark.parametrize("broken", ["Seite {page}", "Seite {seite} von {pages}", "Seite", "{page} {pages} {mehr}"])
def test_a_translation_with_other_placeholders_is_not_said(tmp_path: Path, broken: str) -> None:
    spoken = speaker(tmp_path, "de", broken, *TRIAL["de"][1:])
    assert spoken.gettext("Page {page} of {pages}", page=1, pages=2) == "Page 1 of 2"


@pytest.mark.parametrize("damaged", [b'msgid "a', b"\xff\xfe", b'msgid "a"\nmsgstr "b"\nmsgid "a"', None])
def test_a_catalogue_that_cannot_be_read_leaves_its_language_in_english(tmp_path: Path, damaged: bytes | None) -> None:
    file = tmp_path / "de.po"
    if damaged is not None:
        file.write_bytes(damaged)
    spoken = open_language("de", {"de": file})
    assert spoken.gettext("Page {page} of {pages}", page=1, pages=1234.5) == "Page 1 of 1,234.5"


@given(any_text, any_text)
def test_values_stand_as_they_are_and_are_never_read_as_placeholders(page: str, pages: str) -> None:
    assert ENGLISH.gettext("Page {page} of {pages}", page=page, pages=pages) == f"Page {page} of {pages}"
    assert (
        ENGLISH.gettext("Page {page} of {pages}", page="{pages}", pages="{page!r:>9}") == "Page {pages} of {page!r:>9}"
    )


@given(st.text("{}abc_:ornd!", max_size=12))
def test_no_text_is_too_odd_to_be_said(text: str) -> None:
    with using_language("de"):
        assert gettext(text, a="{b}", b=1) == pgettext("button", text, a="{b}", b=1)


def test_a_value_that_was_forgotten_breaks_no_reply() -> None:
    assert gettext("Page {page} of {pages}", page=1) == "Page 1 of {pages}"


def test_a_phrase_is_its_own_text(speakers: dict[str, Language]) -> None:
    with using_language(speakers["de"]):
        assert gettext_noop("Button", "button") == "Button"
