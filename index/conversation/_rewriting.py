"""Conversational query rewriting: what a follow-up asks after the turns before it: "and Maverick?", "why?".

By rules on words alone, for English. A question that stands on its own is not rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.conversation._antecedents import has_topic
from index.conversation._ellipsis import expand_fragment, expand_question_words, is_fragment, repeat_for_other
from index.conversation._grammar import LONGEST, is_clause, normalize_question, skip_opener
from index.conversation._pronouns import needs_antecedent, resolve_definites, resolve_pronouns, resolve_there
from index.domain.activity import Turn
from index.domain.answers import Answer
from index.text.tokens import tokenize

__all__ = ["answer_in_context", "rewrite_question"]

MOST = 3
"""Most rewritten forms of a question."""
LATER_PENALTY = 0.1
"""Confidence by which a rewritten question must be surer than the one before it."""
PART_OF = re.compile(r"(?:What|Who) (?:is|are) the ([a-z]+) of ")
CONTINUES = re.compile(r"\b(?:and|but|or|about|of|for|with)\b", re.IGNORECASE)


def rewrite_question(question: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the questions that a follow-up may stand for after these turns (oldest first), best first.

    At most 3; none if the question stands on its own.
    """
    return _rewrite(question, turns)[0]


def answer_in_context(ask: Callable[[str], Answer], question: str, turns: Sequence[Turn]) -> Answer:
    """Return the best supported answer to a question or to one of its rewritten forms; at most 4 are asked.

    A question that says little by itself ("why?", "and its price?") is asked in its rewritten forms alone: the sources
    may well answer its words, but about something else. Any other is asked as it is too, and a rewritten form is kept
    only if that is not answered or the form is clearly surer. `read_as` says which was kept; `question` stays.
    """
    rewritten, is_incomplete = _rewrite(question, turns)
    forms = rewritten if is_incomplete else ("", *rewritten)
    answers = [ask(form or question) for form in forms]
    if len({answer.snapshot for answer in answers}) > 1:  # a reindex came between
        answers = [ask(form or question) for form in forms]
    live = answers[-1].snapshot
    places = [place for place, answer in enumerate(answers) if answer.snapshot == live]
    best = max(places, key=lambda place: _support(forms[place], answers[place], place))
    # `ask` may have corrected the spelling.
    return replace(answers[best], question=question, read_as=answers[best].read_as or forms[best])


def _support(read_as: str, answer: Answer, place: int) -> tuple[bool, bool, float]:
    """Rank answered before abstained, then by confidence, then by place; forms that the quotations refute come last."""
    confidence = 0.0 if answer.abstained else answer.confidence
    return not _is_misread(read_as, answer), not answer.abstained, confidence - LATER_PENALTY * place


def _is_misread(read_as: str, answer: Answer) -> bool:
    """Return whether a name in lower case was taken for a thing, as in "the maverick of Scout"."""
    match = PART_OF.match(read_as)
    quotations = " ".join(citation.shown for citation in answer.citations)
    mentions = re.findall(rf"(?<!\w){re.escape(match[1])}(?!\w)", quotations, re.IGNORECASE) if match else []
    return bool(mentions) and not any(mention.islower() for mention in mentions)


def _rewrite(question: str, turns: Sequence[Turn]) -> tuple[tuple[str, ...], bool]:
    """Return the rewritten questions, and whether the question is incomplete without what they add."""
    text = normalize_question(question)
    turns = [turn for turn in turns if has_topic(turn)]
    if not turns or not tokenize(text) or len(text) > LONGEST:
        return (), False
    start, last = skip_opener(text), turns[-1]
    piece, continues = text[start:], CONTINUES.search(text[:start]) is not None
    forms = [*expand_question_words(piece, last, turns, continues=continues)] or [*repeat_for_other(piece, last)]
    is_incomplete = True
    if not forms and (continues or is_fragment(piece)) and not is_clause(piece):
        forms, is_incomplete = list(expand_fragment(piece, last, turns)), continues
    if not forms:
        forms, is_incomplete = [*resolve_pronouns(piece, turns)], needs_antecedent(piece)
    if not forms:
        forms, is_incomplete = list(resolve_there(piece, turns)), True
    if not forms:
        forms, is_incomplete = list(resolve_definites(piece, turns)), False
    sentences = [f"{form[0].upper()}{form[1:]}?" for form in (" ".join(form.split()) for form in forms) if form]
    known = (tokenize(question), tokenize(piece))
    new = {tuple(tokenize(sentence)): sentence for sentence in reversed(sentences) if tokenize(sentence) not in known}
    best = tuple(reversed(new.values()))[:MOST]
    return best, is_incomplete and bool(best)
