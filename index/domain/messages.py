"""English words that know what they are made of, so that whoever shows them can say them in another language.

To the index, on the command line and in JSON they are a text like any other; a reason that is joined to another by
anything but a `Phrase` is plain English from there on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = [
    "LIST",
    "MENDED",
    "REBUILD",
    "REINDEX",
    "RESET",
    "STEPS",
    "Phrase",
    "Value",
    "count",
    "joined",
    "mended",
    "of_system",
    "packed",
    "said",
    "template",
    "unpacked",
    "without_step",
]

Value = str | int | float | tuple[str, ...]
"""What is put into a template; several texts are parted by semicolons."""

ALL = "{all}"

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Phrase(str):
    """`Phrase("is larger than {size} MB", size=2.0)` is the text "is larger than 2 MB". `template` is literal English,
    `values` may be phrases too."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Phrase:
        text = PLACEHOLDER.sub(lambda at: _english(values[at[1]]) if at[1] in values else at[0], template)
        made = super().__new__(cls, text)
        made.template, made.values = template, values
        return made

    def __deepcopy__(self, memo: object) -> Phrase:
        return self


SYSTEM = (
    Phrase("Permission denied"),
    Phrase("Operation not permitted"),
    Phrase("No such file or directory"),
    Phrase("Is a directory"),
    Phrase("File exists"),
    Phrase("Not a directory"),
    Phrase("Read-only file system"),
    Phrase("No space left on device"),
    Phrase("Disk quota exceeded"),
    Phrase("Input/output error"),
    Phrase("Too many levels of symbolic links"),
    Phrase("File name too long"),
    Phrase("Connection refused"),
    Phrase("Connection reset by peer"),
    Phrase("Name or service not known"),
    Phrase("Temporary failure in name resolution"),
)
"""What Linux says of the failures one meets."""


def of_system(error: OSError) -> str:
    """Why the system refused something, as it says it; empty where it does not say."""
    text = error.strerror or ""
    return next((one for one in SYSTEM if one == text), text)


def template(text: str) -> str:
    """The text itself: marks a template that becomes a phrase elsewhere, by its name."""
    return text


def joined(parts: tuple[str, ...]) -> Phrase:
    """Several texts in a row, parted by semicolons."""
    return Phrase(ALL, all=parts)


def said(error: Exception) -> str:
    """What an error says: the phrase that it was raised with, else its text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Phrase) else str(error)


def packed(text: Value) -> Any:
    """A value as JSON can hold it: a phrase is its template with its values, anything else stays as it is."""
    if isinstance(text, Phrase):
        return [text.template, {name: packed(value) for name, value in text.values.items()}]
    return [packed(one) for one in text] if isinstance(text, tuple) else text


def unpacked(row: Any) -> str:
    """The text that was packed. Raises TypeError for what was not."""
    found = _unpacked(row)
    if not isinstance(found, str):
        raise TypeError("this is no text")
    return found


def _unpacked(row: Any) -> Value:
    if isinstance(row, str | int | float):
        return row
    if not isinstance(row, list):
        raise TypeError("this is no value of a phrase")
    if len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict):
        return Phrase(row[0], **{str(name): _unpacked(value) for name, value in row[1].items()})
    return tuple(unpacked(one) for one in row)


def _english(value: Value) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def count(number: int, noun: str) -> str:
    """The number with its noun: "1 source", "2 sources"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


REINDEX = "run `python -m index reindex`"


REBUILD = "run `python -m index reindex` to build it anew"


RESET = "run `python -m index reindex`, or set EMBEDDING_MODEL back"


LIST = "`python -m index snapshots` lists them"


STEPS = (REINDEX, REBUILD, RESET, LIST)


MENDED = template("{fault}: {step}.")


def mended(step: str, fault: str, /, **values: Value) -> Phrase:
    """What is wrong, with the step that mends it."""
    return Phrase(MENDED, fault=Phrase(fault, **values), step=step)


def without_step(error: Exception) -> str:
    """What is wrong, without the step that mends the live snapshot: another is not built anew."""
    text = said(error)
    if isinstance(text, Phrase) and text.template == MENDED and text.values["step"] == REBUILD:
        return Phrase("{fault}.", fault=text.values["fault"])
    return text
