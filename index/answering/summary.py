"""The summary of a document in its own words: its title, its date and the sentences that say most of the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from index.answering.recency import PUBLISHED, document_date, entry_date
from index.domain.documents import HEADING, Document, DocumentEntry, Passage
from index.domain.messages import Message
from index.domain.ports import Vectors, VectorStore
from index.text.normalize import fix_mojibake
from index.text.tokens import POINTING_WORDS, tokenize

__all__ = [
    "MOST_DOCUMENTS",
    "MOST_SENTENCES",
    "centrality",
    "entry_at",
    "headline",
    "key_sentences",
    "named_document",
    "newest_first",
    "summarise",
]

MOST_SENTENCES = 3
MOST_DOCUMENTS = 3
MOST_CHARACTERS = 450
"""Characters of all sentences together; the first one is quoted whatever its length."""

FEWEST_WORDS, LONGEST = 6, 300
"""Words and characters of a sentence that can stand for others."""

READ, EXAMINED = 400, 2_000
"""Sentences of a document that are compared with each other, and passages among which they are looked for."""

DAMPING = 0.85
EARLY = 4.0
"""How strongly a walk over the sentences starts afresh with the first ones."""
VARIETY = 0.15
"""Weight of what a sentence has in common with those already chosen."""
SAME = 0.9
"""Cosine from which on two sentences say the same."""

COMPARED = 64
"""Passages among which the nearest documents are looked for at first."""

NAMED, CLEARER = 0.35, 0.1
"""Cosine of a request with a document that it names, and by how much that exceeds the next document's."""

CONNECTIVES = frozenset(
    [
        "despite",
        "however",
        "instead",
        "also",
        "additionally",
        "moreover",
        "furthermore",
        "but",
        "and",
        "so",
        "therefore",
        "thus",
        "then",
        "similarly",
    ]
)
"""First words of a sentence that needs the one before."""

BEGINNING = 3
"""First words of a sentence among which a pronoun stands for something in the sentence before."""


def summarise(
    passages: Sequence[Passage],
    vectors: VectorStore,
    entries: Sequence[DocumentEntry],
    request: Vectors | None = None,
) -> list[int]:
    """Return the rows of the passages to quote, in the order of the text.

    If the request names one of several documents, they are its most central sentences; else the most central one of
    each document, the newest first.

    Parameters
    ----------
    request : array of float, shape (dimension,), or None
        Unit vector of the request; None if it names no document.

    Notes
    -----
    LexRank with a bias to early sentences: Erkan and Radev 2004, doi 10.1613/jair.1523; maximal marginal relevance:
    Carbonell and Goldstein 1998, doi 10.1145/290941.291025.
    """
    entries = [entry for entry in entries if entry.rows]
    if named := named_document(entries, vectors, request):
        return key_sentences(named.rows, passages, vectors, MOST_SENTENCES)
    return [
        row
        for entry in newest_first(entries)[:MOST_DOCUMENTS]
        for row in key_sentences(entry.rows, passages, vectors, 1)
    ]


def newest_first(entries: Iterable[DocumentEntry]) -> list[DocumentEntry]:
    """Return documents by the dates on which they came out."""
    return sorted(entries, key=lambda entry: entry_date(entry) or date.min, reverse=True)


def headline(document: Document) -> str:
    """Return a document's title, with its date if it has one."""
    title = " ".join(fix_mojibake(document.title).split())
    published = document_date(document, PUBLISHED)
    return Message("{title} ({date})", title=title, date=published.isoformat()) if published else title


def centrality(vectors: Vectors) -> Vectors:
    """Return how central each of the sentences of a text is, shape (n,), together 1; earlier ones are preferred."""
    similarity = np.clip(vectors @ vectors.T, 0, None).astype(np.float64)
    np.fill_diagonal(similarity, 0)
    sums = similarity.sum(axis=1, keepdims=True)
    count = len(vectors)
    transition = np.where(sums > 0, similarity / np.where(sums > 0, sums, 1), 1 / count)
    start = 1 / (1 + np.arange(count) / EARLY)
    start /= start.sum()
    ranks = start
    for _ in range(100):
        following = DAMPING * (ranks @ transition) + (1 - DAMPING) * start
        if np.abs(following - ranks).sum() < 1e-9:
            break
        ranks = following
    result: Vectors = ranks * start / (ranks @ start)
    return result


def key_sentences(rows: Sequence[int], passages: Sequence[Passage], vectors: VectorStore, most: int) -> list[int]:
    """Return the rows of the most central sentences among some of one document, in the order of the text."""
    rows = rows[:EXAMINED]
    body = [row for row in rows if passages[row].section != HEADING] or list(rows)
    prose = [row for row in body if passages[row].kind == "prose"] or body
    prose = prose[:READ]
    standing = [place for place, row in enumerate(prose) if _stands_alone(passages[row])] or list(range(len(prose)))
    own = vectors.rows(prose[0], prose[-1] + 1)[[row - prose[0] for row in prose]]
    ranks = centrality(own)
    ranks = ranks / ranks.max()
    cosines = own @ own.T
    chosen: list[int] = []
    left = MOST_CHARACTERS
    while standing and len(chosen) < most:
        common = cosines[:, chosen].max(axis=1) if chosen else np.zeros(len(prose))
        fitting = [
            place
            for place in standing
            if common[place] < SAME and (not chosen or len(passages[prose[place]].reading) <= left)
        ]
        if not fitting:
            break
        best = max(fitting, key=lambda place: (1 - VARIETY) * ranks[place] - VARIETY * common[place])
        chosen.append(best)
        standing.remove(best)
        left -= len(passages[prose[best]].reading)
    return [prose[place] for place in sorted(chosen)]


def _stands_alone(passage: Passage) -> bool:
    words = tokenize(passage.reading)
    return (
        len(words) >= FEWEST_WORDS
        and len(passage.reading) <= LONGEST
        and words[0] not in CONNECTIVES
        and POINTING_WORDS.isdisjoint(words[:BEGINNING])
        and not passage.reading.rstrip().endswith((":", "?"))
    )


def named_document(
    entries: Sequence[DocumentEntry], vectors: VectorStore, request: Vectors | None
) -> DocumentEntry | None:
    """Return the document that a request is clearly nearest to, or the only one; None if there is none."""
    entries = [entry for entry in entries if entry.rows]
    if len(entries) < 2 or request is None:
        return entries[0] if len(entries) == 1 else None
    nearest, count = vectors.search(request, COMPARED), COMPARED
    while nearest and nearest[0][1] >= NAMED:
        first = entry_at(entries, nearest[0][0])
        # Without another document among them the next is no nearer than the last of them.
        second = next((cosine for row, cosine in nearest if row not in first.rows), nearest[-1][1])
        if nearest[0][1] - second >= CLEARER:
            return first
        if len(nearest) < count or any(row not in first.rows for row, _ in nearest):
            return None
        count *= COMPARED
        nearest = vectors.search(request, count)
    return None


def entry_at(entries: Sequence[DocumentEntry], row: int) -> DocumentEntry:
    """Return the document with a row."""
    return entries[bisect_right(entries, row, key=lambda entry: entry.rows.start) - 1]
