"""Lines of the general mix: a part held out, paragraphs cut to windows' length, paragraphs mined as negatives."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bm25s

__all__ = ["crop", "held_out", "mined_lines"]

LONGEST = 120
"""Words of a window, as the product cuts them."""
LOOKED_THROUGH = 8
"""Paragraphs in which a negative is looked for."""
HELD_OUT, LEAST_ASKED = 300, 4
"""Paragraphs of SQuAD 2.0 that are held out for calibration, and questions that each is asked at least."""
RUN = 8
"""Words in a row by which a line is known to be about a paragraph that is held out."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")

Line = Mapping[str, Any]


def held_out(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines over HELD_OUT paragraphs of SQuAD 2.0, and those that share no RUN of words with these."""
    asked: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line["src"] == "squad2_train_recovered" and len(line["ctx"].split()) >= LONGEST // 2:
            asked[line["ctx"]].append(line)
    eligible = sorted(
        text for text, over in asked.items() if len(over) >= LEAST_ASKED and len({line["y"] for line in over}) == 2
    )
    chosen = random.Random(HELD_OUT).sample(eligible, min(HELD_OUT, len(eligible)))
    known = {run for text in chosen for run in _runs(text)}
    apart = [line for line in lines if known.isdisjoint(_runs(line.get("ctx") or line["premise"]))]
    return [line for text in chosen for line in asked[text]], apart


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


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(RUN)), strict=False))
