"""Draft sentences from whatever a language model wrote: any JSON value, or prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from index.text.normalize import collapse_whitespace, strip_hidden

__all__ = [
    "MAX_SENTENCES",
    "DraftSentence",
    "draft_of",
    "drafts_of_prose",
    "letters_and_digits",
    "values_of",
    "without_thoughts",
]

MAX_SENTENCES = 40
"""Sentences that are read of an output."""

MAX_TEXT = 1_000
"""Characters of a sentence; a longer one is not read."""

MAX_QUOTE = 2_000
"""Characters of a quotation; a longer one is not read."""

MAX_EVIDENCE = 8
"""Quotations that are read of a sentence."""

MAX_NUMBER = 99_999

MAX_REPAIRED = 16_000
"""Characters of broken JSON that are repaired; some take a time by the square of them."""

MAX_DEPTH = 4
"""Lists and objects around a sentence, its own included, below which nothing is looked for."""

_MARKERS = re.compile(r"\s*[\[【](\d{1,5}(?:\s*[,;]\s*\d{1,5})*)[\]】]")
_NEST = re.compile(r"(?:[\[{(]\s*){20}")
"""Brackets in a row that no output needs, and whose repair takes long."""

_LINE_MARK = re.compile(r"^(?:[-*+•>#]+\s+|\d{1,3}[.)]\s+|```\w*)+")


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence that a language model wrote, not checked yet.

    Attributes
    ----------
    evidence : tuple of (int, str)
        The numbers of the windows that it is said to rest on, each with the words there; empty words: any of them.
    english : str
        The sentence in English if it is in another language, else empty.
    """

    text: str
    evidence: tuple[tuple[int, str], ...]
    english: str = ""


def draft_of(value: object) -> DraftSentence | None:
    """Return the sentence of a JSON value; None if it holds none that can be read."""
    if not isinstance(value, dict):
        return None
    written = _clean(value.get("text"))
    text = collapse_whitespace(_MARKERS.sub("", written))
    if not text or len(text) > MAX_TEXT:
        return None
    evidence = _evidence(value.get("evidence")) or _marked(written)
    english = collapse_whitespace(_MARKERS.sub("", _clean(value.get("english"))))
    return DraftSentence(text, evidence, "" if english == text or len(english) > MAX_TEXT else english)


def drafts_of_prose(text: str) -> Iterator[DraftSentence]:
    """Yield the sentences of plain text that name their windows by markers such as "[1]", without quotations."""
    import sentencex

    for line in _clean(text, whole_lines=True).splitlines():
        for sentence in sentencex.segment("en", _LINE_MARK.sub("", line.strip())):
            if evidence := _marked(sentence):
                yield from filter(None, [draft_of({"text": sentence, "evidence": [number for number, _ in evidence]})])


def values_of(text: str) -> list[object]:
    """Return the objects that may be sentences in broken JSON."""
    import json_repair

    text = text[:MAX_REPAIRED]
    if _NEST.search(text):
        return []
    try:
        return list(islice(_sentences(json_repair.loads(text), MAX_DEPTH), 10 * MAX_SENTENCES))
    except (ValueError, RecursionError):
        return []


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a text in lower case, by which two ways to write the same are equal."""
    return "".join(filter(str.isalnum, text)).casefold()


def without_thoughts(text: str) -> str:
    """Return an output without the thoughts that some models write before it; nothing while these go on."""
    return text.partition("</think>")[2] if text.lstrip().startswith("<think>") else text


def _sentences(value: object, depth: int) -> Iterator[object]:
    """Yield the objects with a text in a JSON value."""
    if isinstance(value, dict) and "text" in value:
        yield value
    elif depth and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _sentences(inner, depth - 1)


def _evidence(value: object) -> tuple[tuple[int, str], ...]:
    """Return the numbers and quotations of whatever stands for the evidence of a sentence."""
    found: list[tuple[int, str]] = []
    for item in islice(value if isinstance(value, list) else [value], MAX_EVIDENCE):
        if isinstance(item, dict):
            number, quotes = _number(item.get("number")), item.get("quote")
            for quote in islice(quotes if isinstance(quotes, list) else [quotes], MAX_EVIDENCE):
                words = collapse_whitespace(_clean(quote))
                if number is not None and len(words) <= MAX_QUOTE:
                    found.append((number, words))
        elif (number := _number(item)) is not None:
            found.append((number, ""))
    return tuple(dict.fromkeys(found))[:MAX_EVIDENCE]


def _number(value: object) -> int | None:
    """Return the number of a window, also from "1", "[1]" or 1.0."""
    if isinstance(value, str):
        digits = value.strip().strip("[]【】()#. ")
        value = int(digits) if len(digits) <= 5 and digits.isascii() and digits.isdigit() else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= MAX_NUMBER else None


def _marked(text: str) -> tuple[tuple[int, str], ...]:
    """Return the windows named by markers in a text, without quotations."""
    numbers = [int(number) for found in _MARKERS.finditer(text) for number in re.findall(r"\d+", found[1])]
    return tuple((number, "") for number in dict.fromkeys(numbers) if number)[:MAX_EVIDENCE]


def _clean(value: object, *, whole_lines: bool = False) -> str:
    """Return a text without hidden characters and lone surrogates; empty if it is none."""
    if not isinstance(value, str):
        return ""
    text = strip_hidden(value)
    return text if whole_lines else collapse_whitespace(text)
