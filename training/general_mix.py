"""Lines of the general mix: paragraphs cut to windows' length, and paragraphs mined as negatives."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bm25s

__all__ = ["crop", "mined_lines"]

LONGEST = 120
"""Words of a window, as the product cuts them."""
LOOKED_THROUGH = 8
"""Paragraphs in which a negative is looked for."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")

Line = Mapping[str, Any]


def crop(line: Line, rng: random.Random) -> Line:
    """Return a line over a run of its paragraph's sentences of at most LONGEST words that holds what was marked.

    A paragraph that is short enough, or whose mark is longer than a window, stays as it is.
    """
    text = line["ctx"]
    if len(text.split()) <= LONGEST or (line["y"] == 1 and not (line.get("spans") or line.get("ev"))):
        return line
    ends = [match.start() for match in SENTENCE_END.finditer(text)] + [len(text)]
    begins = [0, *(match.end() for match in SENTENCE_END.finditer(text))]
    spans = line.get("spans") or []
    marks = spans or ([line["ev"]] if line.get("ev") else [])
    low, high = (min(a for a, _ in marks), max(b for _, b in marks)) if marks else (0, 0)
    runs = [
        (begin, end)
        for first, begin in enumerate(begins)
        for end in ends[first:]
        if len(text[begin:end].split()) <= LONGEST and (not marks or (begin <= low and high <= end))
    ]
    if not runs:
        return line
    longest = sorted(runs, key=lambda run: run[0] - run[1])[: max(1, len(runs) // 2)]
    begin, end = rng.choice(longest)
    moved = {name: [[a - begin, b - begin] for a, b in marks] for name in ("spans", "ev")}
    return {**line, "ctx": text[begin:end], "spans": moved["spans"] if spans else [],
            "ev": moved["ev"][0] if line.get("ev") and not spans else None}  # fmt: skip


def mined_lines(lines: Sequence[Line], count: int, rng: random.Random) -> Iterator[Line]:
    """Yield `count` lines over paragraphs that BM25 ranks high for a question and that do not hold its answer.

    Where the answer's words are not known, only its sentence, the label is left to a teacher: `y` is None.
    """
    texts = sorted({line["ctx"] for line in lines if len(line["ctx"].split()) >= LONGEST // 3})
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    asked = [line for line in lines if line["y"] == 1 and (line.get("spans") or line.get("ev"))]
    asked = rng.sample(asked, min(count, len(asked)))
    tokens = bm25s.tokenize([line["q"] for line in asked], stopwords="en", show_progress=False)
    ranked, _ = index.retrieve(tokens, k=min(LOOKED_THROUGH, len(texts)), show_progress=False)
    for line, places in zip(asked, ranked, strict=True):
        marked = [line["ctx"][a:b].lower() for a, b in line.get("spans") or [line["ev"]]]
        others = [text for text in (texts[int(place)] for place in places)
                  if text != line["ctx"] and not any(words in text.lower() for words in marked)]  # fmt: skip
        if others:
            label = 0 if line.get("spans") else None
            yield {"q": line["q"], "ctx": rng.choice(others[:3]), "spans": [], "y": label, "w": 0.5, "src": "mined"}
