"""The extractive generator: it quotes the best sentences verbatim and writes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.domain.answers import Citation, Hit
from index.domain.documents import Document
from index.domain.ports import Draft
from index.text.normalize import collapse_whitespace, fix_mojibake
from index.text.tokens import content_stems

__all__ = ["ExtractiveGenerator", "cite"]

MOST_CITATIONS = 3

WORTH = 0.00015
"""Probability of answering, per character, that a further sentence needs to be quoted: a sure answer is brief."""

ADJACENT_SHARE = 0.4
"""Share of WORTH that a sentence next to a quoted one needs: it makes that easier to understand."""

MOST_CHARACTERS = 1_300
"""Characters of all quotations; the best sentence is quoted even if it alone is longer."""

IN_TEXT_SHARE = 0.5
"""Share of the best score that a further quotation needs to be part of the answer's text."""

REPETITION = 0.8
"""Jaccard similarity of topic words from which on a sentence only repeats a quoted one."""


class ExtractiveGenerator:
    """Quotes the hits with the best scores; adjacent sentences become one quotation."""

    name = "extractive"

    def generate(
        self, question: str, hits: Sequence[Hit], documents: Mapping[str, Document], *, sure: bool = True
    ) -> Draft:
        quotations = _choose(hits, documents, WORTH if sure else 0.0)
        citations = tuple(cite(quotation.hits, number, documents) for number, quotation in enumerate(quotations, 1))
        best = citations[0].score if citations else 0.0
        in_text = [citation for citation in citations if citation.score >= IN_TEXT_SHARE * best]
        return Draft(" ".join(f"{citation.shown} [{citation.number}]" for citation in in_text), citations)


@dataclass(slots=True)
class _Quotation:
    """Adjacent sentences of one paragraph, in the order of the text."""

    hits: list[Hit] = field(default_factory=list)

    def is_adjacent(self, hit: Hit, documents: Mapping[str, Document]) -> bool:
        first, last = self.hits[0], self.hits[-1]
        return _is_next(hit, first, documents) or _is_next(last, hit, documents)

    def add(self, hit: Hit) -> None:
        self.hits = sorted([*self.hits, hit], key=lambda hit: hit.row)


def _choose(hits: Sequence[Hit], documents: Mapping[str, Document], worth: float) -> list[_Quotation]:
    """Choose at most MOST_CITATIONS quotations within MOST_CHARACTERS, best first.

    `worth` is the probability per character that a further sentence needs.
    """
    quotations: list[_Quotation] = []
    quoted: list[frozenset[str]] = []
    left = MOST_CHARACTERS
    for hit in hits:
        words, length = frozenset(content_stems(hit.passage.reading)), len(hit.passage.text)
        adjacent = [quotation for quotation in quotations if quotation.is_adjacent(hit, documents)]
        is_too_long = length > left or hit.score < worth * length * (ADJACENT_SHARE if adjacent else 1.0)
        if quoted and (is_too_long or any(_is_repetition(words, other) for other in quoted)):
            continue
        if not adjacent and len(quotations) == MOST_CITATIONS:
            continue
        if adjacent:
            adjacent[0].add(hit)
            for other in adjacent[1:]:
                for joined in other.hits:
                    adjacent[0].add(joined)
                quotations.remove(other)
        else:
            quotations.append(_Quotation([hit]))
        quoted.append(words)
        left -= length
    return sorted(quotations, key=lambda quotation: -sum(hit.score for hit in quotation.hits))


def _is_next(hit: Hit, other: Hit, documents: Mapping[str, Document]) -> bool:
    """Return whether `other` comes right after `hit` in the same paragraph."""
    first, second = hit.passage, other.passage
    if other.row != hit.row + 1 or first.document_id != second.document_id or first.section != second.section:
        return False
    if first.kind != "prose" or second.kind != "prose":
        return False
    return documents[first.document_id].text[first.end : second.start].strip(" ") == ""


def _is_repetition(words: frozenset[str], other: frozenset[str]) -> bool:
    return bool(words) and len(words & other) / len(words | other) >= REPETITION


def cite(hits: Sequence[Hit], number: int, documents: Mapping[str, Document]) -> Citation:
    """Return the citation of adjacent sentences, in the order of the text."""
    first, last = hits[0].passage, hits[-1].passage
    document = documents[first.document_id]
    return Citation(
        number=number,
        source=document.source,
        title=fix_mojibake(document.title),
        section=first.section,
        start=first.start,
        end=last.end,
        quote=document.text[first.start : last.end],
        score=round(max(hit.score for hit in hits), 4),
        url=document.url,
        shown=collapse_whitespace(" ".join(hit.passage.reading for hit in hits)),
    )
