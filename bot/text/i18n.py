"""Translation of the bot's texts and formatting of numbers, dates and lists, in the language of the reader.

The English text is the key in the catalogues of `bot/text/locales`. A catalogue is a .po file, read when its language
is first used. A text has {names} for values; `{names:or}` joins several with the language's "or". Values are inserted
last and as they are: the caller escapes them.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal, format_percent

if TYPE_CHECKING:
    import discord

__all__ = [
    "KINDS",
    "LOCALES",
    "PLACEHOLDER",
    "Language",
    "current_language",
    "format_day",
    "format_number",
    "format_percentage",
    "gettext",
    "gettext_noop",
    "language_codes",
    "language_for",
    "load_catalogue",
    "ngettext",
    "open_language",
    "pgettext",
    "set_language",
    "using_language",
]

log = logging.getLogger(__name__)

LOCALES = Path(__file__).parent / "locales"

KINDS: Mapping[str, int] = {
    "command": 32,
    "menu": 32,
    "option": 32,
    "choice": 100,
    "description": 100,
    "button": 80,
    "title": 45,
    "label": 45,
    "placeholder": 100,
}
"""Kinds of text whose length Discord limits, with the maximum in characters; prose has no kind."""

ENGLISH = Locale("en", "GB")

HOUSE_PERCENT = {"en": "#,##0 %"}
"""Percentage patterns of the bot's own where they differ from CLDR: 41 % with a space in English."""

HOUSE_DAY = {"en": "d MMM"}
"""Date patterns of the bot's own: 5 Apr and 5 Sep in every English region."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::(and|or))?\}")

NUMBER = "number"
"""The placeholder for the number of a plural; a language may leave it out, as in "one source"."""


class Language:
    """A catalogue of translations, with a region's formats for numbers, dates and lists."""

    def __init__(self, region: Locale, catalogue: NullTranslations) -> None:
        self._region = region
        self._catalogue = catalogue

    @property
    def code(self) -> str:
        """The ISO 639 code, such as "de"; "en" if English stands in for a language without a catalogue."""
        return self._region.language

    def gettext(self, message: str, /, **values: object) -> str:
        """Return `message` in this language; in English if the catalogue lacks it or its placeholders differ."""
        return self._fill(self._catalogue.gettext(message) if message else "", message, values)

    def pgettext(self, kind: str, message: str, /, **values: object) -> str:
        """Return `message` as a text of one of the KINDS; the limit is checked in the catalogue, without values."""
        return self._fill(self.translation(kind, message) or message, message, values)

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """Return the plural form for a number, which is inserted for {number}."""
        english = singular if number == 1 else plural
        return self._fill(self._catalogue.ngettext(singular, plural, number), english, {NUMBER: number, **values})

    def translation(self, kind: str, message: str) -> str | None:
        """Return the translation of a text of one of the KINDS; None if the catalogue lacks it."""
        translated = self._catalogue.pgettext(kind, message) if message else message
        return None if translated == message else translated

    def format_number(self, number: float, digits: int | None = None) -> str:
        """Return a number with the language's separators, by default with at most three decimals."""
        pattern = None if digits is None else f"#,##0.{'0' * digits}".rstrip(".")
        return format_decimal(number, format=pattern, locale=self._region)

    def format_percentage(self, share: float, digits: int = 0) -> str:
        """Return a share, 0..1, as a percentage, by default a whole one."""
        pattern = HOUSE_PERCENT.get(self.code) or self._region.percent_formats[None].pattern
        if digits:
            pattern = pattern.replace("0", f"0.{'0' * digits}", 1)
        return format_percent(share, format=pattern, locale=self._region)

    def format_day(self, day: date) -> str:
        """Return a day without its year in short: "5 Apr"."""
        if pattern := HOUSE_DAY.get(self.code):
            return format_date(day, pattern, locale=self.code)
        return format_skeleton("MMMd", day, locale=self._region)

    def _fill(self, translated: str, english: str, values: Mapping[str, object]) -> str:
        """Insert values into a translation, or into the English text if the translation has other placeholders."""
        needed, named = ({match[1] for match in PLACEHOLDER.finditer(text)} for text in (english, translated))
        if not needed - {NUMBER} <= named <= values.keys():
            log.warning("A translation to %s has not the placeholders of “%s”", self._region, english)
            translated = english
        return PLACEHOLDER.sub(
            lambda match: self._format(values[match[1]], match[2]) if match[1] in values else match[0], translated
        )

    def _format(self, value: object, conjunction: str | None) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.format_number(value)
        if isinstance(value, list | tuple):
            items = [self._format(item, None) for item in value]
            return format_list(items, style="or" if conjunction == "or" else "standard", locale=self._region)
        return str(value)


