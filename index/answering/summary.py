"""The summary of a document in its own words: its title, its date and the sentences that say most of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from index.answering.recency import PUBLISHED, document_date
from index.domain.documents import HEADING, Document, Passage
from index.domain.messages import Message
from index.domain.ports import Vectors
from index.text.normalize import fix_mojibake
from index.text.tokens import POINTING_WORDS, tokenize

__all__ = [
    "MOST_DOCUMENTS",
    "MOST_SENTENCES",
    "centrality",
    "headline",
    "key_sentences",
    "named_document",
    "newest_first",
    "rows_by_document",
    "summarise",
]

MOST_SENTENCES = 3
MOST_DOCUMENTS = 3
MOST_CHARACTERS = 450
"""Characters of all sentences together; the first one is quoted whatever its length."""

FEWEST_WORDS, LONGEST = 6, 300
"""Words and characters of a sentence that can stand for others."""

READ = 400
"""Sentences of a document that are compared with each other."""

DAMPING = 0.85
EARLY = 4.0
"""How strongly a walk over the sentences starts afresh with the first ones."""
VARIETY = 0.15
"""Weight of what a sentence has in common with those already chosen."""
SAME = 0.9
"""Cosine from which on two sentences say the same."""

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
    vectors: Vectors,
    documents: Mapping[str, Document],
    request: Vectors | None = None,
) -> list[int]:
    """Return the rows of the passages to quote, in the order of the text.

    If the request names one of several documents, they are its most central sentences; else the most central one of
    each document, the newest first.

    Parameters
    ----------
    vectors : array of float, shape (passages, dimension)
        Unit vectors of the passages.
    request : array of float, shape (dimension,), or None
        Unit vector of the request; None if it names no document.

    Notes
    -----
    LexRank with a bias to early sentences: Erkan and Radev 2004, doi 10.1613/jair.1523; maximal marginal relevance:
    Carbonell and Goldstein 1998, doi 10.1145/290941.291025.
    """
    rows_of = rows_by_document(passages)
    chosen = named_document(rows_of, vectors, request)
    if chosen:
        return key_sentences(rows_of[chosen], passages, vectors, MOST_SENTENCES)
    return [
        row
        for document_id in newest_first(rows_of, documents)[:MOST_DOCUMENTS]
        for row in key_sentences(rows_of[document_id], passages, vectors, 1)
    ]


def rows_by_document(passages: Sequence[Passage]) -> dict[str, list[int]]:
    rows_of: dict[str, list[int]] = {}
    for row, passage in enumerate(passages):
        rows_of.setdefault(passage.document_id, []).append(row)
    return rows_of


def newest_first(ids: Iterable[str], documents: Mapping[str, Document]) -> list[str]:
    """Return ids of documents by the dates on which these came out."""
    return sorted(ids, key=lambda each: document_date(documents[each], PUBLISHED) or date.min, reverse=True)


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


def key_sentences(rows: Sequence[int], passages: Sequence[Passage], vectors: Vectors, most: int) -> list[int]:
    """Return the rows of the most central sentences among some of one document, in the order of the text."""
    body = [row for row in rows if passages[row].section != HEADING] or list(rows)
    prose = [row for row in body if passages[row].kind == "prose"] or body
    prose = prose[:READ]
    standing = [place for place, row in enumerate(prose) if _stands_alone(passages[row])] or list(range(len(prose)))
    ranks = centrality(vectors[prose])
    ranks = ranks / ranks.max()
    cosines = vectors[prose] @ vectors[prose].T
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


def named_document(rows_of: Mapping[str, Sequence[int]], vectors: Vectors, request: Vectors | None) -> str:
    """Return the id of the document that a request is clearly nearest to, or of the only one; empty if there is none.

    `rows_of` are the rows of each document's passages.
    """
    if len(rows_of) < 2 or request is None:
        return next(iter(rows_of)) if len(rows_of) == 1 else ""
    cosines = vectors @ request
    nearness = sorted(
        ((float(cosines[rows].max()), document_id) for document_id, rows in rows_of.items()), reverse=True
    )
    (first, document_id), (second, _) = nearness[:2]
    return document_id if first >= NAMED and first - second >= CLEARER else ""
