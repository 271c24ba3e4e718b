"""One output of a language model, read as it comes: the sentences that pass the checks become the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator as PieceGenerator
from contextlib import closing
from dataclasses import replace

from index.domain.answers import Answer
from index.domain.generation import GenerationError, GenerationFault, WritingRequest
from index.domain.ports import Generator
from index.generation._meter import Meter
from index.generation._relevance_check import RelevanceCheck
from index.generation.composition import Composition
from index.generation.draft_text import readable_text
from index.generation.output import OutputParser
from index.generation.sentence_verifier import SentenceVerifier

__all__ = ["CheckedOutput"]

log = logging.getLogger(__name__)


class CheckedOutput:
    """Reads one output; `extractive` is the answer that is given if none of its sentences may be shown."""

    def __init__(
        self,
        *,
        generator: Generator,
        extractive: Answer,
        canary: str,
        composition: Composition,
        relevance: RelevanceCheck,
        verifier: SentenceVerifier,
        request: WritingRequest,
    ) -> None:
        self._generator = generator
        self._extractive = extractive
        self._parser = OutputParser(canary)
        self._composition = composition
        self._relevance = relevance
        self._verifier = verifier
        self._request = request
        self._meter = Meter()

    def answer(self, pieces: PieceGenerator[str], deadline: float) -> Answer:
        """Return the answer made of the sentences that pass.

        A fault on the way ends it: what passed until then is the answer, told together with the fault.
        """
        fault = ""
        try:
            self._read(pieces, deadline)
        except GenerationError as error:
            log.warning("An answer is not written to its end: %s", error)
            fault = error.fault.value
        stopped = self._request.stopped is not None and self._request.stopped.is_set()
        with self._meter.checking():
            for draft in () if stopped or fault else self._parser.close():
                self._verifier.take(draft, is_whole=False)
            self._verifier.close()
            may_show = bool(self._composition.sentences) and self._allows() and not self._parser.leaked
        if self._request.on_times and not fault:
            self._request.on_times(self._meter.times())
        if may_show:
            return replace(self._composition.answer(self._generator.name), fault=fault)
        return replace(self._extractive, fault=fault or self._fault(stopped=stopped), dropped=self._composition.dropped)

    def _read(self, pieces: PieceGenerator[str], deadline: float) -> None:
        """Check each sentence as soon as it is there, until enough of them are."""
        written = ""
        with closing(pieces):
            for piece in pieces:
                self._meter.piece()
                if self._request.on_text:
                    written += piece
                    self._request.on_text(readable_text(written))
                for draft in self._parser.feed(piece):
                    with self._meter.checking():
                        may_show = self._verifier.take(draft) and self._allows()
                    if may_show:
                        self._meter.sentence()
                        if self._request.on_answer:
                            self._request.on_answer(self._composition.answer(self._generator.name))
                    if time.monotonic() > deadline:
                        raise GenerationError(GenerationFault.TIMEOUT, "the checks took too long")
                if self._parser.full or self._composition.full:
                    return

    def _allows(self) -> bool:
        return self._relevance.allows(self._composition, self._parser.answers)

    def _fault(self, *, stopped: bool) -> str:
        """Return why nothing of a whole output may be shown; empty if it says, as the reader does, that nothing is."""
        if stopped:
            return GenerationFault.STOPPED.value
        if self._extractive.abstained and self._parser.answers is False:
            return ""
        read_any = self._verifier.taken and self._parser.answers is not False and not self._parser.leaked
        return (GenerationFault.UNVERIFIED if read_any else GenerationFault.UNUSABLE).value
