"""Contradictions: two sentences that give different values for the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from index.answering.spans import find_span
from index.domain.answers import Hit
from index.domain.documents import Document
from index.text.proper_nouns import find_names
from index.text.quantities import Quantity, find_dates, find_numbers
from index.text.questions import QuestionAnalysis
from index.text.tokens import STOP_WORDS, content_stems, stem

__all__ = ["find_conflict"]

MOST_COMPARED = 8
"""How many of the best hits are compared with the first."""

MIN_OVERLAP = 0.5
"""Two sentences are about the same thing if the other one holds at least this share of the topic words of the shorter
one, values and question words left out, or if neither has such words."""

ROUNDED = re.compile(
    r"\b(about|around|roughly|approximately|nearly|almost|over|under|more|less|least|most|up to)\b", re.I
)


def find_conflict(
    question: QuestionAnalysis, hits: Sequence[Hit], documents: Mapping[str, Document]
) -> tuple[Hit, Hit] | None:
    """Return the best hit and one that gives another number or date for what is asked, the newer source first.

    None if there is no such hit. Both sentences must hold every topic word of the question (a value stands for the
    word that asks for it), name the same names before the value and no other time, count the same unit, and be alike
    in their other words.
    """
    kind = question.leading_kind
    first = _value(question, hits[0], kind) if hits else None
    if first is None:
        return None
    for hit in hits[1:MOST_COMPARED]:
        other = _value(question, hit, kind)
        if (
            other
            and _differ(first, other, hits[0], hit)
            and _same_thing(question, (hits[0], first), (hit, other), kind)
        ):
            return _newest_first(hits[0], hit, documents)
    return None


def _value(question: QuestionAnalysis, hit: Hit, kind: str) -> Quantity | None:
    """Return the number or date in a hit that answers, if the hit's own words hold the question's."""
    text = hit.passage.text
    span = find_span(question, text)
    if span is None or hit.passage.kind == "field":
        return None
    quantities = find_dates(text) if kind == "time" else find_numbers(text)
    values = [quantity for quantity in quantities if span[0] <= quantity.start < span[1]]
    wanted = set(question.stems) - _kind_stems(values)
    return values[0] if len(values) == 1 and wanted and wanted <= set(content_stems(text)) else None


def _kind_stems(values: Sequence[Quantity]) -> set[str]:
    """Return stems of words that only name the kind of value: "year" in "which year"."""
    kinds = {stem(word) for word in ("year", "date", "day", "month", "century", "number", "percentage", "long")}
    return kinds - {word for quantity in values for word in quantity.unit}


def _differ(value: Quantity, other: Quantity, hit: Hit, other_hit: Hit) -> bool:
    """Return whether two values exclude each other: not if one is rounded, or is the same date in more detail."""
    if value.kind != other.kind or value.unit[-1:] != other.unit[-1:]:
        return False
    if value.kind == "date":
        parts = [_date_parts(value.value), _date_parts(other.value)]
        return any(a and b and a != b for a, b in zip(*parts, strict=True))
    texts = [hit.passage.text[value.start : value.end], other_hit.passage.text[other.start : other.end]]
    if any(ROUNDED.search(text) for text in texts):
        return False
    digits = min(len(re.sub(r"\D|0+\b", "", text)) or 1 for text in texts)
    return f"{value.value:.{digits - 1}e}" != f"{other.value:.{digits - 1}e}"


def _date_parts(value: float) -> tuple[int, int, int]:
    number = int(value)
    return number // 10_000, number // 100 % 100, number % 100


def _same_thing(
    question: QuestionAnalysis, candidate: tuple[Hit, Quantity], other: tuple[Hit, Quantity], kind: str
) -> bool:
    question_stems = set(question.stems)
    names = [_names_before(hit, value) - question_stems for hit, value in (candidate, other)]
    times = (
        [{date.value for date in find_dates(hit.passage.text)} for hit, _ in (candidate, other)]
        if kind != "time"
        else [set(), set()]
    )
    if names[0] != names[1] or times[0] != times[1]:
        return False
    other_words = [_other_words(hit, value) - question_stems for hit, value in (candidate, other)]
    fewest = min(len(words) for words in other_words)
    return len(other_words[0] & other_words[1]) >= MIN_OVERLAP * fewest


def _names_before(hit: Hit, value: Quantity) -> set[str]:
    """Return stems of the names before the value, its subject."""
    text = hit.passage.text
    names = [text[name.start : name.end] for name in find_names(text) if name.start < value.start]
    return {word for name in names for word in content_stems(name) if not word[0].isdigit()}


def _other_words(hit: Hit, value: Quantity) -> set[str]:
    text = hit.passage.text
    words = content_stems(f"{text[: value.start]} {text[max(value.end, value.unit_end) :]}")
    return {word for word in words if word not in STOP_WORDS and not word[0].isdigit()}


def _newest_first(hit: Hit, other: Hit, documents: Mapping[str, Document]) -> tuple[Hit, Hit]:
    return (other, hit) if _date_of(other, documents) > _date_of(hit, documents) else (hit, other)


def _date_of(hit: Hit, documents: Mapping[str, Document]) -> date:
    """Return the date in the front matter, else `date.min`."""
    metadata = documents[hit.passage.document_id].metadata
    for name in ("updated", "date", "published"):
        try:
            return date.fromisoformat(metadata.get(name, "")[:10])
        except ValueError:
            continue
    return date.min
