"""The words within a quoted sentence that answer a question, where it is plain which they are; else nothing.

A number, date or name of the kind asked for: rather nothing than the wrong words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.reading import repaired
from index.scene import Place, Scene
from index.spot import RULES
from index.types import Citation, Document, Hit, ShortAnswer

__all__ = ["short_answer", "spot"]

LONGEST = 100
"""Characters of a short answer; a longer one is no shorter than the sentence."""

MARKS = re.compile(r"[*`|<>\[\]\\]|\n\s*\n|(?<!\w)_|_(?!\w)")
"""Markup within: then the words cannot be shown as they stand."""


def spot(question: str, text: str) -> Place | None:
    """Where in `text` the question's answer stands, None where that is not plain."""
    scene = Scene(question, text)
    found = next((place for rule in RULES[scene.kind] if (place := rule(scene))), None)
    return found if found and found[1] - found[0] <= LONGEST else None


def short_answer(
    question: str,
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
) -> ShortAnswer | None:
    """The words that answer in the best hit, from the citation that holds them; None where it is not plain."""
    for hit in hits[:1]:
        document, text = documents[hit.passage.document_id], hit.passage.text
        place = spot(question, text)
        if place is None or MARKS.search(text[slice(*place)]) or repaired(text[slice(*place)]) != text[slice(*place)]:
            return None
        start, end = hit.passage.start + place[0], hit.passage.start + place[1]
        for at in citations:
            if at.source == document.source and at.start <= start and end <= at.end:
                return ShortAnswer(document.text[start:end], at.source, start, end, at.number)
    return None
