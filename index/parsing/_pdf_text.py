"""Lines of a PDF joined into text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

__all__ = ["join_lines"]

HYPHENATED = re.compile(r"[^\W\d_]{2,}-$")


def join_lines(lines: Sequence[str], words: Mapping[str, int]) -> str:
    """Return lines as one, with words that were hyphenated at a line's end made whole.

    `words` counts the words of the document in lower case: a hyphen that a word has within lines, too, is its own.
    """
    text = lines[0]
    for line in lines[1:]:
        if not HYPHENATED.search(text) or not line[:1].isalnum():
            ends_in_hyphen = re.search(r"\w-$", text) and line[:1].isalnum()
            text = f"{text}{line}" if ends_in_hyphen else f"{text} {line}"
        else:
            text = f"{text[:-1]}{line}" if _is_one_word(text, line, words) else f"{text}{line}"
    return text


def _is_one_word(text: str, line: str, words: Mapping[str, int]) -> bool:
    first, second = text.split()[-1].lower().strip("([“\"'"), line.split()[0].lower().strip(".,;:)]”\"'")
    with_hyphen, without = words.get(first + second, 0), words.get(first[:-1] + second, 0)
    if with_hyphen != without:
        return without > with_hyphen
    return line[:1].islower() and "-" not in first[:-1]
