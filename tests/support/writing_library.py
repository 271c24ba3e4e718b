"""A fake library with a language model that writes what a test tells it, when it tells it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index import Answer
from index.domain.answers import WrittenSentence
from index.domain.generation import GenerationFault, WritingRequest
from tests.support.journal_library import JournalLibrary
from tests.support.makers import SCOUT, make_answer, make_citation

__all__ = ["MODEL", "WritingLibrary", "make_written"]

MODEL = "llama-4-scout"
POLL_SECONDS = 0.01


def make_written(*sentences: str, **changes: Any) -> Answer:
    """An answer that a language model wrote; each sentence rests on the next quotation, the first on SCOUT."""
    quotes = [SCOUT, *(f"Quotation {number}." for number in range(2, len(sentences) + 1))]
    cited = [make_citation(number, quote) for number, quote in enumerate(quotes, 1)]
    written = tuple(WrittenSentence(sentence, (number,)) for number, sentence in enumerate(sentences, 1))
    text = " ".join(f"{sentence.text} [{sentence.citations[0]}]" for sentence in written)
    return make_answer(*cited, **({"text": text, "sentences": written, "generator": MODEL} | changes))


class WritingLibrary(JournalLibrary):
    """A library whose language model waits, once asked, for `verify` and `finish`; `asked_model` counts its requests.

    Stopped, it gives what was verified last, else quotations with the fault STOPPED. Questions in `quoted` are answered
    without it.
    """

    writes = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.quoted: set[str] = set()
        self.asked_model = threading.Semaphore(0)
        self._steps: queue.Queue[tuple[Answer, bool]] = queue.Queue()

    def verify(self, answer: Answer) -> None:
        """Let the model have written this much."""
        self._steps.put((answer, False))

    def finish(self, answer: Answer) -> None:
        """Let the model end with this answer."""
        self._steps.put((answer, True))

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        return self._written(super().ask(question, before, writing), question, writing)

    def summarise(self, source: str = "", since: str = "", writing: WritingRequest | None = None) -> Answer:
        quotations = super().summarise(source, since, writing)
        return self._written(quotations, quotations.question, writing)

    def _written(self, quotations: Answer, question: str, writing: WritingRequest | None) -> Answer:
        if writing is None or question in self.quoted:
            return quotations
        assert writing.on_asked is not None
        assert writing.on_answer is not None
        writing.on_asked()
        self.asked_model.release()
        verified = replace(quotations, fault=GenerationFault.STOPPED)
        while writing.stopped is None or not writing.stopped.is_set():
            try:
                answer, is_last = self._steps.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if is_last:
                return replace(answer, question=question)
            verified = replace(answer, question=question)
            writing.on_answer(verified)
        return verified
