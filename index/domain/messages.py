"""Translatable messages: English text that keeps its template and values.

The bot shows them in the reader's language. The index, the command line and the JSON treat a message as plain English
text; one that is joined to other text by anything but a `Message` is plain English from there on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

__all__ = [
    "BILINGUAL",
    "FIXES",
    "LIST",
    "REBUILD",
    "REINDEX",
    "RESET",
    "WITH_FIX",
    "Message",
    "Value",
    "count",
    "join_messages",
    "join_sentences",
    "message_from_json",
    "message_of",
    "message_to_json",
    "system_message",
    "template",
    "with_fix",
    "without_fix",
]

Value = str | int | float | tuple[str, ...]
"""A value of a template; several texts are joined by semicolons."""

ALL = "{all}"

PAIR = "{first} {second}"

BILINGUAL = "{message} {repeated}"
"""A message, then the same in the language of the person who is answered, which no translation repeats."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Message(str):
    """English text made from a template and its values, which may be messages too.

    The template is written out in the code, so that translators find it.

    >>> Message("is larger than {size} MB", size=2.0)
    'is larger than 2 MB'
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Message:
        text = PLACEHOLDER.sub(
            lambda match: _to_english(values[match[1]]) if match[1] in values else match[0], template
        )
        message = super().__new__(cls, text)
        message.template, message.values = template, values
        return message

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
"""Error texts of Linux that occur in practice."""

REINDEX = "run `python -m index reindex`"
REBUILD = "run `python -m index reindex` to build it anew"
RESET = "run `python -m index reindex`, or set EMBEDDING_MODEL back"
LIST = "`python -m index snapshots` lists them"
FIXES = (REINDEX, REBUILD, RESET, LIST)


def system_message(error: OSError) -> str:
    """Return the operating system's reason for an error, translatable if it is a common one; empty if it gives none."""
    text = error.strerror or ""
    return next((message for message in SYSTEM if message == text), text)


def template(text: str) -> str:
    """Return the text itself; marks a template for translation that becomes a `Message` elsewhere."""
    return text


WITH_FIX = template("{fault}: {step}.")


def join_messages(parts: tuple[str, ...]) -> Message:
    """Return several messages as one, joined by semicolons."""
    return Message(ALL, all=parts)


def join_sentences(sentences: Sequence[str]) -> str:
    """Return one text of several sentences, each of which may be a message of its own.

    Raises
    ------
    TypeError
        If there are no sentences.

    """
    return reduce(lambda before, sentence: Message(PAIR, first=before, second=sentence), sentences)


def message_of(error: Exception) -> str:
    """Return the message that an error was raised with, or its text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Message) else str(error)


def with_fix(step: str, fault: str, /, **values: Value) -> Message:
    """Return the message of a fault with the step that fixes it, one of `FIXES`."""
    return Message(WITH_FIX, fault=Message(fault, **values), step=step)


def without_fix(error: Exception) -> str:
    """Return an error's message without the step to rebuild the live snapshot, for a snapshot that is not rebuilt."""
    text = message_of(error)
    if isinstance(text, Message) and text.template == WITH_FIX and text.values["step"] == REBUILD:
        return Message("{fault}.", fault=text.values["fault"])
    return text


def message_to_json(text: Value) -> Any:
    """Return a value as JSON can hold it: a message is a list of its template and values, other values stay."""
    if isinstance(text, Message):
        return [text.template, {name: message_to_json(value) for name, value in text.values.items()}]
    return [message_to_json(part) for part in text] if isinstance(text, tuple) else text


def message_from_json(row: Any) -> str:
    """Return the text that `message_to_json` packed. Raises TypeError for anything else."""
    text = _value_from_json(row)
    if not isinstance(text, str):
        raise TypeError("this is no text")
    return text


def count(number: int, noun: str, format_spec: str = "") -> str:
    """Return a number with its English noun: "1 source", "2 sources"; with the format "," also "1,540 passages"."""
    return f"{number:{format_spec}} {noun}" if number == 1 else f"{number:{format_spec}} {noun}s"


def _value_from_json(row: Any) -> Value:
    if isinstance(row, str | int | float):
        return row
    if not isinstance(row, list):
        raise TypeError("this is no value of a phrase")
    if len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict):
        return Message(row[0], **{str(name): _value_from_json(value) for name, value in row[1].items()})
    return tuple(message_from_json(part) for part in row)


def _to_english(value: Value) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
