"""Words of a PDF joined into text, and lines into paragraphs; what is set small above or below a line is kept apart."""

from __future__ import annotations

import re
import statistics
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from index.parsing._pdf_words import WORD_GAP, Word
from index.text.notation import subscript, superscript

__all__ = ["SMALL", "is_raised", "join_lines", "join_words", "main_base", "main_size", "without_leaders"]

SMALL = 0.85
"""A superscript or subscript is at most so large as the letters beside it."""

MARKS = re.compile(r"(?:\d{1,3}|[*†‡§¶‖a-z])(?:\s*,\s*(?:\d{1,3}|[*†‡§¶‖a-z]))*")
POWER = re.compile(r"(?:^|[^\w.])(?:10|[a-zA-Z]|[kcmdµ]?m|kg|s|ha|CO|H)$|\)$")
"""What a small figure is a power of, or counts: "10³", "km²", "x²"."""
LEADER = re.compile(r"[.…·]+")
HYPHENATED = re.compile(r"[^\W\d_]{2,}-$")


def join_words(words: Sequence[Word], marks: Collection[str] = ()) -> str:
    """Return words as text: apart where white space is between them; small ones above or below the line as such."""
    size, base = main_size(words), main_base(words)
    first, *others = _without_letter_spacing(words)
    text, previous = first.text, first
    for word in others:
        if is_raised(word, size, base):
            text += _raised(word.text, text, marks)
        elif _is_lowered(word, size, base) and not word.spaced:
            text += subscript(word.text)
        elif not word.spaced and word.x0 - previous.x1 < WORD_GAP * max(word.size, previous.size):
            text += word.text
        else:
            text += f" {word.text}"
        previous = word
    return text


def _raised(small: str, text: str, marks: Collection[str]) -> str:
    """Return what a superscript adds to the text before it: nothing if it is the mark of a footnote on the page."""
    is_power = bool(POWER.search(text)) and small[:1].isdigit()
    if not is_power and MARKS.fullmatch(small) and all(mark in marks for mark in re.findall(r"\d+|[^\s,]", small)):
        return ""
    return superscript(small)


def is_raised(word: Word, size: float, base: float) -> bool:
    """Return whether a word is small and stands above the line of others, of that size and on that base."""
    return word.size <= SMALL * size and base - word.base > 0.18 * size


def _is_lowered(word: Word, size: float, base: float) -> bool:
    return word.size <= SMALL * size and word.base - base > 0.08 * size


def main_size(words: Sequence[Word]) -> float:
    """Return the size of most letters."""
    first = words[0].size
    if all(word.size == first for word in words):
        return first
    letters: dict[float, int] = {}
    for word in words:
        letters[word.size] = letters.get(word.size, 0) + len(word.text)
    return max(letters, key=lambda size: (letters[size], size))


def main_base(words: Sequence[Word]) -> float:
    """Return the line that most of the large words stand on."""
    first = words[0].base
    if all(word.base == first for word in words):
        return first
    size = main_size(words)
    return statistics.median_low([word.base for word in words if word.size >= 0.9 * size])


def without_leaders(words: Sequence[Word]) -> Sequence[Word]:
    """Return words without the row of dots between an entry and its page number in a table of contents."""
    dots = sum(len(word.text) for word in words if LEADER.fullmatch(word.text))
    return (dots > 3 and [word for word in words if not LEADER.fullmatch(word.text)]) or words


def _without_letter_spacing(words: Sequence[Word]) -> Sequence[Word]:
    """Return words whose letters were set apart, such as "N O T E S", as whole words."""
    if len(words) < 5 or sum(len(word.text) == 1 and word.text.isalnum() for word in words) < 0.8 * len(words):
        return words
    gaps = sorted(after.x0 - word.x1 for word, after in pairwise(words))
    usual = gaps[len(gaps) // 3]
    if usual <= 0 or gaps[len(gaps) * 2 // 3] > 1.5 * usual:
        return words
    merged = [words[0]]
    for word in words[1:]:
        last = merged[-1]
        if word.x0 - last.x1 < 1.6 * usual:
            text = last.text + word.text
            merged[-1] = Word(text, last.x0, word.x1, last.base, last.size, last.bold, last.spaced, last.order)
        else:
            merged.append(
                Word(word.text, word.x0, word.x1, word.base, word.size, word.bold, spaced=True, order=word.order)
            )
    return merged


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
