"""Questions to choose from while one types: made from the sources, answered by them, found by what was typed so far."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from index.domain.errors import JournalUnavailable
from index.domain.ports import AnswerEngine, Vectors
from index.text.tokens import STOP_WORDS

if TYPE_CHECKING:
    from index.journal.journal import Journal

__all__ = ["LONGEST_SUGGESTION", "QuestionCompleter", "complete"]

log = logging.getLogger(__name__)

LONGEST_SUGGESTION = 100
"""Characters of a suggestion, Discord's limit for a choice; a longer one is left out, never cut."""

ENOUGH = 0.65
"""Share of what was typed that a suggestion must match, words weighed by their length."""

ALIKE = 0.7
"""Two words are taken for one from this share of their letters on: one slip in four letters, two in seven."""

MOST_WORDS = 12
"""Words that are read of what was typed."""

MOST_HELPFUL = 50
"""Questions voted helpful that are known of a server, the newest."""

MARKS = "?!.,:;\"'“”‘’()[]"
"""What may stand around a word."""

BETWEEN = "\0"
"""Stands between two questions."""


class QuestionCompleter:
    """Completes questions with known ones. Thread-safe if the engine and the journal are."""

    def __init__(self, *, engine: AnswerEngine, journal: Journal) -> None:
        self._engine = engine
        self._journal = journal

    def complete(self, typed: str, *, guild: int | None) -> tuple[str, ...]:
        """Return up to 25 questions that complete what was typed, the best match first.

        They are those voted helpful in this server, and those that the sources answer. Without the journal they come
        from the sources alone.
        """
        helpful: Sequence[str] = ()
        try:
            helpful = self._journal.helpful(guild, MOST_HELPFUL) if guild is not None else ()
        except JournalUnavailable as error:
            log.warning("Suggestions come from the sources alone: %s", error)
        return complete(typed, list(dict.fromkeys([*helpful, *self._engine.suggestions()])))


def complete(typed: str, known: Sequence[str], *, limit: int = 25) -> tuple[str, ...]:
    """The known questions that go on from what was typed, at most `limit`, each of at most 100 characters.

    First those that begin with it, then those that hold its words, in any order, begun or misspelt, the best match
    first; equals in the order of `known`. All of them, in that order, where nothing was typed.
    """
    short = [question for question in dict.fromkeys(known) if len(question) <= LONGEST_SUGGESTION]
    wanted = " ".join(typed[: 2 * LONGEST_SUGGESTION].lower().replace(BETWEEN, " ").split())
    words = [word for word in (each.strip(MARKS) for each in wanted.split()) if word][:MOST_WORDS]
    if not words or not short:
        return tuple(short[:limit])
    lowered = [question.lower().replace(BETWEEN, " ") for question in short]
    shares = _shares(list(dict.fromkeys(words)), lowered)
    found = [
        (not question.startswith(wanted), -share, at)
        for at, (question, share) in enumerate(zip(lowered, shares, strict=True))
        if share >= ENOUGH or question.startswith(wanted)
    ]
    return tuple(short[at] for _, _, at in sorted(found)[:limit])


def _shares(wanted: Sequence[str], questions: Sequence[str]) -> Sequence[float]:
    """Of each question, how well it matches the wanted words, 0..1: the mean over them, weighed by their length."""
    words = f" {BETWEEN} ".join(["", *questions]).split()
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    likeness = _likeness(wanted, [word.strip(MARKS) for word in places])
    row = np.fromiter(map(places.__getitem__, words), np.int64, len(words))
    best = np.maximum.reduceat(likeness[:, row], np.flatnonzero(row == places[BETWEEN]), axis=1)
    weights = np.array([1 if word in STOP_WORDS else len(word) for word in wanted])
    shares: Sequence[float] = (weights @ best / weights.sum()).tolist()
    return shares


def _likeness(wanted: Sequence[str], words: Sequence[str]) -> Vectors:
    """How alike each wanted word is to each word or its beginning, 0..1, 0 where they are not one word misspelt.

    Little words are begun only at the end of what was typed."""
    found = cdist(wanted, words, scorer=OSA.normalized_similarity, score_cutoff=ALIKE)
    for row, word in enumerate(wanted):
        if word in STOP_WORDS and row < len(wanted) - 1:
            continue
        begun = [other[: len(word)] for other in words]
        beginnings = cdist([word], begun, scorer=OSA.normalized_similarity, score_cutoff=ALIKE)
        found[row] = np.maximum(found[row], beginnings[0])
    return found
