"""Two sentences that give different values for the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from index.answering._span_context import CharSpan, SpanContext
from index.answering.spans import find_span
from index.domain.answers import Hit
from index.domain.documents import Document
from index.text.proper_nouns import find_names
from index.text.quantities import Quantity, find_dates, find_numbers
from index.text.tokens import STOP_WORDS, content_stems, stem

__all__ = ["find_conflict"]

NEAREST = 8
"""Of so many best hits one may contradict the best."""

ALIKE = 0.5
"""Two sentences speak of the same thing where at least this share of the topic words of the shorter one, the values
and the question's words left out, stands in the other too, or where neither has such words."""

ROUND = re.compile(
    r"\b(about|around|roughly|approximately|nearly|almost|over|under|more|less|least|most|up to)\b", re.I
)


def find_conflict(question: str, hits: Sequence[Hit], documents: Mapping[str, Document]) -> tuple[Hit, Hit] | None:
    """The best hit and one that gives another number or date for what is asked, the newer source first.

    None where there is no such hit. Both sentences must hold every topic word of the question (a value stands for the
    word that asks for it), name the same names before the value and no other time, count the same unit, and be alike
    in their other words.
    """
    kind = SpanContext(question, "").kind
    first = _value(question, hits[0], kind) if hits else None
    if first is None:
        return None
    for hit in hits[1:NEAREST]:
        other = _value(question, hit, kind)
        if (
            other
            and _differ(first, other, hits[0], hit)
            and _same_thing(question, (hits[0], first), (hit, other), kind)
        ):
            return _newest_first(hits[0], hit, documents)
    return None


def _value(question: str, hit: Hit, kind: str) -> Quantity | None:
    """The number or date in a hit that answers, where the hit's own words meet the question's."""
    text = hit.passage.text
    place = find_span(question, text)
    if place is None or hit.passage.kind == "field":
        return None
    found = [at for at in (find_dates(text) if kind == "time" else find_numbers(text)) if _within(at, place)]
    wanted = {word for word in content_stems(question) if word not in _units(question, found)}
    return found[0] if len(found) == 1 and wanted and wanted <= set(content_stems(text)) else None


def _within(at: Quantity, place: CharSpan) -> bool:
    return place[0] <= at.start < place[1]


def _units(question: str, found: Sequence[Quantity]) -> set[str]:
    """Question words that only name the kind of value: "year" in "which year"."""
    kinds = {stem(word) for word in ("year", "date", "day", "month", "century", "number", "percentage", "long")}
    return kinds - {word for at in found for word in at.unit}


def _differ(one: Quantity, two: Quantity, first: Hit, second: Hit) -> bool:
    """Whether no reading makes both true: the same to the digits given, a date that says more, about so many."""
    if one.kind != two.kind or one.unit[-1:] != two.unit[-1:]:
        return False
    if one.kind == "date":
        parts = [_split(one.value), _split(two.value)]
        return any(a and b and a != b for a, b in zip(*parts, strict=True))
    texts = [hit.passage.text[at.start : at.end] for hit, at in ((first, one), (second, two))]
    if any(ROUND.search(text) for text in texts):
        return False
    digits = min(len(re.sub(r"\D|0+\b", "", text)) or 1 for text in texts)
    return f"{one.value:.{digits - 1}e}" != f"{two.value:.{digits - 1}e}"


def _split(value: float) -> tuple[int, int, int]:
    whole = int(value)
    return whole // 10_000, whole // 100 % 100, whole % 100


def _same_thing(question: str, one: tuple[Hit, Quantity], two: tuple[Hit, Quantity], kind: str) -> bool:
    asked = set(content_stems(question))
    named = [_names_before(hit, at) - asked for hit, at in (one, two)]
    times = (
        [{at.value for at in find_dates(hit.passage.text)} for hit, _ in (one, two)]
        if kind != "time"
        else [set(), set()]
    )
    if named[0] != named[1] or times[0] != times[1]:
        return False
    rest = [_rest(hit, at) - asked for hit, at in (one, two)]
    least = min(len(words) for words in rest)
    return len(rest[0] & rest[1]) >= ALIKE * least


def _names_before(hit: Hit, value: Quantity) -> set[str]:
    """Stems of the names that stand before the value: what it is said of."""
    text = hit.passage.text
    found = [text[at.start : at.end] for at in find_names(text) if at.start < value.start]
    return {word for name in found for word in content_stems(name) if not word[0].isdigit()}


def _rest(hit: Hit, value: Quantity) -> set[str]:
    text = hit.passage.text
    words = content_stems(f"{text[: value.start]} {text[max(value.end, value.unit_end) :]}")
    return {word for word in words if word not in STOP_WORDS and not word[0].isdigit()}


def _newest_first(one: Hit, two: Hit, documents: Mapping[str, Document]) -> tuple[Hit, Hit]:
    return (two, one) if _dated(two, documents) > _dated(one, documents) else (one, two)


def _dated(hit: Hit, documents: Mapping[str, Document]) -> date:
    """The day the front matter gives, the first of all days where it gives none."""
    metadata = documents[hit.passage.document_id].metadata
    for name in ("updated", "date", "published"):
        try:
            return date.fromisoformat(metadata.get(name, "")[:10])
        except ValueError:
            continue
    return date.min
