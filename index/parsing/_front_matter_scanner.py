"""TOML and JSON front matter: its values with exact offsets, which no parser of the two tells.

The values of strings are those that `tomllib` and `json` read; what is found here is where they stand.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field

from index.domain.messages import Message
from index.parsing._front_matter_values import MOST_VALUES, TOO_MANY, Parsed, Path, Value, line_of, make_value

__all__ = ["JSON_OBJECT", "end_of_json", "read_json", "read_toml"]

DEEPEST = 50

BLANK = re.compile(r"(?:\s|#[^\n]*)*")
STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\r\n]|\\.)*"|\'[^\'\r\n]*\'', re.DOTALL)
BARE = re.compile(r"[^\s,\[\]{}#\"'=:][^,\]}#\r\n]*")
KEY = r"""(?:[\w-]+|"[^"\r\n]*"|'[^'\r\n]*')"""
KEYS = re.compile(rf"({KEY}(?:[ \t]*\.[ \t]*{KEY})*)[ \t]*[=:]")
TABLE = re.compile(rf"\[\[?[ \t]*({KEY}(?:[ \t]*\.[ \t]*{KEY})*)[ \t]*\]\]?")
STATEMENT = re.compile(rf"^[ \t]*(?:{KEY}(?:[ \t]*\.[ \t]*{KEY})*[ \t]*[=:]|\[)", re.MULTILINE)

JSON_OBJECT = re.compile(r"""\{\s*(?:"[^"\r\n]+"\s*:|\}[ \t]*$)""", re.MULTILINE)
CLOSING = re.compile(r"^\}[ \t]*$", re.MULTILINE)

BROKEN = Message("it is no list of `key = value` lines")
BROKEN_JSON = Message("it is no JSON")


def read_toml(text: str, start: int, end: int) -> Parsed:
    """Return the values of the TOML between two characters; a line that is broken is left out."""
    values, failed = _Scanner(text, end, is_json=False).read(start)
    if failed is None and len(values) <= MOST_VALUES:
        try:
            tomllib.loads(text[start:end].replace("\r\n", "\n"))
            return Parsed(tuple(values))
        except (ValueError, RecursionError) as error:
            line = re.search(r"at line (\d+)", str(error))
            return Parsed(tuple(values), BROKEN, line_of(text, start) + int(line[1]) - 1 if line else 0)
    return _incomplete(values, failed, text, start, BROKEN)


def read_json(text: str, start: int, end: int) -> Parsed:
    """Return the values of the JSON object between two characters, with or without its braces."""
    values, failed = _Scanner(text, end, is_json=True).read(start)
    raw = text[start:end].strip()
    try:
        json.loads(raw if raw.startswith("{") else f"{{{raw}}}", strict=False)
        if failed is None and len(values) <= MOST_VALUES:
            return Parsed(tuple(values))
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            failed = start + min(error.pos, end - start)
    return _incomplete(values, failed, text, start, BROKEN_JSON)


def end_of_json(text: str, start: int) -> int | None:
    """Return the offset after the JSON object that begins here; None if there is none."""
    if not JSON_OBJECT.match(text, start):
        return None
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        closing = CLOSING.search(text, start)
        return closing.end() if closing else None


def _incomplete(values: list[Value], failed: int | None, text: str, start: int, problem: str) -> Parsed:
    line = line_of(text, start if failed is None else failed)
    return Parsed(tuple(values[:MOST_VALUES]), TOO_MANY if len(values) > MOST_VALUES else problem, line)


class _Broken(Exception):
    """What stands at an offset is no value."""


@dataclass
class _Scanner:
    text: str
    end: int
    is_json: bool
    values: list[Value] = field(default_factory=list)
    place: int = 0

    def read(self, start: int) -> tuple[list[Value], int | None]:
        """Return the values from a character on, and where the first broken line is; None if there is none."""
        self.place = start
        failed: int | None = None
        table: Path = ()
        tables = 0
        self._skip("{" if self.is_json else "")
        while self.place < self.end and len(self.values) <= MOST_VALUES:
            line = self.place
            try:
                if not self.is_json and (header := TABLE.match(self.text, self.place, self.end)):
                    tables += 1
                    array = header[0].startswith("[[")
                    table = (*self._keys(header[1]), *((tables,) if array else ()))
                    self.place = header.end()
                else:
                    self._pair(table, 0)
                self._skip(",}" if self.is_json else "")
            except _Broken:
                failed = line if failed is None else failed
                following = STATEMENT.search(self.text, max(self.place, line) + 1, self.end)
                self.place = following.start() if following else self.end
                self._skip()
        return self.values, failed

    def _pair(self, path: Path, depth: int) -> None:
        key = KEYS.match(self.text, self.place, self.end)
        if key is None or self.is_json != key[0].endswith(":"):
            raise _Broken
        self.place = key.end()
        self._skip()
        self._value((*path, *self._keys(key[1])), depth)

    def _value(self, path: Path, depth: int) -> None:
        opening = self.text[self.place : self.place + 1] if self.place < self.end else ""
        if depth > DEEPEST or len(self.values) > MOST_VALUES:
            raise _Broken
        if opening == "[":
            self._list(path, depth + 1)
        elif opening == "{":
            self._object(path, depth + 1)
        elif match := STRING.match(self.text, self.place, self.end):
            quotes = 3 if match[0][:3] in ('"""', "'''") else 1
            self.place = match.end()
            self._add(path, match.start() + quotes, match.end() - quotes, self._string(match[0], quotes))
        elif match := BARE.match(self.text, self.place, self.end):
            self.place = match.end()
            if match[0].strip() != "null":
                self._add(path, match.start(), match.end(), match[0])
        else:
            raise _Broken

    def _list(self, path: Path, depth: int) -> None:
        self._skip("[", most=1)
        number = 0
        while self._next() != "]":
            self._value((*path, number), depth)
            number += 1
            self._skip(",")
        self._skip("]", most=1, blank=False)

    def _object(self, path: Path, depth: int) -> None:
        self._skip("{", most=1)
        while self._next() != "}":
            self._pair(path, depth)
            self._skip(",")
        self._skip("}", most=1, blank=False)

    def _next(self) -> str:
        if self.place >= self.end:
            raise _Broken
        return self.text[self.place]

    def _skip(self, marks: str = "", *, most: int = 2, blank: bool = True) -> None:
        """Go past white space and comments, and at most so many of some marks."""
        while True:
            if blank and (match := BLANK.match(self.text, self.place, self.end)):
                self.place = match.end()
            if not most or not marks or self.place >= self.end or self.text[self.place] not in marks:
                return
            self.place += 1
            most -= 1

    def _add(self, path: Path, start: int, end: int, reading: str) -> None:
        self.values.append(make_value(path, self.text, start, end, reading))

    def _string(self, raw: str, quotes: int) -> str:
        try:
            if self.is_json:
                return str(json.loads(raw, strict=False))
            return str(tomllib.loads(f"value = {raw}".replace("\r\n", "\n"))["value"])
        except (ValueError, KeyError):
            return raw[quotes:-quotes]

    def _keys(self, raw: str) -> list[str]:
        return [key.strip("\"'") for key in re.findall(KEY, raw)]
