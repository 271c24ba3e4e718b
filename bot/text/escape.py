"""Escaping and shortening of text from sources and users for Discord messages."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

import regex

__all__ = [
    "BOLD",
    "ELLIPSIS",
    "LINE_BREAK",
    "block_quote",
    "embolden",
    "escape",
    "fit",
    "fit_around_bold",
    "fold",
    "utf16_length",
]

ELLIPSIS = "…"

LINE_BREAK = "\ue000"
"""Stands for a line break in folded text."""

BOLD = "**"

MAX_CLUSTER = 32
"""Characters of one grapheme cluster; a longer one is cut."""

# Controls, surrogates, bidirectional marks and overrides, invisible fillers and tags: they show nothing, or reorder the
# text.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# Joiners and non-joiners belong to Persian, Hindi and emoji; beside ASCII, white space or an end they do nothing.
_IDLE_JOINER = re.compile(
    "(?<![^\x00-\x7f\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\\s\u200c\u200d])"
)

# Discord's servers find a mention of everyone even behind a backslash, so a zero-width space breaks it. Everything else
# gets a backslash, which is not shown: text that a member copies stays as it was.
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[\\*_~`|<>\[\]/]|(?<=<)[@#]|(?<=\])\(|:(?=\S)|(?<=<id):")
_LINE_START = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+#]))")

_CLUSTER = regex.compile(r"\X")

_WORD_ENDS = re.compile(r"(?<=\S) ")


def fold(text: str) -> str:
    """Return `text` on one line, with white space collapsed and characters that hide or reorder text removed."""
    return " ".join(_IDLE_JOINER.sub("", _HIDDEN.sub("", text)).split())


def escape(line: str) -> str:
    """Return a folded line without working Markdown, links, mentions, emoji or invites."""
    escaped = _LINE_START.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", line))
    return _EVERYONE.sub("@\u200b", escaped)


def fit(text: str, room: int) -> str:
    """Return `text` folded and escaped in at most `room` UTF-16 units.

    A longer text is cut between words, and ends with an ellipsis.
    """
    line = fold(text)
    if utf16_length(line) <= room and utf16_length(escaped := escape(line)) <= room:
        return escaped
    head = line[: max(room, 0)]
    by_word = _longest(head, [match.start() for match in _WORD_ENDS.finditer(head)], " " + ELLIPSIS, room)
    by_character = _longest(head, list(_cluster_ends(head)), ELLIPSIS, room)
    # One endless word, or a script without spaces, is cut between grapheme clusters instead.
    return by_word if 2 * utf16_length(by_word) >= utf16_length(by_character) else by_character


def embolden(text: str, bold: tuple[int, int] | None) -> str:
    """Return `text` folded and escaped, with a span of the folded text in bold; not cut."""
    line = fold(text)
    if bold is None or not line[slice(*bold)].strip() or LINE_BREAK in line[slice(*bold)]:
        return escape(line)
    parts = [escape(part) for part in (line[: bold[0]], line[slice(*bold)], line[bold[1] :])]
    # If the marks would split a mention or a link, and so change how it is escaped, nothing is bold.
    return BOLD.join(parts) if "".join(parts) == escape(line) else escape(line)


def fit_around_bold(text: str, bold: tuple[int, int] | None, room: int) -> str:
    """Return `text` emboldened in at most `room` UTF-16 units.

    A longer text is cut between words on both sides of the bold span, with an ellipsis for what is left out.
    """
    line = fold(text)
    if utf16_length(whole := embolden(line, bold)) <= room:
        return whole
    if bold is None:
        return fit(line, room)

    def cut(width: int) -> str:
        start, stop = _widen_to_words(line, bold[0] - width, bold[1] + width, bold)
        before, after = f"{ELLIPSIS} " if start else "", f" {ELLIPSIS}" if stop < len(line) else ""
        return before + embolden(line[start:stop], (bold[0] - start, bold[1] - start)) + after

    widths = range(len(line))
    fitting = bisect.bisect_right(widths, room, key=lambda width: utf16_length(cut(width)))
    return cut(widths[fitting - 1]) if fitting else fit(line, room)


def block_quote(opening: str, escaped: str) -> str:
    """Return escaped text as a block quote after an opening on its first line, each `LINE_BREAK` a new line of it."""
    first, *others = escaped.split(LINE_BREAK)
    return "\n> ".join([f"> {opening}{first}".rstrip(), *(_LINE_START.sub(r"\1\\", line.strip()) for line in others)])


def _widen_to_words(line: str, start: int, stop: int, kept: tuple[int, int]) -> tuple[int, int]:
    """Return the word boundaries nearest to start and stop that lie between them and the kept span."""
    starts = [0, *(match.end() for match in _WORD_ENDS.finditer(line, 0, kept[0]))]
    stops = [*(match.start() for match in _WORD_ENDS.finditer(line, kept[1])), len(line)]
    first = next((boundary for boundary in starts if boundary >= start), kept[0])
    last = next((boundary for boundary in reversed(stops) if boundary <= stop), kept[1])
    return min(first, kept[0]), max(last, kept[1])


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units: never less than Discord counts, however it counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _longest(line: str, ends: list[int], mark: str, room: int) -> str:
    """Return the longest beginning of `line` that fits with `mark` after it; an ellipsis alone if none does."""
    fitting = bisect.bisect_right(ends, room, key=lambda end: utf16_length(escape(line[:end] + mark)))
    return escape(line[: ends[fitting - 1]] + mark) if fitting else ELLIPSIS


def _cluster_ends(line: str) -> Iterator[int]:
    """Return where `line` may be cut without splitting an accent, a joined emoji or a flag."""
    for cluster in _CLUSTER.finditer(line):
        yield from range(cluster.start() + MAX_CLUSTER, cluster.end(), MAX_CLUSTER)
        yield cluster.end()
