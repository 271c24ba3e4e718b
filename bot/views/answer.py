"""An answer as a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.answer_wording import (
    and_more,
    bold_span,
    brief_answer,
    confidence_level,
    confidence_text,
    repeats_quotations,
)
from bot.text.escape import BOLD, embolden, escape, fit, fit_around_bold, fold, utf16_length
from bot.text.i18n import gettext, ngettext, pgettext
from bot.text.index_messages import abstention_reason, translate
from bot.views.custom_id import ComponentId, button
from bot.views.message import (
    FAIRLY_SURE,
    NOT_FOUND,
    SURE,
    TEXT_LIMIT,
    UNSURE,
    Block,
    build_message,
    notice_message,
    share_room,
    snapshot_note,
)

if TYPE_CHECKING:
    from index import Answer
    from index.domain.answers import Citation

__all__ = ["answer_message", "citation_location", "other_channels_message", "passages_message"]

MAX_QUOTATIONS = 6
"""Quotations in one message; an answer has three at most today."""

QUESTION_ROOM = 300
READING_ROOM = 300
BRIEF_ROOM = 200
ANSWER_ROOM = 900
REASON_ROOM = 600
LOCATION_ROOM = 160
"""Section and source below a quotation."""
MAX_NAMED_CHANNELS = 5
"""Channels that are named if questions are answered only in some."""
SEPARATOR = " · "

COLOURS = {"high": SURE, "fair": FAIRLY_SURE, "low": UNSURE, "none": NOT_FOUND}


def answer_message(answer: Answer, *, question: str = "", answer_id: str = "", threads: bool = False) -> ui.LayoutView:
    """Return an answer with its numbered quotations, or an abstention with its reason.

    The brief answer comes first, and is in bold within its quotation. `question` is shown above it. With
    `answer_id`, its id in the journal, the message has buttons; `threads` adds one that starts a thread.
    """
    head, closing = _head(answer, question), _closing(answer)
    room = TEXT_LIMIT - sum(utf16_length(block) for block in [*head, closing])
    blocks: list[Block] = [*head]
    for citation, (quotation, location) in zip(answer.citations, _quotations(answer, room), strict=False):
        if answer_id:  # beside a button there is little room on a phone, so the quotation stands above
            show = button(ComponentId("source", answer_id, citation.number), pgettext("button", "Show in source"))
            blocks += [quotation, (location, show)]
        else:
            blocks.append(f"{quotation}\n{location}")
    blocks.append(closing)
    if answer_id:
        blocks.append(_abstention_row(answer_id) if answer.abstained else _answer_row(answer_id, threads=threads))
    return build_message(blocks, COLOURS[confidence_level(answer)])


def passages_message(answer: Answer) -> ui.LayoutView:
    """Return further passages near the question, which may or may not be about it."""
    if not answer.citations:
        return notice_message(gettext("There are no further passages near this question."))
    head, closing = gettext("**More passages**, which may not be about it:"), f"-# {snapshot_note(answer.snapshot)}"
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    passages = ["\n".join(pair) for pair in _quotations(answer, room)]
    return build_message([head, *passages, closing], NOT_FOUND)


def other_channels_message(channels: Collection[int]) -> ui.LayoutView:
    """Return a pointer to the channels of this server where questions are answered."""
    mentions = [f"<#{channel}>" for channel in sorted(channels)[:MAX_NAMED_CHANNELS]]
    listed = and_more(", ".join(mentions), len(channels) - len(mentions))
    text = gettext("In this server I answer in {channels}: please ask there.", channels=listed)
    return build_message([text], NOT_FOUND)


def citation_location(citation: Citation) -> str:
    """Return section and source of a citation, or title and source if it has no section.

    Each keeps its share of the room, so that none pushes the other out.
    """
    section = citation.section if fold(citation.section) else citation.title
    names = [fold(name) for name in (section, citation.source)]
    unique = [name for number, name in enumerate(names) if name and name not in names[:number]]
    rooms = share_room([utf16_length(escape(name)) for name in unique], LOCATION_ROOM - len(SEPARATOR) * len(unique))
    return SEPARATOR.join(map(fit, unique, rooms)) or gettext("unnamed source")


def _head(answer: Answer, question: str) -> list[str]:
    """Return the blocks above the quotations: question, brief answer, and the answer or why there is none."""
    head: list[str] = []
    if fold(question):
        head.append(f"-# {gettext('Asked: {question}', question=fit(question, QUESTION_ROOM))}")
    if fold(answer.read_as):
        head.append(f"-# {gettext('Read as: {question}', question=fit(answer.read_as, READING_ROOM))}")
    if answer.abstained:
        near = f" {gettext('The nearest passages, which may not be about it:')}" if answer.citations else ""
        head.append(f"{BOLD}{fit(abstention_reason(answer), REASON_ROOM)}{BOLD}{near}")
    if brief := brief_answer(answer):
        head.append(f"{BOLD}{fit(brief, BRIEF_ROOM)}{BOLD}")
    if not answer.abstained and not repeats_quotations(answer):
        head.append(fit(translate(answer.text), ANSWER_ROOM))
    return head


def _closing(answer: Answer) -> str:
    """Return the confidence and the snapshot, below the number of quotations that are not shown."""
    more = len(answer.citations) - MAX_QUOTATIONS
    left = f"-# {ngettext('and {number} more quotation', 'and {number} more quotations', more)}\n" if more > 0 else ""
    return f"{left}-# {confidence_text(answer)} {snapshot_note(answer.snapshot)}"


def _answer_row(answer_id: str, *, threads: bool) -> Sequence[ui.Button[ui.LayoutView]]:
    row = [
        button(ComponentId("good", answer_id), pgettext("button", "Helpful")),
        button(ComponentId("bad", answer_id), pgettext("button", "Not helpful")),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask a follow-up"), style=ButtonStyle.primary),
        button(ComponentId("more", answer_id), pgettext("button", "More passages")),
    ]
    if not threads:
        return row
    return [*row, button(ComponentId("thread", answer_id), pgettext("button", "Continue in a thread"))]


def _abstention_row(answer_id: str) -> Sequence[ui.Button[ui.LayoutView]]:
    return [
        button(ComponentId("gap", answer_id), pgettext("button", "Report the gap"), style=ButtonStyle.primary),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask differently")),
        button(ComponentId("more", answer_id), pgettext("button", "More passages")),
        button(ComponentId("list", answer_id), pgettext("button", "Sources")),
    ]


def _quotations(answer: Answer, room: int) -> list[tuple[str, str]]:
    """Return number and words of each quotation, and its location, in at most `room` units all together."""
    citations = answer.citations[:MAX_QUOTATIONS]
    openings = [f"> **{citation.number}.** " for citation in citations]
    locations = [f"-# {citation_location(citation)}" for citation in citations]
    room -= sum(utf16_length(text) + 1 for text in [*openings, *locations])
    spans = [bold_span(answer, citation) for citation in citations]
    wanted = [utf16_length(embolden(citation.shown, span)) for citation, span in zip(citations, spans, strict=True)]
    shown = [
        fit_around_bold(citation.shown, span, share)
        for citation, span, share in zip(citations, spans, share_room(wanted, room), strict=True)
    ]
    return [(opening + text, location) for opening, text, location in zip(openings, shown, locations, strict=True)]
