"""Quotations in a message: number, words and location of each, within the room that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.text.answer_wording import bold_span, quotation_text
from bot.text.escape import LINE_BREAK, block_quote, embolden, escape, fit, fit_around_bold, fold, utf16_length
from bot.text.i18n import gettext, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.message import Block, share_room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index import Answer
    from index.domain.answers import Citation

__all__ = ["MAX_QUOTATIONS", "EvidenceLinks", "citation_location", "quotation_blocks"]

MAX_QUOTATIONS = 6
"""Quotations in one message; an answer has three at most today."""
CONTEXT_ROOM = 80
LOCATION_ROOM = 100
"""Section and source below a quotation."""
SEPARATOR = " · "
LINK_ROOM = 330
"""Units of the longest link; with a longer one the quotation has none."""


class EvidenceLinks(Protocol):
    """Links to the pages that show citations in their sources."""

    def url(self, snapshot: str, citation: Citation) -> str | None:
        """Return the link for a citation of a snapshot; None if there are no such pages."""

    def home(self) -> str | None:
        """Return the link to the page of all sources; None if there is none."""

    def of(self, server: int | None) -> EvidenceLinks:
        """Return the links to the pages of a server with sources of its own; of the shared pages if it is None."""


def quotation_blocks(
    citations: Sequence[Citation],
    room: int,
    answer_id: str = "",
    answer: Answer | None = None,
    *,
    link: Callable[[Citation], str | None] | None = None,
) -> list[Block]:
    """Return the quotations in at most `room` units, the short answer of `answer` in bold.

    With `answer_id`, each stands above its location and a button that shows its source; with `link`, its location ends
    with a link to the page of its source.
    """
    citations = citations[:MAX_QUOTATIONS]
    spans = [bold_span(answer, citation) if answer else None for citation in citations]
    links = [_page_link(link(citation)) if link else "" for citation in citations]
    texts = _quotations(citations, spans, links, room)
    if not answer_id:
        return ["\n".join(pair) for pair in texts]
    blocks: list[Block] = []
    for citation, (quotation, location) in zip(citations, texts, strict=True):
        # Beside a button there is little room on a phone, so the quotation stands above.
        show = button(ComponentId("source", answer_id, citation.number), pgettext("button", "Show in source"))
        blocks += [quotation, (location, show)]
    return blocks


def _quotations(
    citations: Sequence[Citation], spans: Sequence[tuple[int, int] | None], links: Sequence[str], room: int
) -> list[tuple[str, str]]:
    """Return number and words of each quotation, and its location, in at most `room` units all together."""
    contexts = [_context_line(citation) for citation in citations]
    openings = [f"**{citation.number}.** " for citation in citations]
    locations = [f"-# {citation_location(citation)}{link}" for citation, link in zip(citations, links, strict=True)]
    texts = [quotation_text(citation) for citation in citations]
    breaks = sum(text.count(LINE_BREAK) for text in texts)
    room -= sum(utf16_length(text) + 3 for text in [*contexts, *openings, *locations]) + 3 * breaks
    rooms = share_room([utf16_length(embolden(text, span)) for text, span in zip(texts, spans, strict=True)], room)
    shown = list(map(fit_around_bold, texts, spans, rooms))
    return [
        (context + block_quote(opening, text), location)
        for context, opening, text, location in zip(contexts, openings, shown, locations, strict=True)
    ]


def _page_link(url: str | None) -> str:
    """Return the link to a page behind the location of a quotation; empty without one that fits."""
    if url is None or len(url) > LINK_ROOM:
        return ""
    return f"{SEPARATOR}[{gettext('Page')}]({url})"


def _context_line(citation: Citation) -> str:
    """Return what a quotation speaks about, above it and outside of it; empty if that is clear."""
    context = fit(citation.context, CONTEXT_ROOM) if fold(citation.context) else ""
    return f"-# {escape('[')}{context}{escape(']')}\n" if context else ""


def citation_location(citation: Citation) -> str:
    """Return section and source of a citation, or title and source if it has no section.

    Each keeps its share of the room, so that none pushes the other out.
    """
    section = citation.section if fold(citation.section) else citation.title
    names = [fold(name) for name in (section, citation.source)]
    unique = [name for number, name in enumerate(names) if name and name not in names[:number]]
    rooms = share_room([utf16_length(escape(name)) for name in unique], LOCATION_ROOM - len(SEPARATOR) * len(unique))
    return SEPARATOR.join(map(fit, unique, rooms)) or gettext("unnamed source")
