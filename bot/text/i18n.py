"""What is said, in the language of whoever is answered: the English text is the key in the catalogues of `bot/locales`.

A catalogue is a .po file, read when its language is first spoken. A text has {names} for values; `{names:or}` joins
several by the language's "or". Values are put in last and as they stand: whoever gives them makes them harmless.
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
"""What a text is where Discord limits it, and its most characters; prose is of no kind."""

ENGLISH = Locale("en", "GB")

HOUSE_PERCENT = {"en": "#,##0 %"}
"""Where the bot writes per cent otherwise than the language's books do: in English it says 41 %, with a space."""

HOUSE_DAY = {"en": "d MMM"}
"""And a day of the year: in English it says 5 Apr, and 5 Sep in every region."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::(and|or))?\}")

NUMBER = "number"
"""The placeholder of a plural's number; a language may leave it out, as in "one source"."""


class Language:
    """A catalogue, and a region's way to write numbers and lists."""

    def __init__(self, region: Locale, catalogue: NullTranslations) -> None:
        self._region = region
        self._catalogue = catalogue

    @property
    def code(self) -> str:
        """Such as "de"; "en" where English is spoken for want of a catalogue."""
        return self._region.language

    def gettext(self, message: str, /, **values: object) -> str:
        """`message` in this language; in English where the catalogue lacks it or lost a placeholder."""
        return self._filled(self._catalogue.gettext(message) if message else "", message, values)

    def pgettext(self, kind: str, message: str, /, **values: object) -> str:
        """`message` as a text of one of the KINDS; the limit is the catalogue's to keep, values not counted."""
        return self._filled(self.translation(kind, message) or message, message, values)

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that the language has for this number, which is put in for {number}."""
        english = one if number == 1 else many
        said = self._catalogue.ngettext(one, many, number)
        return self._filled(said, english, {NUMBER: number, **values})

    def translation(self, kind: str, message: str) -> str | None:
        """The translation of a text of one of the KINDS; None where the catalogue lacks it."""
        found = self._catalogue.pgettext(kind, message) if message else message
        return None if found == message else found

    def format_number(self, number: float, digits: int | None = None) -> str:
        """A number with the language's separators; with so many digits after the point, else as many as it has, three
        at most."""
        pattern = None if digits is None else f"#,##0.{'0' * digits}".rstrip(".")
        return format_decimal(number, format=pattern, locale=self._region)

    def format_percentage(self, share: float) -> str:
        """A share, 0..1, in whole per cent."""
        return format_percent(share, format=HOUSE_PERCENT.get(self.code), locale=self._region)

    def format_day(self, day: date) -> str:
        """A day of a year that is known, in short: "5 Apr"."""
        if house := HOUSE_DAY.get(self.code):
            return format_date(day, house, locale=self.code)
        return format_skeleton("MMMd", day, locale=self._region)

    def _filled(self, said: str, english: str, values: Mapping[str, object]) -> str:
        needed, named = ({at[1] for at in PLACEHOLDER.finditer(text)} for text in (english, said))
        if not needed - {NUMBER} <= named <= values.keys():
            log.warning("A translation to %s has not the placeholders of “%s”", self._region, english)
            said = english
        return PLACEHOLDER.sub(lambda at: self._put(values[at[1]], at[2]) if at[1] in values else at[0], said)

    def _put(self, value: object, joined: str | None) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.format_number(value)
        if isinstance(value, list | tuple):
            parts = [self._put(one, None) for one in value]
            return format_list(parts, style="or" if joined == "or" else "standard", locale=self._region)
        return str(value)


def language_for(locale: discord.Locale | str | None) -> Language:
    """The language of a Discord locale: its own, that of its variants (pt-PT: pt), else English."""
    return _language(str(locale or ""))


def language_codes() -> tuple[str, ...]:
    """Codes of the languages that can be spoken, English first."""
    return "en", *sorted(_files())


def set_language(locale: discord.Locale | Language | str | None) -> None:
    """From here on this task, and what it starts, speaks the language of a locale."""
    _spoken.set(locale if isinstance(locale, Language) else language_for(locale))


@contextlib.contextmanager
def using_language(locale: discord.Locale | Language | str | None) -> Iterator[None]:
    """Within it the language of a locale is spoken, in threads that are asked for something too."""
    before = _spoken.set(locale if isinstance(locale, Language) else language_for(locale))
    try:
        yield
    finally:
        _spoken.reset(before)


def gettext(message: str, /, **values: object) -> str:
    """`message`, literal English with {names} for the values, in the language that is spoken."""
    return current_language().gettext(message, **values)


def pgettext(kind: str, message: str, /, **values: object) -> str:
    """`message` as a text of one of the KINDS, in the language that is spoken."""
    return current_language().pgettext(kind, message, **values)


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """`one` or `many`, by the number, which is put in for {number}, in the language that is spoken."""
    return current_language().ngettext(one, many, number, **values)


def gettext_noop(message: str, kind: str = "") -> str:
    """`message` itself: marks a constant as one for the catalogue, to be said later by its name."""
    return message


def format_number(number: float, digits: int | None = None) -> str:
    """A number with the separators of the language that is spoken."""
    return current_language().format_number(number, digits)


def format_percentage(share: float) -> str:
    """A share, 0..1, in whole per cent, as the language that is spoken writes it."""
    return current_language().format_percentage(share)


def format_day(day: date) -> str:
    """A day of a year that is known, as the language that is spoken writes it in short."""
    return current_language().format_day(day)


def current_language() -> Language:
    """The language that is spoken now."""
    return _spoken.get() or language_for(None)


_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


@lru_cache(maxsize=64)  # Discord has some thirty; what else comes must not pile up
def _language(tag: str) -> Language:
    return open_language(tag, _files())


def open_language(tag: str, files: Mapping[str, Path]) -> Language:
    """The language of a locale such as "es-419" from one of these catalogues, by code; English where there is none, or
    one that cannot be read."""
    code = tag.partition("-")[0].lower()
    if file := files.get(code):
        try:
            return Language(_region(tag, code), load_catalogue(file))
        except (OSError, ValueError, PoFileError) as error:
            log.error("%s cannot be read, English is spoken instead: %s", file.name, type(error).__name__)
    return Language(ENGLISH, NullTranslations())


def _region(tag: str, code: str) -> Locale:
    """As the locale says; as its language does where Babel knows no such region."""
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(code)


@cache
def _files() -> Mapping[str, Path]:
    return {file.stem: file for file in LOCALES.glob("*.po")}


@cache
def load_catalogue(file: Path) -> GNUTranslations:
    """The translations of a .po file. Raises OSError, and ValueError or PoFileError for one that is damaged."""
    with file.open("rb") as written:
        read = read_po(written, locale=file.stem, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)
