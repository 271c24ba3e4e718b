"""A follow-up read in the light of the turns before it: "and Maverick?", "how many experts does it have?", "why?".

By rules on words alone, for English. What stands on its own has no other reading.
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
"""Readings besides the question as it stands."""
LATER_READING = 0.1
"""Confidence that a reading must be surer by than the one before it."""
PART = re.compile(r"(?:What|Who) (?:is|are) the ([a-z]+) of ")
OPENED = re.compile(r"\b(?:and|but|or|about|of|for|with)\b", re.IGNORECASE)


def rewrite_question(question: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """Other questions that this one may stand for after these turns (oldest first): at most 3, best first, none where
    it stands on its own."""
    return _read(question, turns)[0]


def answer_in_context(ask: Callable[[str], Answer], question: str, turns: Sequence[Turn]) -> Answer:
    """The best supported answer to the question as it stands or to a reading of it; at most 4 are asked.

    A question that says little by itself ("why?", "and its price?") is asked by its readings alone: the sources may
    well answer its words, but of something else. Any other is asked as it stands too, and a reading is kept only where
    that is not answered or the reading is plainly surer. `read_as` says which was kept; `question` stays as it was put.
    """
    read, lacking = _read(question, turns)
    asked = read if lacking else ("", *read)
    answers = [ask(at or question) for at in asked]
    if len({at.snapshot for at in answers}) > 1:  # a reindex came between
        answers = [ask(at or question) for at in asked]
    live = answers[-1].snapshot
    places = [place for place, at in enumerate(answers) if at.snapshot == live]
    best = max(places, key=lambda place: _support(asked[place], answers[place], place))
    # What was asked may have been spelt anew on the way.
    return replace(answers[best], question=question, read_as=answers[best].read_as or asked[best])


def _support(read_as: str, answer: Answer, place: int) -> tuple[bool, bool, float]:
    """An answered one before one that is not; of the answered the surer, of the others the first. Last comes what the
    quotations show to be misread."""
    confidence = 0.0 if answer.abstained else answer.confidence
    return not _misread(read_as, answer), not answer.abstained, confidence - LATER_READING * place


def _misread(read_as: str, answer: Answer) -> bool:
    """Whether a name in lower case was taken for a thing, as in "the maverick of Scout"."""
    match = PART.match(read_as)
    said = " ".join(at.shown for at in answer.citations)
    found = re.findall(rf"(?<!\w){re.escape(match[1])}(?!\w)", said, re.IGNORECASE) if match else []
    return bool(found) and not any(word.islower() for word in found)


def _read(question: str, turns: Sequence[Turn]) -> tuple[tuple[str, ...], bool]:
    """The readings, and whether the question lacks what they say: it says nothing by itself."""
    text = normalize_question(question)
    turns = [turn for turn in turns if has_topic(turn)]
    if not turns or not tokenize(text) or len(text) > LONGEST:
        return (), False
    start, last = skip_opener(text), turns[-1]
    piece, opened = text[start:], OPENED.search(text[:start]) is not None
    found, lacking = (
        [*expand_question_words(piece, last, turns, opened=opened)] or [*repeat_for_other(piece, last)],
        True,
    )
    if not found and (opened or is_fragment(piece)) and not is_clause(piece):
        found, lacking = list(expand_fragment(piece, last, turns)), opened
    if not found:
        found, lacking = [*resolve_pronouns(piece, turns)], needs_antecedent(piece)
    if not found:
        found, lacking = list(resolve_there(piece, turns)), True
    if not found:
        found, lacking = list(resolve_definites(piece, turns)), False
    said = [f"{at[0].upper()}{at[1:]}?" for at in (" ".join(at.split()) for at in found) if at]
    fresh = {
        tuple(tokenize(at)): at for at in reversed(said) if tokenize(at) not in (tokenize(question), tokenize(piece))
    }
    kept = tuple(reversed(fresh.values()))[:MOST]
    return kept, lacking and bool(kept)
