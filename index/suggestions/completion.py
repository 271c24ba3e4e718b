"""Autocompletion: known questions that complete what was typed so far."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from index.domain.activity import Scope
from index.domain.errors import JournalUnavailable
from index.domain.ports import AnswerEngine, Vectors
from index.text.tokens import STOP_WORDS

if TYPE_CHECKING:
    from index.journal.journal import Journal

__all__ = ["LONGEST_SUGGESTION", "QuestionCompleter", "complete"]

log = logging.getLogger(__name__)

LONGEST_SUGGESTION = 100
"""Characters of a suggestion, Discord's limit for a choice; a longer one is left out, never cut."""

LEAST_MATCH = 0.65
"""Share of what was typed that a suggestion must match, words weighted by length."""

LEAST_SIMILARITY = 0.7
"""Least similarity of two words that count as one: one slip in four letters, two in seven."""

MOST_WORDS = 12
"""Words that are read of what was typed."""

MOST_HELPFUL = 50
"""Questions voted helpful that are known of a server, the newest."""

PUNCTUATION = "?!.,:;\"'“”‘’()[]"
"""Characters stripped from both ends of a word."""

SEPARATOR = "\0"
"""Separates two questions in a list of words."""


class QuestionCompleter:
    """Completes questions with known ones. Thread-safe if the engine and the journal are."""

    def __init__(self, *, engine: AnswerEngine, journal: Journal) -> None:
        self._engine = engine
        self._journal = journal

    def surest(self) -> tuple[str, ...]:
        """Return the questions that the sources answer, the surest first; none voted by members."""
        return tuple(self._engine.suggestions())

    def complete(self, typed: str, *, guild: int | None) -> tuple[str, ...]:
        """Return up to 25 questions that complete what was typed, the best match first.

        They are those voted helpful in this server, and those that the sources answer. Without the journal they come
        from the sources alone.
        """
        helpful: Sequence[str] = ()
        try:
            helpful = self._journal.helpful(Scope(guild), MOST_HELPFUL) if guild is not None else ()
        except JournalUnavailable as error:
            log.warning("Suggestions come from the sources alone: %s", error)
        return complete(typed, list(dict.fromkeys([*helpful, *self._engine.suggestions()])))


def complete(typed: str, known: Sequence[str], *, limit: int = 25) -> tuple[str, ...]:
    """Return the known questions that complete what was typed, at most `limit`, each of at most 100 characters.

    First those that begin with it, then those that hold its words, in any order, begun or misspelt, the best match
    first; equal ones in the order of `known`. All of them in that order if nothing was typed.
    """
    short = [question for question in dict.fromkeys(known) if len(question) <= LONGEST_SUGGESTION]
    wanted = " ".join(typed[: 2 * LONGEST_SUGGESTION].lower().replace(SEPARATOR, " ").split())
    words = [word for word in (part.strip(PUNCTUATION) for part in wanted.split()) if word][:MOST_WORDS]
    if not words or not short:
        return tuple(short[:limit])
    lowered = [question.lower().replace(SEPARATOR, " ") for question in short]
    shares = _shares(list(dict.fromkeys(words)), lowered)
    matches = [
        (not question.startswith(wanted), -share, place)
        for place, (question, share) in enumerate(zip(lowered, shares, strict=True))
        if share >= LEAST_MATCH or question.startswith(wanted)
    ]
    return tuple(short[place] for _, _, place in sorted(matches)[:limit])


def _shares(wanted: Sequence[str], questions: Sequence[str]) -> Sequence[float]:
    """Return how well each question matches the wanted words, 0..1: the mean over them, weighted by length."""
    words = f" {SEPARATOR} ".join(["", *questions]).split()
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    similarity = _similarities(wanted, [word.strip(PUNCTUATION) for word in places])
    row = np.fromiter(map(places.__getitem__, words), np.int64, len(words))
    best = np.maximum.reduceat(similarity[:, row], np.flatnonzero(row == places[SEPARATOR]), axis=1)
    weights = np.array([1 if word in STOP_WORDS else len(word) for word in wanted])
    shares: Sequence[float] = (weights @ best / weights.sum()).tolist()
    return shares


def _similarities(wanted: Sequence[str], words: Sequence[str]) -> Vectors:
    """Return the similarity, 0..1, of each wanted word and each word or its beginning; 0 if they are too different.

    Shape (wanted, words). Stop words are matched with beginnings only at the end of what was typed.
    """
    similarities = cdist(wanted, words, scorer=OSA.normalized_similarity, score_cutoff=LEAST_SIMILARITY)
    for row, word in enumerate(wanted):
        if word in STOP_WORDS and row < len(wanted) - 1:
            continue
        prefixes = [other[: len(word)] for other in words]
        beginnings = cdist([word], prefixes, scorer=OSA.normalized_similarity, score_cutoff=LEAST_SIMILARITY)
        similarities[row] = np.maximum(similarities[row], beginnings[0])
    return similarities
