"""Abstention: why there is no answer, in words: another language, out of scope, or what the sources lack."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from index.answering._missing_terms import find_missing_terms
from index.domain.answers import (
    MAX_SUGGESTION_LENGTH,
    MAX_SUGGESTIONS,
    MISSING,
    NO_QUESTION,
    OTHER_LANGUAGE,
    Answer,
    Hit,
)
from index.domain.messages import BILINGUAL, Message
from index.retrieval.features import FEATURES
from index.retrieval.search_index import SearchIndex
from index.text.grammar import AUXILIARIES, QUESTION_WORDS, alternatives
from index.text.languages import ASK_IN_ENGLISH, detect_foreign_language, detect_language
from index.text.normalize import fix_mojibake
from index.text.questions import QuestionAnalysis

__all__ = ["NEARNESS", "AbstentionExplainer"]

NEARNESS = 0.75
"""With the bundled model a question in scope reaches this, -2..2: the greatest cosine of a passage plus the greatest
mean match of the question's pieces."""

MOST_KNOWN = 0.5
"""Share of a question's topic words that the sources hold, and of their weight that one passage holds, from which on it
is in scope however far it is from any passage."""

COSINE, MATCH, COVERED, TOPICS = (FEATURES.index(name) for name in ("cosine", "late_all", "covered", "topics"))

QUESTION = re.compile(
    rf"(?:(?:in|on|at|by|for|from|to|of|with|since|until) )?{alternatives(*QUESTION_WORDS)}\b|"
    rf"{alternatives(*AUXILIARIES)}\b"
)
TO_THE_BOT = re.compile(r"(?:\w+ ){0,3}(?:you|your|yourself|me|my)\b")
"""One of the first words of a question that is put to the bot itself."""

SAMPLE = 2_000
"""Characters of a document that tell its language."""
SAMPLED = 20
"""Documents whose languages are those of the sources."""

LANGUAGE_NAMES = {"en": "English"}

CALCULATION = re.compile(r"\d\s*(?:[+*×÷^=]|[-/x]\s)\s*\(?-?\d")
"""Numbers to calculate with."""


class AbstentionExplainer:
    """Explains abstentions.

    `reads` are the ISO 639-1 codes of the languages that the model reads, empty if they are not known. `nearness` is
    what a question in scope reaches with the model (see NEARNESS), None if that is not known.
    """

    def __init__(self, *, reads: Collection[str] = (), nearness: float | None = None) -> None:
        self._reads = frozenset(reads)
        self._nearness = nearness
        self._sources: tuple[str, frozenset[str]] = ("", frozenset())

    def is_out_of_scope(self, question: QuestionAnalysis, hits: Sequence[Hit], search_index: SearchIndex) -> bool:
        """Return whether a question does not ask for anything that the sources could say.

        It has no topic word, or is a calculation; or no passage comes near, and the sources hold none of its names and
        few of its words.
        """
        if not hits or hits[0].features[TOPICS] == 0:
            return True
        if CALCULATION.search(question.text) and all(stem[0].isdigit() for stem in question.stems):
            return True
        cosine, match, covered = (max(hit.features[feature] for hit in hits) for feature in (COSINE, MATCH, COVERED))
        if self._nearness is None or cosine + match >= self._nearness or covered >= MOST_KNOWN:
            return False
        known = {stem for stem in question.stems if stem in search_index.keyword.stems}
        words = [stem for stem in known if not stem[0].isdigit()]
        return not known & question.name_stems and len(words) <= MOST_KNOWN * len(question.stems)

    def explain(
        self, answer: Answer, question: QuestionAnalysis, hits: Sequence[Hit], search_index: SearchIndex
    ) -> Answer:
        """Return an abstention with its reason."""
        if code := self._unread_language(question.text, search_index):
            return replace(answer, text=self._request_language(code), why=OTHER_LANGUAGE)
        if self.is_out_of_scope(question, hits, search_index) and not _is_question_about_something(question):
            return replace(answer, text=_out_of_scope_text(hits, search_index), why=NO_QUESTION)
        missing = find_missing_terms(question, search_index)
        return replace(answer, text=missing.text, missing=missing.phrases, why=MISSING) if missing else answer

    def _unread_language(self, question: str, search_index: SearchIndex) -> str:
        """Return the language of a question if neither the model reads it nor the sources are in it; else empty."""
        if not self._reads:
            return ""
        code = detect_foreign_language(question)
        if not code or code in self._reads:
            return ""
        index_id, languages = self._sources
        if index_id != search_index.id:
            texts = [document.text[:SAMPLE] for document in list(search_index.documents.values())[:SAMPLED]]
            languages = frozenset(detect_language(text) for text in texts)
            self._sources = search_index.id, languages
        return "" if code in languages else code

    def _request_language(self, code: str) -> str:
        if self._reads != {"en"}:
            names = " and ".join(LANGUAGE_NAMES.get(read, read) for read in sorted(self._reads))
            return f"I read {names} only: please ask in {names}."
        english = Message("I read English only: please ask in English.")
        return Message(BILINGUAL, message=english, repeated=ASK_IN_ENGLISH[code]) if code in ASK_IN_ENGLISH else english


def _is_question_about_something(question: QuestionAnalysis) -> bool:
    """Return whether it has the form of a question about something, and is not put to the bot itself."""
    text = question.text.strip().lower()
    topics = [word for word in question.topics if not word.number]
    return bool(topics) and QUESTION.match(text) is not None and TO_THE_BOT.match(text) is None


def _out_of_scope_text(hits: Sequence[Hit], search_index: SearchIndex) -> str:
    """Return the text for a question out of scope, with the titles of the nearest documents, else of the first."""
    nearest = [hit.passage.document_id for hit in hits]
    document_ids = list(dict.fromkeys([*nearest, *search_index.documents]))
    titles = [
        " ".join(fix_mojibake(search_index.documents[document_id].title).split())[:MAX_SUGGESTION_LENGTH].strip()
        for document_id in document_ids
    ]
    suggestion = " or ".join(title for title in titles[:MAX_SUGGESTIONS] if title)
    return f"That is not a question about the sources I have{f': ask me about {suggestion}' if suggestion else ''}."
