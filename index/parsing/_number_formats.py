"""Values of cells as a spreadsheet displays them: percentages, currencies and decimals by their format, ISO dates."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["display"]

PLACEHOLDERS = re.compile(
    r"(?P<whole>[#0?](?:[#0?,]*[#0?])?)(?:\.(?P<decimals>[#0?]*))?(?P<scale>,*)(?P<exponent>[eE][+-]0+)?"
)
QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.')
"""Literal text, an escaped character, a currency, a colour or condition, and what only fills a column."""

LONGEST_FORMAT = 200


def display(value: object, number_format: str = "General") -> str:
    """Return a value as it is displayed by a number format; dates and times as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, dt.datetime):
        return _moment(value, number_format)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"
    return str(value)


def _moment(value: dt.datetime, number_format: str) -> str:
    shown = QUOTED.sub("", number_format.partition(";")[0]).lower()
    has_day, has_year, has_clock = ("d" in shown, "y" in shown, "h" in shown or "s" in shown)
    if has_year and not has_day and not has_clock:
        return value.strftime("%Y-%m" if "m" in shown else "%Y")
    date, clock = value.date().isoformat(), value.time().isoformat("seconds").removesuffix(":00")
    if has_clock and not (has_day or has_year):
        return clock
    return f"{date} {clock}" if value.time() != dt.time() and has_clock else date


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a number format: its literal text around the digits, which `match` describes; None if it has none."""

    before: str
    match: re.Match[str] | None
    after: str
    is_percentage: bool = False
    is_general: bool = False


def _number(value: float, number_format: str) -> str:
    if number_format in ("General", "@"):
        return _general(value)
    sections = number_format.split(";", 3)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    parsed = _parse_section(section[:LONGEST_FORMAT])
    if parsed.is_general or (parsed.match is None and len(sections) == 1 and not parsed.before):
        digits = _general(value)
    elif parsed.match is None:
        return parsed.before
    else:
        digits = "-" * (value < 0) + _digits(abs(value) * (100 if parsed.is_percentage else 1), parsed.match)
    if digits.startswith("-"):
        return f"-{parsed.before}{digits[1:]}{parsed.after}".strip()
    return f"{parsed.before}{digits}{parsed.after}".strip()


@lru_cache(maxsize=256)
def _parse_section(section: str) -> _Section:
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return chr(0xE000 + len(literals) - 1)

    def fill(text: str) -> str:
        return re.sub("[\ue000-\ue0c8]", lambda mark: literals[ord(mark[0]) - 0xE000], text)

    shown = QUOTED.sub(keep, section)
    if general := re.search("general", shown, re.IGNORECASE):
        return _Section(fill(shown[: general.start()]), None, fill(shown[general.end() :]), is_general=True)
    match = PLACEHOLDERS.search(shown)
    if match is None:
        return _Section(fill(shown).strip(), None, "")
    if "/" in shown[match.end() :]:
        return _Section("", None, "", is_general=True)
    return _Section(fill(shown[: match.start()]), match, fill(shown[match.end() :]), is_percentage="%" in shown)


def _digits(value: float, match: re.Match[str]) -> str:
    """Return a number by the placeholders of a format: "#,##0.0#"."""
    places = match["decimals"] or ""
    value /= 1000 ** len(match["scale"])
    if match["exponent"]:
        return f"{value:.{len(places)}E}"
    group = "," if "," in match["whole"] else ""
    digits = f"{value:{group}.{min(len(places), 30)}f}"
    whole, point, rest = digits.partition(".")
    digits = f"{whole.zfill(match['whole'].count('0'))}{point}{rest}"
    optional = len(places) - len(places.rstrip("#?"))
    for _ in range(optional):
        digits = digits.removesuffix("0")
    return digits.removesuffix(".")


def _general(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    digits = f"{value:.10g}"
    return f"{value:.10f}".rstrip("0").rstrip(".") if "e" in digits and 1e-7 < abs(value) < 1e15 else digits
