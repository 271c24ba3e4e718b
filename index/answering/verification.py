"""Verification: quotations and short answers are compared with the stored text, never trusted."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.domain.answers import Citation, ShortAnswer
from index.domain.documents import Document

__all__ = ["verify_citations", "verify_short_answer"]

log = logging.getLogger(__name__)


def verify_citations(citations: Sequence[Citation], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    """Return the citations whose quotation is in its source to the letter, numbered anew; log other ones as defects.

    `documents` are by source; only those that are quoted are read.
    """
    verified = []
    for citation in citations:
        document = documents.get(citation.source)
        if (
            document is not None
            and 0 <= citation.start < citation.end <= len(document.text)
            and document.text[citation.start : citation.end] == citation.quote
        ):
            verified.append(citation)
        else:
            log.error("defect: a quotation of %s at %d is not in the source", citation.source, citation.start)
    return tuple(replace(citation, number=number) for number, citation in enumerate(verified, 1))


def verify_short_answer(
    short: ShortAnswer | None, citations: Sequence[Citation], documents: Mapping[str, Document]
) -> ShortAnswer | None:
    """Return the short answer if it is in its source to the letter and within its citation; else log a defect.

    `documents` are by source.
    """
    if short is None:
        return None
    document = documents.get(short.source)
    is_within = any(
        citation.number == short.citation
        and citation.source == short.source
        and citation.start <= short.start < short.end <= citation.end
        for citation in citations
    )
    if is_within and document is not None and document.text[short.start : short.end] == short.text:
        return short
    log.error("defect: a short answer of %s at %d is not in its quotation", short.source, short.start)
    return None
