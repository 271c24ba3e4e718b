"""The output of a language model: its JSON schema, and its sentences as they come.

What a model writes is as untrusted as any text: sentences are read from it, cleaned and bounded, and nothing is obeyed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from index.generation._drafts import (
    MAX_SENTENCES,
    DraftSentence,
    draft_of,
    drafts_of_prose,
    letters_and_digits,
    values_of,
    without_thoughts,
)

__all__ = ["MAX_OUTPUT", "OUTPUT_SCHEMA", "DraftSentence", "OutputParser"]

MAX_OUTPUT = 32_000
"""Characters of an output that are read."""

MAX_OBJECT = 8_000
"""Characters of a sentence's JSON; of one that is longer nothing is read before the output ends."""

_ANSWERS = re.compile(r"""(?<!\\)["']answers["']\s*:\s*(true|false)\b""", re.IGNORECASE)
_SENTENCES = re.compile(r'(?<!\\)"sentences"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*")


class _Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int
    quote: str


class _Sentence(BaseModel):
    """The quotations come first: a model that has copied them keeps closer to them."""

    model_config = ConfigDict(extra="forbid")
    evidence: list[_Evidence]
    text: str
    english: str


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", title="Output")
    answers: bool
    sentences: list[_Sentence]


OUTPUT_SCHEMA: dict[str, Any] = _Output.model_json_schema()
"""JSON schema of the output, every field required and no other allowed, as servers that hold a model to it want it."""


class OutputParser:
    """Read sentences from an output that comes in pieces, each as soon as it is complete.

    Broken JSON is repaired when the output ends; of an output without any, sentences with markers such as "[1]" are
    taken, without a quotation. The same sentence is given once.

    Attributes
    ----------
    answers : bool or None
        Whether the model says that the sources answer; None as long as it has not said.
    leaked : bool
        Whether the output holds the canary, a token of the system text: nothing more is read from it.
    """

    def __init__(self, canary: str = "") -> None:
        self.answers: bool | None = None
        self.leaked = False
        self._canary = letters_and_digits(canary)
        self._text = ""
        self._position = 0
        self._is_in_array = False
        self._is_stuck = False
        self._known: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether no more is read of this output: it is too long, or has too many sentences."""
        return self.leaked or len(self._text) >= MAX_OUTPUT or len(self._known) >= MAX_SENTENCES

    def feed(self, piece: str) -> list[DraftSentence]:
        """Return the sentences that the next piece of the output completes."""
        if self.full or not piece:
            return []
        begin = len(self._text)
        self._text += piece[: MAX_OUTPUT - begin]
        if self._holds_canary(self._text[max(0, begin - 8 * len(self._canary)) :]):
            return []
        if self._is_stuck or not any(mark in piece for mark in "}]["):
            return []
        return list(self._new(self._objects()))

    def close(self) -> list[DraftSentence]:
        """Return the sentences that are left when the output has ended, from what can be repaired of it."""
        if self._holds_canary(self._text):
            return []
        self._find_answers(self._text)
        rest = self._text[self._position :]
        self._position = len(self._text)
        drafts = list(self._new(self._repaired(rest)))
        if self._known or self.answers is not None or self.leaked or '"sentences"' in self._text:
            return drafts
        return list(self._new(drafts_of_prose(without_thoughts(rest))))

    def _objects(self) -> Iterator[DraftSentence]:
        """Yield the sentences of the array as far as it is complete."""
        while self._is_in_array or self._find_array():
            self._position = _SEPARATOR.match(self._text, self._position).end()  # type: ignore[union-attr]
            if self._text.startswith("]", self._position):
                self._is_in_array = False
                self._position += 1
                continue
            try:
                value, self._position = json.JSONDecoder(strict=False).raw_decode(self._text, self._position)
            except (ValueError, RecursionError):
                self._is_stuck = len(self._text) - self._position > MAX_OBJECT
                return
            yield from _drafts([value])

    def _find_array(self) -> bool:
        """Go to the first sentence of the next array of sentences; a model's thoughts are skipped."""
        if self._position == 0:
            if not (rest := without_thoughts(self._text)):
                return False
            self._position = len(self._text) - len(rest)
        if (found := _SENTENCES.search(self._text, self._position)) is None:
            return False
        self._find_answers(self._text[self._position : found.start()])
        self._position, self._is_in_array = found.end(), True
        return True

    def _find_answers(self, text: str) -> None:
        if self.answers is None and (found := _ANSWERS.search(text)):
            self.answers = found[1].lower() == "true"

    def _repaired(self, rest: str) -> Iterator[DraftSentence]:
        """Yield the sentences of what was not read as it came."""
        if not self._is_in_array:
            rest = without_thoughts(rest)
            rest = rest[min((place for mark in "{[" if (place := rest.find(mark)) >= 0), default=len(rest)) :]
        if "{" in rest:
            yield from _drafts(values_of(rest if rest.startswith("[") else f"[{rest}"))

    def _new(self, drafts: Iterable[DraftSentence]) -> Iterator[DraftSentence]:
        """Yield the drafts that were not given before, as many as are read."""
        for draft in drafts:
            if self._holds_canary(" ".join([draft.text, draft.english, *(quote for _, quote in draft.evidence)])):
                return
            key = letters_and_digits(draft.text) or draft.text
            if key in self._known:
                continue
            if self.full and len(self._known) >= MAX_SENTENCES:
                return
            self._known.add(key)
            yield draft

    def _holds_canary(self, text: str) -> bool:
        self.leaked = self.leaked or bool(self._canary and self._canary in letters_and_digits(text))
        return self.leaked


def _drafts(values: Iterable[object]) -> Iterator[DraftSentence]:
    for value in values:
        if draft := draft_of(value):
            yield draft
