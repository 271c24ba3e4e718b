"""Whether an answer is right, in the terms of its question's kind."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from index.domain.answers import NO_QUESTION
from index.evaluation.questions import Expected, Question

__all__ = ["Outcome", "evidence_rank", "judge", "normalize", "word_f1"]


class Outcome(StrEnum):
    """What became of a question."""

    RIGHT = "right"
    FALSE = "false"
    """Answered although the sources don't say, or without the gold words or evidence."""
    SILENT = "silent"
    """Abstained although the sources answer."""
    MISTAKEN = "mistaken"
    """Small talk that was taken for a question that the sources do not answer."""


def judge(question: Question, answer: Mapping[str, Any]) -> Outcome:
    """Return the outcome of a question by its answer line.

    An answer to a question as members type it is right if the gold words are in it, in the short answer or in the
    first quotation; to one with gold spans, if one of the first three quotations overlaps them.
    """
    if answer["abstained"]:
        if question.answerable:
            return Outcome.SILENT
        is_mistaken = question.expected == Expected.CHAT and answer.get("why") != NO_QUESTION
        return Outcome.MISTAKEN if is_mistaken else Outcome.RIGHT
    holds_gold = _holds(question.gold, answer) if question.expected else evidence_rank(question, answer) < 3
    return Outcome.RIGHT if question.answerable and holds_gold else Outcome.FALSE


def evidence_rank(question: Question, answer: Mapping[str, Any]) -> int:
    """Return the index of the first quotation that overlaps gold, at least 3 if none does."""
    citations = answer.get("citations", [])
    ranks = (rank for rank, citation in enumerate(citations) if _overlaps_gold(question, citation))
    return next(ranks, len(citations) + 3)


def normalize(text: str) -> str:
    """Return text as SQuAD compares answers: lower case, no punctuation, no articles, single spaces."""
    unpunctuated = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", unpunctuated).split())


def word_f1(text: str, gold: str) -> float:
    """Return the harmonic mean of precision and recall of words, as SQuAD normalises them."""
    words, gold_words = Counter(normalize(text).split()), Counter(normalize(gold).split())
    if not words or not gold_words:
        return float(words == gold_words)
    shared = (words & gold_words).total()
    return 2 * shared / (words.total() + gold_words.total())


def _overlaps_gold(question: Question, citation: Mapping[str, Any]) -> bool:
    if citation["source"] != question.source:
        return False
    return any(citation["start"] < end and start < citation["end"] for start, end, _ in question.spans)


def _holds(gold: str, answer: Mapping[str, Any]) -> bool:
    short = answer.get("short_answer") or {}
    texts = [answer.get("answer"), short.get("text"), *(citation["quote"] for citation in answer["citations"][:1])]
    return any(_fold(gold) in _fold(text or "") for text in texts)


def _fold(text: str) -> str:
    """Return text in lower case with a space for all that is neither letter nor digit."""
    return " ".join("".join(character if character.isalnum() else " " for character in text.lower()).split())
