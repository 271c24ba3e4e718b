"""English words that know what they are made of, so that whoever shows them can say them in another language.

To the index, on the command line and in JSON they are a text like any other; a reason that is joined to another by
anything but a `Message` is plain English from there on.
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
    "Message",
    "Value",
    "count",
    "join_messages",
    "message_from_json",
    "message_of",
    "message_to_json",
    "system_message",
    "template",
    "with_fix",
    "without_step",
]

Value = str | int | float | tuple[str, ...]
"""What is put into a template; several texts are parted by semicolons."""

ALL = "{all}"

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Message(str):
    """`Message("is larger than {size} MB", size=2.0)` is the text "is larger than 2 MB". `template` is literal English,
    `values` may be phrases too."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Message:
        text = PLACEHOLDER.sub(lambda at: _english(values[at[1]]) if at[1] in values else at[0], template)
        made = super().__new__(cls, text)
        made.template, made.values = template, values
        return made

    def __deepcopy__(self, memo: object) -> Message:
        return self


SYSTEM = (
    Message("Permission denied"),
    Message("Operation not permitted"),
    Message("No such file or directory"),
    Message("Is a directory"),
    Message("File exists"),
    Message("Not a directory"),
    Message("Read-only file system"),
    Message("No space left on device"),
    Message("Disk quota exceeded"),
    Message("Input/output error"),
    Message("Too many levels of symbolic links"),
    Message("File name too long"),
    Message("Connection refused"),
    Message("Connection reset by peer"),
    Message("Name or service not known"),
    Message("Temporary failure in name resolution"),
)
"""What Linux says of the failures one meets."""


def system_message(error: OSError) -> str:
    """Why the system refused something, as it says it; empty where it does not say."""
    text = error.strerror or ""
    return next((one for one in SYSTEM if one == text), text)


def template(text: str) -> str:
    """The text itself: marks a template that becomes a phrase elsewhere, by its name."""
    return text


def join_messages(parts: tuple[str, ...]) -> Message:
    """Several texts in a row, parted by semicolons."""
    return Message(ALL, all=parts)


def message_of(error: Exception) -> str:
    """What an error says: the phrase that it was raised with, else its text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Message) else str(error)


def message_to_json(text: Value) -> Any:
    """A value as JSON can hold it: a phrase is its template with its values, anything else stays as it is."""
    if isinstance(text, Message):
        return [text.template, {name: message_to_json(value) for name, value in text.values.items()}]
    return [message_to_json(one) for one in text] if isinstance(text, tuple) else text


def message_from_json(row: Any) -> str:
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
        return Message(row[0], **{str(name): _unpacked(value) for name, value in row[1].items()})
    return tuple(message_from_json(one) for one in row)


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


def with_fix(step: str, fault: str, /, **values: Value) -> Message:
    """What is wrong, with the step that mends it."""
    return Message(MENDED, fault=Message(fault, **values), step=step)


def without_step(error: Exception) -> str:
    """What is wrong, without the step that mends the live snapshot: another is not built anew."""
    text = message_of(error)
    if isinstance(text, Message) and text.template == MENDED and text.values["step"] == REBUILD:
        return Message("{fault}.", fault=text.values["fault"])
    return text
