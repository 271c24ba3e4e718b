"""The words within a quoted sentence that answer a question, where it is plain which they are; else nothing.

A number, date or name of the kind asked for: rather nothing than the wrong words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.answering._attribution import belongs_to_other
from index.answering._span_context import CharSpan, SpanContext
from index.answering._span_rules import RULES
from index.domain.answers import Citation, Hit, ShortAnswer
from index.domain.documents import Document, Passage
from index.text.normalize import fix_mojibake
from index.text.questions import QuestionAnalysis
from index.text.tables import split_cells

__all__ = ["extract_short_answer", "figure_belongs_to_other", "find_span", "make_short_answer"]

LONGEST = 100
"""Characters of a short answer; a longer one is no shorter than the sentence."""

MARKS = re.compile(r"[*`|<>\[\]\\]|\n\s*\n|(?<!\w)_|_(?!\w)")
"""Markup within: then the words cannot be shown as they stand."""

TWO = 2
"""Cells of a row with one value: its name, and that."""

EACH = re.compile(r"\b(?:does|do|did|is|are|was|were|has|have|of|for|in|by) (?:each|every)\b", re.IGNORECASE)
"""A question about each of several things: the words of one sentence are not all of the answer."""


def find_span(question: str, text: str) -> CharSpan | None:
    """Where in `text` the question's answer stands, None where that is not plain."""
    scene = SpanContext(question, text)
    found = next((place for rule in RULES[scene.kind] if (place := rule(scene))), None)
    return found if found and found[1] - found[0] <= LONGEST else None


def figure_belongs_to_other(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a number is asked for and the one in the best hit, or before it, is plainly of another name: then it
    is no answer."""
    if not hits or SpanContext(question, "").kind != "number":
        return False
    passage = hits[0].passage
    texts = (passage.text, f"{passage.before} {passage.reading}")
    return any(find_span(question, text) for text in texts) and _of_another(question, passage)


def _of_another(question: str, passage: Passage) -> bool:
    asked = QuestionAnalysis.of(question)
    owner = asked.having("name")
    return bool(owner) and belongs_to_other(passage, owner, set(asked.stems) - owner - asked.having("number"))


def extract_short_answer(
    question: str,
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
) -> ShortAnswer | None:
    """The words that answer in the best hit, from the citation that holds them; None where it is not plain, they
    are told of another name, or the question asks of each of several."""
    if EACH.search(question) or not hits:
        return None
    place = None if _wide(hits[0].passage) else find_span(question, hits[0].passage.text)
    if place is None or _of_another(question, hits[0].passage):
        return None
    return make_short_answer(hits[0].passage, place, citations, documents)


def _wide(passage: Passage) -> bool:
    """Whether it is a row of several values: beside which words one stands says nothing of which is asked for."""
    return passage.kind == "row" and len(split_cells(passage.before, passage.reading)) > TWO


def make_short_answer(
    passage: Passage, place: CharSpan, citations: Sequence[Citation], documents: Mapping[str, Document]
) -> ShortAnswer | None:
    """The characters `place` of a passage's text, from the citation that holds them; None where they cannot be shown as
    they stand."""
    document, words = documents[passage.document_id], passage.text[slice(*place)]
    if MARKS.search(words) or fix_mojibake(words) != words or len(words) > LONGEST:
        return None
    start, end = passage.start + place[0], passage.start + place[1]
    for at in citations:
        if at.source == document.source and at.start <= start and end <= at.end:
            return ShortAnswer(document.text[start:end], at.source, start, end, at.number)
    return None
