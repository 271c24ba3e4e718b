"""Why there is no answer, in words: another language, no question about the sources, or what they lack."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from index.answering._missing_terms import lack
from index.domain.answers import MISSING, NO_QUESTION, OTHER_LANGUAGE, Answer, Hit
from index.domain.messages import BILINGUAL, Message
from index.retrieval.features import FEATURES
from index.retrieval.search_index import SearchIndex
from index.text.normalize import fix_mojibake
from index.text.questions import QuestionAnalysis

__all__ = ["NEARNESS", "AbstentionExplainer"]

NEARNESS = 0.75
"""With the bundled model, what is asked of the sources comes at least so near to a passage: the greatest cosine of a
passage and the greatest mean match of the words, summed, -2..2."""

MOST_KNOWN = 0.5
"""Share of a question's topic words that the sources hold, and of their weight that one passage holds: with more, it
is of the sources however far it is put."""

COSINE, MATCH, COVERED, TOPICS = (FEATURES.index(name) for name in ("cosine", "late_all", "covered", "topics"))

QUESTION = re.compile(
    r"(?:(?:in|on|at|by|for|from|to|of|with|since|until) )?(?:who|whom|whose|what|which|when|where|why|how)\b|"
    r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b"
)
TO_THE_BOT = re.compile(r"(?:\w+ ){0,3}(?:you|your|yourself|me|my)\b")
"""Among its first words a question to the bot has one of these."""

MOST_TITLES = 2
LONGEST_TITLE = 80
SAMPLE = 2_000
"""Characters of a document that tell its language."""
SAMPLED = 20
"""Documents that are looked at for the languages of the sources."""

NAMES = {"en": "English"}

SUM = re.compile(r"\d\s*(?:[+*×÷^=]|[-/x]\s)\s*\(?-?\d")
"""Numbers to be reckoned with."""


class AbstentionExplainer:
    """Says why the bot says nothing. `reads` are codes of the languages that the model reads, empty where that is not
    known; `nearness` is what a question about the sources reaches, by the model's scale; None where that is not known.
    """

    def __init__(self, *, reads: Collection[str] = (), nearness: float | None = None) -> None:
        self._reads = frozenset(reads)
        self._nearness = nearness
        self._sources: tuple[str, frozenset[str]] = ("", frozenset())

    def no_question(self, question: QuestionAnalysis, hits: Sequence[Hit], shelf: SearchIndex) -> bool:
        """Whether nothing is asked of the sources: no topic word, or numbers to reckon with and no other; or no passage
        comes near, none of its names is known, and few of its words are."""
        if not hits or hits[0].features[TOPICS] == 0:
            return True
        if SUM.search(question.text) and all(stem[0].isdigit() for stem in question.stems):
            return True
        cosine, match, covered = (max(hit.features[at] for hit in hits) for at in (COSINE, MATCH, COVERED))
        if self._nearness is None or cosine + match >= self._nearness or covered >= MOST_KNOWN:
            return False
        known = {stem for stem in question.stems if stem in shelf.keyword.stems}
        words = [stem for stem in known if not stem[0].isdigit()]
        return not known & question.name_stems and len(words) <= MOST_KNOWN * len(question.stems)

    def explained(self, answer: Answer, question: QuestionAnalysis, hits: Sequence[Hit], shelf: SearchIndex) -> Answer:
        """An abstention with its reason."""
        if code := self._unread(question.text, shelf):
            return replace(answer, text=self._please(code), why=OTHER_LANGUAGE)
        if self.no_question(question, hits, shelf) and not _asks(question):
            return replace(answer, text=_aside(hits, shelf), why=NO_QUESTION)
        found = lack(question, shelf)
        return replace(answer, text=found.text, missing=found.phrases, why=MISSING) if found else answer

    def _unread(self, question: str, shelf: SearchIndex) -> str:
        """The language of the question, where neither the model reads it nor the sources are in it."""
        if not self._reads:
            return ""
        # Imported when first needed: who only reads an index pays nothing for it.
        from index.text.languages import detect_foreign_language, detect_language

        code = detect_foreign_language(question)
        if not code or code in self._reads:
            return ""
        shelf_id, known = self._sources
        if shelf_id != shelf.id:
            texts = [document.text[:SAMPLE] for document in list(shelf.documents.values())[:SAMPLED]]
            known = frozenset(detect_language(text) for text in texts)
            self._sources = shelf.id, known
        return "" if code in known else code

    def _please(self, code: str) -> str:
        from index.text.languages import ASK_IN_ENGLISH

        if self._reads != {"en"}:
            names = " and ".join(NAMES.get(read, read) for read in sorted(self._reads))
            return f"I read {names} only: please ask in {names}."
        english = Message("I read English only: please ask in English.")
        return Message(BILINGUAL, message=english, repeated=ASK_IN_ENGLISH[code]) if code in ASK_IN_ENGLISH else english


def _asks(question: QuestionAnalysis) -> bool:
    """Whether it has the form of a question about something, not to the bot: then it is one that the sources don't
    answer, however far from them."""
    asked = question.text.strip().lower()
    things = [word for word in question.topics if not word.number]
    return bool(things) and QUESTION.match(asked) is not None and TO_THE_BOT.match(asked) is None


def _aside(hits: Sequence[Hit], shelf: SearchIndex) -> str:
    """That nothing is asked of the sources, and what could be: the nearest documents, else the first."""
    nearest = [hit.passage.document_id for hit in hits]
    named = list(dict.fromkeys([*nearest, *shelf.documents]))
    titles = [" ".join(fix_mojibake(shelf.documents[at].title).split())[:LONGEST_TITLE].strip() for at in named]
    asked = " or ".join(title for title in titles[:MOST_TITLES] if title)
    return f"That is not a question about the sources I have{f': ask me about {asked}' if asked else ''}."
