"""Extract the words of a quoted sentence that answer a question; nothing if it is not clear which do."""

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

MARKUP = re.compile(r"[*`|<>\[\]\\]|\n\s*\n|(?<!\w)_|_(?!\w)")
"""Markup within the words: then they cannot be shown as they are."""

LABEL_AND_VALUE = 2
"""Cells of a row with one value: its name and that value."""

EACH = re.compile(r"\b(?:does|do|did|is|are|was|were|has|have|of|for|in|by) (?:each|every)\b", re.IGNORECASE)
"""A question about each of several things: the words of one sentence are not all of the answer."""


def find_span(question: QuestionAnalysis, text: str) -> CharSpan | None:
    """Return the characters of a text that answer a question; None if it is not clear which do."""
    context = SpanContext(question, text)
    span = next((span for rule in RULES[question.leading_kind] if (span := rule(context))), None)
    return span if span and span[1] - span[0] <= LONGEST else None


def figure_belongs_to_other(question: QuestionAnalysis, hits: Sequence[Hit]) -> bool:
    """Return whether the number that the best hit gives is clearly one of another name.

    Then it is no answer. The sentence before the hit is read as well.
    """
    if not hits or question.leading_kind != "number":
        return False
    passage = hits[0].passage
    texts = (passage.text, f"{passage.before} {passage.reading}")
    return any(find_span(question, text) for text in texts) and _belongs_to_other(question, passage)


def extract_short_answer(
    question: QuestionAnalysis,
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
) -> ShortAnswer | None:
    """Return the words of the best hit that answer, within the citation that holds them.

    None if it is not clear which words answer, if they are said of another name, or if the question asks about each
    of several things.
    """
    if not hits or EACH.search(question.text):
        return None
    passage = hits[0].passage
    span = None if _has_several_values(passage) else find_span(question, passage.text)
    if span is None or _belongs_to_other(question, passage):
        return None
    return make_short_answer(passage, span, citations, documents)


def make_short_answer(
    passage: Passage, span: CharSpan, citations: Sequence[Citation], documents: Mapping[str, Document]
) -> ShortAnswer | None:
    """Return these characters of a passage as a short answer within the citation that holds them.

    None if they cannot be shown as they are: they hold markup or broken characters, or are too long.
    """
    document, words = documents[passage.document_id], passage.text[slice(*span)]
    if MARKUP.search(words) or fix_mojibake(words) != words or len(words) > LONGEST:
        return None
    start, end = passage.start + span[0], passage.start + span[1]
    for citation in citations:
        if citation.source == document.source and citation.start <= start and end <= citation.end:
            return ShortAnswer(document.text[start:end], citation.source, start, end, citation.number)
    return None


def _belongs_to_other(question: QuestionAnalysis, passage: Passage) -> bool:
    owner = question.name_stems
    return bool(owner) and belongs_to_other(passage, owner, set(question.stems) - owner - question.number_stems)


def _has_several_values(passage: Passage) -> bool:
    """Return whether it is a row of several values: the words beside one do not tell which is asked for."""
    return passage.kind == "row" and len(split_cells(passage.before, passage.reading)) > LABEL_AND_VALUE