def language_for(locale: discord.Locale | str | None) -> Language:
    """Return the language of a Discord locale: its own, its base language (pt-PT: pt), or English."""
    return _load_language(str(locale or ""))


def language_codes() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    return "en", *sorted(_catalogue_files())


def set_language(locale: discord.Locale | Language | str | None) -> None:
    """Set the language of this task, and of the tasks that it starts from here on."""
    _active.set(locale if isinstance(locale, Language) else language_for(locale))


@contextlib.contextmanager
def using_language(locale: discord.Locale | Language | str | None) -> Iterator[None]:
    """Set the language within a block, in threads that it waits for too."""
    token = _active.set(locale if isinstance(locale, Language) else language_for(locale))
    try:
        yield
    finally:
        _active.reset(token)


def current_language() -> Language:
    """Return the language of this task."""
    return _active.get() or language_for(None)


def gettext(message: str, /, **values: object) -> str:
    """Return `message`, an English literal with {names} for the values, in the current language."""
    return current_language().gettext(message, **values)


def pgettext(kind: str, message: str, /, **values: object) -> str:
    """Return `message` as a text of one of the KINDS in the current language."""
    return current_language().pgettext(kind, message, **values)


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """Return the plural form for a number, which is inserted for {number}, in the current language."""
    return current_language().ngettext(singular, plural, number, **values)


def gettext_noop(message: str, kind: str = "") -> str:
    """Return `message` itself: marks a constant that is translated later, by its name."""
    return message


def format_number(number: float, digits: int | None = None) -> str:
    """Return a number with the separators of the current language."""
    return current_language().format_number(number, digits)


def format_percentage(share: float, digits: int = 0) -> str:
    """Return a share, 0..1, as a percentage in the current language, by default a whole one."""
    return current_language().format_percentage(share, digits)


def format_day(day: date) -> str:
    """Return a day without its year in short, in the current language."""
    return current_language().format_day(day)


_active: ContextVar[Language | None] = ContextVar("language", default=None)


@lru_cache(maxsize=64)  # Discord has some thirty locales; other tags must not pile up
def _load_language(tag: str) -> Language:
    return open_language(tag, _catalogue_files())


def open_language(tag: str, files: Mapping[str, Path]) -> Language:
    """Return the language of a locale such as "es-419"; English without a catalogue that can be read."""
    code = tag.partition("-")[0].lower()
    if file := files.get(code):
        try:
            return Language(_parse_region(tag, code), load_catalogue(file))
        except (OSError, ValueError, PoFileError) as error:
            log.error("%s cannot be read, English is spoken instead: %s", file.name, type(error).__name__)
    return Language(ENGLISH, NullTranslations())


def _parse_region(tag: str, code: str) -> Locale:
    """Return the region of a locale; that of its language if Babel does not know the region."""
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(code)


@cache
def _catalogue_files() -> Mapping[str, Path]:
    return {file.stem: file for file in LOCALES.glob("*.po")}


@cache
def load_catalogue(file: Path) -> GNUTranslations:
    """Return the translations of a .po file.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError, PoFileError
        If it is damaged.
    """
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=file.stem, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
