"""The sentences of one output, taken one after the other: each grounded, then added to the answer or dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.answering.verification import verify_citations
from index.generation._relevance_check import RelevanceCheck
from index.generation.composition import Composition
from index.generation.evidence import Evidence
from index.generation.grounding import Dropped, DropReason, GroundedSentence, Grounder
from index.generation.output import DraftSentence
from index.retrieval.search_index import SearchIndex

__all__ = ["SentenceVerifier"]

VERDICT = re.compile(r"(yes|no)(?:[,.!:;]\s*|\s*[–—]\s*|$)", re.IGNORECASE)
"""A yes or no at the beginning of a sentence, which evidence alone does not carry."""

WHOLE = re.compile(r"[.!?。！？…:;][\"'”’»)\]*]*$")
"""The end of a sentence that was not cut."""


class SentenceVerifier:
    """Takes drafts in their order. A fragment waits for the next sentence, which may make it whole.

    `verdict` is the yes or no that the reader gives; any other one is taken off.
    """

    def __init__(
        self,
        grounder: Grounder,
        composition: Composition,
        relevance: RelevanceCheck,
        evidence: Sequence[Evidence],
        search_index: SearchIndex,
        verdict: str,
    ) -> None:
        self._grounder = grounder
        self._composition = composition
        self._relevance = relevance
        self._evidence = evidence
        self._search_index = search_index
        self._verdict = verdict
        self._held: DraftSentence | None = None
        self._opening = ""
        self._before: GroundedSentence | None = None
        self.taken = 0

    def take(self, draft: DraftSentence, *, is_whole: bool = True) -> bool:
        """Check the next draft; return whether it was added. One that may be cut is taken if it has an end."""
        self.taken += 1
        if not is_whole and not WHOLE.search(draft.text):
            return self._drop()
        settled = self._settle_verdict(draft)
        if settled is None:
            return False
        opening, draft = settled
        held, self._held = self._held, None
        result: GroundedSentence | Dropped | None = self._check(_joined(held, draft)) if held else None
        if not isinstance(result, GroundedSentence):
            if held:
                self._drop()
            result = self._check(draft)
        if isinstance(result, Dropped):
            if result.reason is DropReason.FRAGMENT:
                self._held = draft
                return False
            return self._drop()
        result = replace(result, text=f"{opening}{result.text}")
        if not self._composition.add(result):
            return self._drop()
        self._before = result
        return True

    def close(self) -> None:
        """Drop a fragment that nothing follows."""
        if self._held:
            self._held = None
            self._drop()

    def _check(self, draft: DraftSentence) -> GroundedSentence | Dropped:
        """Return a draft grounded, its quotations with the reader's confidence as score."""
        if self._composition.repeats(draft.text):
            return Dropped(draft, DropReason.REPEATED)
        result = self._grounder.check(draft, self._evidence, self._search_index, self._before)
        if isinstance(result, Dropped):
            return result
        documents = self._search_index.by_source
        if len(verify_citations(result.citations, documents)) < len(result.citations):
            return Dropped(draft, DropReason.NOT_QUOTED)
        scores = [round(self._relevance.confidence(window), 4) for window in result.windows]
        citations = (replace(each, score=score) for each, score in zip(result.citations, scores, strict=True))
        return replace(result, citations=tuple(citations))

    def _settle_verdict(self, draft: DraftSentence) -> tuple[str, DraftSentence] | None:
        """Return the yes or no that a sentence may begin with, and the rest; None if nothing is left to check now."""
        opening, self._opening = self._opening, ""
        if not (match := VERDICT.match(draft.english or draft.text)):
            return opening, draft
        agrees = match[1].lower() == self._verdict
        if draft.english:
            rest = draft.english[match.end() :]
            if agrees and rest:
                return "", replace(draft, english=rest)
            self._drop()
            return None
        rest = draft.text[match.end() :]
        if not rest:
            self._opening = f"{match[1].capitalize()}. " if agrees else ""
            if not agrees:
                self._drop()
            return None
        if agrees:
            return match.group(), replace(draft, text=rest)
        return "", replace(draft, text=rest[0].upper() + rest[1:])

    def _drop(self) -> bool:
        self._composition.dropped += 1
        self._before = None
        return False


def _joined(held: DraftSentence, draft: DraftSentence) -> DraftSentence:
    """Return a fragment and the sentence after it as one, resting on the evidence of both."""
    english = f"{held.english or held.text} {draft.english or draft.text}" if held.english or draft.english else ""
    return DraftSentence(f"{held.text} {draft.text}", (*held.evidence, *draft.evidence), english)
