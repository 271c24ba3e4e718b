"""The quoting generator: the best sentences, to the letter, and nothing else."""

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
"""A further sentence is quoted when its probability of answering is at least this for each of its characters: so
the reading is spent where it most likely helps, and who is sure is brief."""

BESIDE = 0.4
"""A sentence beside one that is quoted need only be worth this share of it: it makes that easier to understand."""

MOST_CHARACTERS = 1_300
"""Of quotation in one message; the best sentence is quoted even if it alone is longer."""

SAID_TOO = 0.5
"""A further quotation is part of the answer's text when it scores at least this share of the best."""

REPEATS = 0.8
"""A sentence whose topic words are shared to this degree (Jaccard) with one already quoted only repeats it."""


class ExtractiveGenerator:
    """Quotes the hits with the best scores; sentences that follow each other become one quotation."""

    name = "extractive"

    def generate(
        self, question: str, hits: Sequence[Hit], documents: Mapping[str, Document], *, sure: bool = True
    ) -> Draft:
        quotations = _choose(hits, documents, WORTH if sure else 0.0)
        citations = tuple(cite(at.hits, number, documents) for number, at in enumerate(quotations, 1))
        said = [at for at in citations if at.score >= SAID_TOO * citations[0].score] if citations else []
        return Draft(" ".join(f"{at.shown} [{at.number}]" for at in said), citations)


@dataclass(slots=True)
class _Quotation:
    """Sentences that follow each other in one paragraph, in the order of the text."""

    hits: list[Hit] = field(default_factory=list)

    def takes(self, hit: Hit, documents: Mapping[str, Document]) -> bool:
        first, last = self.hits[0], self.hits[-1]
        return _follow(hit, first, documents) or _follow(last, hit, documents)

    def add(self, hit: Hit) -> None:
        self.hits = sorted([*self.hits, hit], key=lambda at: at.row)


def _choose(hits: Sequence[Hit], documents: Mapping[str, Document], worth: float) -> list[_Quotation]:
    """At most MOST_CITATIONS quotations within MOST_CHARACTERS, best first, of sentences that are `worth` it."""
    quotations: list[_Quotation] = []
    told: list[frozenset[str]] = []
    left = MOST_CHARACTERS
    for hit in hits:
        words, length = frozenset(content_stems(hit.passage.reading)), len(hit.passage.text)
        home = [quotation for quotation in quotations if quotation.takes(hit, documents)]
        dear = length > left or hit.score < worth * length * (BESIDE if home else 1.0)
        if told and (dear or any(_alike(words, other) for other in told)):
            continue
        if not home and len(quotations) == MOST_CITATIONS:
            continue
        if home:
            home[0].add(hit)
            for other in home[1:]:
                for joined in other.hits:
                    home[0].add(joined)
                quotations.remove(other)
        else:
            quotations.append(_Quotation([hit]))
        told.append(words)
        left -= length
    return sorted(quotations, key=lambda quotation: -sum(hit.score for hit in quotation.hits))


def _follow(one: Hit, other: Hit, documents: Mapping[str, Document]) -> bool:
    """Whether `other` comes right after `one` in the same paragraph."""
    first, second = one.passage, other.passage
    if other.row != one.row + 1 or first.document_id != second.document_id or first.section != second.section:
        return False
    if first.kind != "prose" or second.kind != "prose":
        return False
    return documents[first.document_id].text[first.end : second.start].strip(" ") == ""


def _alike(words: frozenset[str], other: frozenset[str]) -> bool:
    return bool(words) and len(words & other) / len(words | other) >= REPEATS


def cite(hits: Sequence[Hit], number: int, documents: Mapping[str, Document]) -> Citation:
    """The quotation of sentences that follow each other, in the order of the text."""
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
