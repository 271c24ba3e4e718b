"""A language model that writes what a test says, a checker that compares words, and evidence from an index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event
from typing import Any

from index.domain.generation import ChatMessage, GenerationError, GenerationFault
from index.domain.ports import ClaimChecker
from index.generation.evidence import Evidence
from index.generation.grounding import Grounder
from index.generation.output import DraftSentence
from index.retrieval.search_index import SearchIndex
from index.text.tokens import content_stems

__all__ = ["FakeGenerator", "WordChecker", "cut_off", "draft", "evidence_of", "grounder", "output"]

Output = str | GenerationFault | Sequence[str | GenerationFault]


class FakeGenerator:
    """Writes the given outputs, one a request: pieces of text, and a fault where it breaks off."""

    context_tokens = 100_000
    reads_pictures = True

    def __init__(self, *outputs: Output, name: str = "scripted", on_piece: Callable[[str], None] | None = None) -> None:
        self.name = name
        self.outputs = list(outputs)
        self.asked: list[Sequence[ChatMessage]] = []
        self.schemas: list[Mapping[str, Any] | None] = []
        self.closed = 0
        self.is_closed = False
        self._on_piece = on_piece

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any] | None = None,
        deadline: float,
        stopped: Event | None = None,
        on_usage: Callable[[int], None] | None = None,
    ) -> Iterator[str]:
        self.asked.append(messages)
        self.schemas.append(schema)
        written = self.outputs.pop(0)
        try:
            for piece in [written] if isinstance(written, str | GenerationFault) else written:
                if stopped is not None and stopped.is_set():
                    return
                if isinstance(piece, GenerationFault):
                    raise GenerationError(piece)
                yield piece
                if self._on_piece:
                    self._on_piece(piece)
        finally:
            self.closed += 1
            if on_usage:
                on_usage(7)

    def close(self) -> None:
        self.is_closed = True


class WordChecker:
    """Takes a claim for entailed as far as its topic words are in the evidence; "never" in a claim contradicts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def entailed(self, evidence: str, claim: str) -> float:
        self.asked.append((evidence, claim))
        words = set(content_stems(claim))
        if "never" in claim or not words:
            return 0.0
        return len(words & set(content_stems(evidence))) / len(words)


def missing_numbers(evidence: str, claim: str) -> list[str]:
    """Return the words of a claim with a digit that the evidence lacks."""
    return [word for word in claim.strip(".").split() if any(map(str.isdigit, word)) and word not in evidence]


def grounder(checker: ClaimChecker | None = None, *, least: float = 0.7) -> Grounder:
    return Grounder(checker or WordChecker(), least=least, unsupported=missing_numbers)


def evidence_of(index: SearchIndex) -> list[Evidence]:
    return [Evidence(number, window) for number, window in enumerate(index.windows, 1)]


def draft(text: str, *quotes: str, number: int = 1, english: str = "") -> DraftSentence:
    return DraftSentence(text, tuple((number, quote) for quote in quotes), english)


def output(*drafts: DraftSentence, answers: bool = True) -> str:
    """Return drafts as a language model writes them."""
    sentences = [
        {
            "evidence": [{"number": number, "quote": quote} for number, quote in each.evidence],
            "text": each.text,
            "english": each.english,
        }
        for each in drafts
    ]
    return json.dumps({"answers": answers, "sentences": sentences}, ensure_ascii=False)


def cut_off(written: str, fault: GenerationFault, *, size: int = 9) -> list[str | GenerationFault]:
    """Return an output in pieces, and a fault at its end."""
    return [*(written[start : start + size] for start in range(0, len(written), size)), fault]
