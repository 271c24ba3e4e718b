"""The words within a quoted sentence that answer a question, where it is plain which they are; else nothing.

A number, date or name of the kind asked for, or what a trained reader points at: rather nothing than the wrong words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from index.quantity import numbers
from index.reading import repaired
from index.scene import Place, Scene
from index.spot import RULES
from index.types import Citation, Document, Hit, ShortAnswer

__all__ = ["Read", "short_answer", "spot"]

Read = Callable[[str, str], Mapping[Place, float]]
"""A trained reader: (question, text) -> spans of the text with the probability, 0..1, that just these characters
answer."""

LIKELY = 0.5
"""The least probability at which a reader's span is believed where no rule found it."""

LONGEST = 100
"""Characters of a short answer; a longer one is no shorter than the sentence."""

MARKS = re.compile(r"[*`|<>\[\]\\]|\n\s*\n|(?<!\w)_|_(?!\w)")
"""Markup within: then the words cannot be shown as they stand."""


def spot(question: str, text: str, scores: Mapping[Place, float] | None = None) -> Place | None:
    """Where in `text` the question's answer stands, None where that is not plain.

    `scores`, where a trained reader gives them, are probabilities, 0..1, that just these characters answer. Then its
    best span must agree with what is found by kind, or be likely and of the kind asked for.
    """
    scene = Scene(question, text)
    found = next((place for rule in RULES[scene.kind] if (place := rule(scene))), None)
    if scores:
        best = max(scores, key=lambda place: scores[place])
        meets = found and best[0] < found[1] and found[0] < best[1]
        likely = scores[best] >= LIKELY and _of_kind(scene.kind, text[best[0] : best[1]])
        found = found if meets else best if likely else None
    return found if found and found[1] - found[0] <= LONGEST else None


def _of_kind(kind: str, words: str) -> bool:
    if kind == "number":
        return any(True for _ in numbers(words))
    return kind != "time" or bool(re.search(r"\d|centur|year|month|day|hour|minute|second", words))


def short_answer(
    question: str,
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    read: Read | None = None,
) -> ShortAnswer | None:
    """The words that answer in the best hit, from the citation that holds them; None where it is not plain."""
    for hit in hits[:1]:
        document, text = documents[hit.passage.document_id], hit.passage.text
        place = spot(question, text, read(question, text) if read else None)
        if place is None or MARKS.search(text[slice(*place)]) or repaired(text[slice(*place)]) != text[slice(*place)]:
            return None
        start, end = hit.passage.start + place[0], hit.passage.start + place[1]
        for at in citations:
            if at.source == document.source and at.start <= start and end <= at.end:
                return ShortAnswer(document.text[start:end], at.source, start, end, at.number)
    return None
