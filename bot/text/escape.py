"""Text from sources and users, made harmless for a Discord message, and cut to size."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator

__all__ = ["BOLD", "ELLIPSIS", "embolden", "escape", "fit", "fit_around_bold", "fold", "utf16_length"]

ELLIPSIS = "…"

BOLD = "**"

LONGEST_CLUSTER = 32
"""How many characters one visible character may take before a cut goes through it."""

# Controls, surrogates, bidirectional marks and overrides, invisible fillers and tags: they show nothing, or show the
# text in another order than it has.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# A joiner or non-joiner spells Persian, Hindi and emoji; beside ASCII, white space or an end it spells nothing.
_IDLE_JOINER = re.compile(
    "(?<![^\x00-\x7f\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\\s\u200c\u200d])"
)

# A mention of everyone is found by Discord's servers even behind a backslash, so it is broken by a zero-width space.
# A backslash, which is not shown, serves for everything else: what a member copies stays as it was.
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[\\*_~`|<>\[\]/]|(?<=<)[@#]|(?<=\])\(|:(?=\S)|(?<=<id):")
_LINE_START = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+#]))")

_WORD_ENDS = re.compile(r"(?<=\S) ")


def fold(text: str) -> str:
    """`text` on one line, white space folded, without characters that hide or reorder what is read."""
    return " ".join(_IDLE_JOINER.sub("", _HIDDEN.sub("", text)).split())


def escape(line: str) -> str:
    """One folded line that Discord shows as it stands: no Markdown, link, mention, emoji or invite is left in it."""
    escaped = _LINE_START.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", line))
    return _EVERYONE.sub("@\u200b", escaped)


def fit(text: str, room: int) -> str:
    """`text` folded and escaped in at most `room` units, cut between words with an ellipsis where it is too long."""
    line = fold(text)
    if utf16_length(line) <= room and utf16_length(escaped := escape(line)) <= room:
        return escaped
    head = line[: max(room, 0)]
    by_word = _longest(head, [match.start() for match in _WORD_ENDS.finditer(head)], " " + ELLIPSIS, room)
    by_character = _longest(head, list(_cluster_ends(head)), ELLIPSIS, room)
    # One endless word, or a script that has no spaces, is cut between characters instead.
    return by_word if 2 * utf16_length(by_word) >= utf16_length(by_character) else by_character


def embolden(text: str, bold: tuple[int, int] | None) -> str:
    """`text` folded and escaped, with these characters of the folded text in bold; not cut."""
    line = fold(text)
    if bold is None or not line[slice(*bold)].strip():
        return escape(line)
    parts = [escape(part) for part in (line[: bold[0]], line[slice(*bold)], line[bold[1] :])]
    # What the marks would cut in two (a mention, a link) is escaped as a whole or not at all: then nothing is bold.
    return BOLD.join(parts) if "".join(parts) == escape(line) else escape(line)


def fit_around_bold(text: str, bold: tuple[int, int] | None, room: int) -> str:
    """`text` emboldened in at most `room` units; one that is too long is cut between words, on both sides of what is
    bold, with an ellipsis where something is left out."""
    line = fold(text)
    if utf16_length(whole := embolden(line, bold)) <= room:
        return whole
    if bold is None:
        return fit(line, room)

    def cut(width: int) -> str:
        start, stop = _between_words(line, bold[0] - width, bold[1] + width, bold)
        before, after = f"{ELLIPSIS} " if start else "", f" {ELLIPSIS}" if stop < len(line) else ""
        return before + embolden(line[start:stop], (bold[0] - start, bold[1] - start)) + after

    widths = range(len(line))
    fitting = bisect.bisect_right(widths, room, key=lambda width: utf16_length(cut(width)))
    return cut(widths[fitting - 1]) if fitting else fit(line, room)


def _between_words(line: str, start: int, stop: int, kept: tuple[int, int]) -> tuple[int, int]:
    """The places nearest to start and stop, towards what is kept, where a word begins or ends."""
    starts = [0, *(match.end() for match in _WORD_ENDS.finditer(line, 0, kept[0]))]
    stops = [*(match.start() for match in _WORD_ENDS.finditer(line, kept[1])), len(line)]
    first = next((at for at in starts if at >= start), kept[0])
    last = next((at for at in reversed(stops) if at <= stop), kept[1])
    return min(first, kept[0]), max(last, kept[1])


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: never less than Discord counts, whichever way it counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _longest(line: str, ends: list[int], mark: str, room: int) -> str:
    """The longest of the beginnings of `line` that fits with `mark` after it; an ellipsis alone if none does."""
    fitting = bisect.bisect_right(ends, room, key=lambda end: utf16_length(escape(line[:end] + mark)))
    return escape(line[: ends[fitting - 1]] + mark) if fitting else ELLIPSIS


def _cluster_ends(line: str) -> Iterator[int]:
    """Where `line` may be cut without taking an accent, a joined emoji or a flag apart."""
    since = 0
    for place in range(1, len(line)):
        since += 1
        if since >= LONGEST_CLUSTER or not _joined(line[place - 1], line[place]):
            since = 0
            yield place
    if line:
        yield len(line)


def _joined(before: str, after: str) -> bool:
    """Whether two characters are parts of one visible character."""
    if before == "\u200d" or after == "\u200d" or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return True
    skin_tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    return skin_tone or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
